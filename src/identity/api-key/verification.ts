// Decides whether a text is a key in force: checksum, memory of what was verified, limits, and only then the slow hash.
import { hexOf, utf8Bytes } from '../../kernel/index.ts'
import type { Clock, Digest, Random, SlowHash, Sql } from '../../kernel/index.ts'
import { identityFault } from '../errors.ts'
import { makeFailureLimit } from './failure-limit.ts'
import { parseApiKey } from './format.ts'
import type { ApiKeyText } from './format.ts'
import { makeHashTurns } from './hash-turns.ts'
import { endOfKey } from './model.ts'
import type { ApiKey } from './model.ts'
import { isSecretOf } from './secret-hash.ts'
import {
  selectApiKeyAnywhere,
  selectApiKeyStates,
  updateApiKeyUse,
  updateApiKeyUses,
  withoutHash,
} from './store.ts'

/** How long after its last use a verified key is not hashed again: its hash and its rights never change. */
const REMEMBERED_MS = 60_000
/** How often the use of a key is noted in the database. */
const USE_NOTED_MS = 60_000
const REMEMBERED_LIMIT = 10_000
/** How long what is remembered counts without asking the database: a revocation elsewhere takes effect within this. */
const CONFIRMED_MS = 2_000
const MEMORY_KEY_BYTES = 32

export interface VerificationPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly slowHash: SlowHash
}

export interface KeyVerification {
  /**
   * The key that the text is; undefined when it is none.
   * @param peer address that the text came from
   * @throws IDENTITY_API_KEY_ENDED for whoever holds one that is over; IDENTITY_FAILURES_LIMITED, IDENTITY_KEYS_BUSY
   */
  verify(text: string, peer: string | undefined): Promise<ApiKey | undefined>
  /**
   * The same of a text that `verify` knew before, in this process: nothing is guessed, so nothing is hashed and no limit stands before it.
   * @throws IDENTITY_API_KEY_ENDED
   */
  verifyAgain(text: string): Promise<ApiKey | undefined>
  /** What is remembered of a key counts no more, also not what is being looked at right now. */
  forget(keyId: string): void
}

interface RememberedKey {
  readonly key: ApiKey
  readonly usedAtMs: number
  /** When its use was last noted in the database. */
  readonly notedAtMs: number
  /** When the database was last asked about it. */
  readonly confirmedAtMs: number
}

export function makeKeyVerification(ports: VerificationPorts): KeyVerification {
  return new RememberingVerification(ports)
}

class RememberingVerification implements KeyVerification {
  readonly #ports: VerificationPorts
  readonly #turns = makeHashTurns()
  readonly #failures
  // Texts are remembered under a keyed hash of this process alone: what lies in memory opens nothing.
  readonly #memoryKey: Uint8Array
  readonly #remembered = new Map<string, RememberedKey>()
  readonly #underWay = new Map<string, Promise<ApiKey | undefined>>()
  #forgetCount = 0
  #confirmation: Promise<void> | undefined

  constructor(ports: VerificationPorts) {
    this.#ports = ports
    this.#failures = makeFailureLimit(ports.clock)
    this.#memoryKey = ports.random.bytes(MEMORY_KEY_BYTES)
  }

