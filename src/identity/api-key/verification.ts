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
import { selectApiKeyAnywhere, selectApiKeyStates, updateApiKeyUse } from './store.ts'

/** How long a verified key is not hashed again. */
const REMEMBERED_MS = 60_000
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
  /** What is remembered of a key counts no more, also not what is being looked at right now. */
  forget(keyId: string): void
}

interface RememberedKey {
  readonly key: ApiKey
  readonly untilMs: number
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
    const mark = hexOf(this.#ports.digest.hmacSha256(this.#memoryKey, utf8Bytes(text)))
    const key = (await this.#recall(mark)) ?? (await this.#lookOnce(mark, parsed, peer))
    if (key === undefined) return undefined
    const end = endOfKey(key, this.#ports.clock.nowMs())
    if (end === undefined) return key
    this.#failures.count(peer, key.keyId)
    throw identityFault('IDENTITY_API_KEY_ENDED', `expected an API key in force, got one ${end}`)
  }

  forget(keyId: string): void {
    this.#forgetCount++
    for (const [mark, { key }] of this.#remembered) {
      if (key.keyId === keyId) this.#remembered.delete(mark)
    }
  }

  async #recall(mark: string): Promise<ApiKey | undefined> {
    const startedAtMs = this.#ports.clock.monotonicMs()
    for (let found = this.#remembered.get(mark); found; found = this.#remembered.get(mark)) {
      // Too old to count, and kept: whoever was known before is not taken for somebody who guesses.
      if (found.untilMs <= startedAtMs) return undefined
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
    // Counted from the question: what is revoked while it is on its way is seen by the next one.
    const confirmedAtMs = this.#ports.clock.monotonicMs()
    const asked = [...this.#remembered]
    const keyIds = [...new Set(asked.map(([, { key }]) => key.keyId))]
    const states = await this.#ports.sql.transaction('system', (tx) =>
      selectApiKeyStates(tx, keyIds),
    )
    for (const [mark, found] of asked) {
      // Forgotten meanwhile: stays forgotten.
      if (this.#remembered.get(mark) !== found) continue
      const state = states.get(found.key.keyId)
      if (state === undefined || state.revokedAt !== undefined) this.#remembered.delete(mark)
      else this.#remembered.set(mark, { ...found, key: { ...found.key, ...state }, confirmedAtMs })
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
    const { secretHash: _, ...key } = stored
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
    const untilMs = readAtMs + REMEMBERED_MS
    // Anew at the end: the oldest is the one that was not seen for longest.
    this.#remembered.delete(mark)
    this.#remembered.set(mark, { key, untilMs, confirmedAtMs: readAtMs })
  }
}