  async verify(text: string, peer: string | undefined): Promise<ApiKey | undefined> {
    const parsed = parseApiKey(text)
    if (parsed === undefined) return undefined
    const mark = this.#markOf(text)
    const key = (await this.#recall(mark)) ?? (await this.#lookOnce(mark, parsed, peer))
    if (key === undefined) return undefined
    const end = endOfKey(key, this.#ports.clock.nowMs())
    if (end === undefined) return key
    this.#failures.count(peer, key.keyId)
    throw keyEnded(end)
  }

  async verifyAgain(text: string): Promise<ApiKey | undefined> {
    const parsed = parseApiKey(text)
    if (parsed === undefined) return undefined
    const { sql, clock } = this.#ports
    const recalled = await this.#recall(this.#markOf(text))
    if (recalled !== undefined && endOfKey(recalled, clock.nowMs()) === undefined) return recalled
    const stored = await sql.transaction('system', (tx) => selectApiKeyAnywhere(tx, parsed.keyId))
    if (stored === undefined) return undefined
    const end = endOfKey(stored, clock.nowMs())
    if (end !== undefined) throw keyEnded(end)
    return withoutHash(stored)
  }

  forget(keyId: string): void {
    this.#forgetCount++
    for (const [mark, { key }] of this.#remembered) {
      if (key.keyId === keyId) this.#remembered.delete(mark)
    }
  }

  #markOf(text: string): string {
    return hexOf(this.#ports.digest.hmacSha256(this.#memoryKey, utf8Bytes(text)))
  }

  async #recall(mark: string): Promise<ApiKey | undefined> {
    const startedAtMs = this.#ports.clock.monotonicMs()
    for (let found = this.#remembered.get(mark); found; found = this.#remembered.get(mark)) {
      const usedAtMs = this.#ports.clock.monotonicMs()
      // Too old to count, and kept: whoever was known before is not taken for somebody who guesses.
      if (!isInUse(found, usedAtMs)) return undefined
      this.#keep(mark, { ...found, usedAtMs })
      if (found.confirmedAtMs > startedAtMs - CONFIRMED_MS) return found.key
      await this.#confirm()
    }
    return undefined
  }

  /** Many requests that come at once wait for one question. */
  #confirm(): Promise<void> {
    this.#confirmation ??= this.#askForStates().finally(() => {
      this.#confirmation = undefined
    })
    return this.#confirmation
  }

  async #askForStates(): Promise<void> {
    const { sql, clock } = this.#ports
    // Counted from the question: what is revoked while it is on its way is seen by the next one.
    const confirmedAtMs = clock.monotonicMs()
    const asked = [...this.#remembered].filter(([, found]) => isInUse(found, confirmedAtMs))
    const uses = usesToNote(asked, confirmedAtMs, clock.nowMs())
    const keyIds = [...new Set(asked.map(([, { key }]) => key.keyId))]
    const states = await sql.transaction('system', async (tx) => {
      if (uses.size > 0) await updateApiKeyUses(tx, uses)
      return selectApiKeyStates(tx, keyIds)
    })
    for (const [mark, { key }] of asked) {
      const found = this.#remembered.get(mark)
      // Forgotten meanwhile, also if it was looked at anew since: stays as it is.
      if (found?.key !== key) continue
      const state = states.get(key.keyId)
      if (state === undefined || state.revokedAt !== undefined) this.#remembered.delete(mark)
      else
        this.#remembered.set(mark, {
          ...found,
          key: { ...key, ...state },
          confirmedAtMs,
          ...(uses.has(key.keyId) ? { notedAtMs: confirmedAtMs } : {}),
        })
    }
  }

  /** The same text sent many times at once is hashed once. */
  #lookOnce(
    mark: string,
    parsed: ApiKeyText,
    peer: string | undefined,
  ): Promise<ApiKey | undefined> {
    const known = this.#underWay.get(mark)
    if (known !== undefined) return known
    const look = this.#look(mark, parsed, peer).finally(() => this.#underWay.delete(mark))
    this.#underWay.set(mark, look)
    return look
  }

  async #look(
    mark: string,
    { keyId, secretPart }: ApiKeyText,
    peer: string | undefined,
  ): Promise<ApiKey | undefined> {
    const { sql, slowHash, clock } = this.#ports
    if (!this.#remembered.has(mark)) this.#failures.assertAdmitted(peer, keyId)
    const askedAtMs = clock.monotonicMs()
    const forgetCount = this.#forgetCount
    const stored = await sql.transaction('system', (tx) => selectApiKeyAnywhere(tx, keyId))
    const fits =
      stored !== undefined &&
      (await this.#turns.take(() => isSecretOf(slowHash, stored.secretHash, secretPart)))
    if (!fits) {
      this.#failures.count(peer, keyId)
      return undefined
    }
    const key = withoutHash(stored)
    if (endOfKey(key, clock.nowMs()) !== undefined) {
      this.#remembered.delete(mark)
      return key
    }
    const usedAt = new Date(clock.nowMs()).toISOString()
    await sql.transaction({ tenantId: key.tenantId }, (tx) =>
      updateApiKeyUse(tx, key.tenantId, keyId, usedAt),
    )
    // What was forgotten while it was looked at has to be looked at again.
    if (forgetCount === this.#forgetCount) this.#remember(mark, key, askedAtMs)
    return key
  }

  #remember(mark: string, key: ApiKey, readAtMs: number): void {
    if (this.#remembered.size >= REMEMBERED_LIMIT && !this.#remembered.has(mark)) {
      const [oldest] = this.#remembered.keys()
      if (oldest !== undefined) this.#remembered.delete(oldest)
    }
    const instants = { usedAtMs: readAtMs, notedAtMs: readAtMs, confirmedAtMs: readAtMs }
    this.#keep(mark, { key, ...instants })
  }

  /** Anew at the end: the oldest is the one that was not used for longest. */
  #keep(mark: string, found: RememberedKey): void {
    this.#remembered.delete(mark)
    this.#remembered.set(mark, found)
  }
}

function keyEnded(end: string): Error {
  return identityFault('IDENTITY_API_KEY_ENDED', `expected an API key in force, got one ${end}`)
}

function isInUse({ usedAtMs }: RememberedKey, nowMs: number): boolean {
  return usedAtMs > nowMs - REMEMBERED_MS
}

/** When each key was last used, of those whose use was not noted for a while. */
function usesToNote(
  remembered: readonly (readonly [string, RememberedKey])[],
  steadyMs: number,
  wallMs: number,
): ReadonlyMap<string, string> {
  return new Map(
    remembered.flatMap(([, { key, usedAtMs, notedAtMs }]) =>
      usedAtMs > notedAtMs && notedAtMs <= steadyMs - USE_NOTED_MS
        ? [[key.keyId, new Date(wallMs - (steadyMs - usedAtMs)).toISOString()] as const]
        : [],
    ),
  )
}
