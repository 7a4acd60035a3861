// The keys that payloads are sealed under: found or made for what is appended, opened for what is read, remembered for a while.
import { base64Of, bytesOfBase64, bytesOfHex, hexOf, utf8Bytes } from '../../kernel/index.ts'
import type { Digest, ErasureClass, Random, Seal, SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import { insertKeys, selectLiveKeys, selectNewestKey, selectWrapped } from './key-store.ts'
import type { WrappedKey } from './key-store.ts'
import { sealPayload } from './sealed.ts'
import type { PlainPayload, SealedPayload } from './sealed.ts'

const KEY_BYTES = 32
/** Keys that a process remembers, of each sort; the one that was learnt first goes first. */
const REMEMBERED_LIMIT = 4_096

export interface PayloadKeyPorts {
  /** Of the installation; whoever has it and the database reads everything. */
  readonly secret: Uint8Array
  readonly random: Random
  readonly digest: Digest
  openSeal(secret: Uint8Array, use: string, random: Random): Seal
  /** Whose data an entry of a type holds, `note.*` for every type of that first word; of any other, the tenant's. */
  readonly classes?: ReadonlyMap<string, ErasureClass>
}

/** What decides whose key a payload is sealed under. */
export interface PayloadOwner {
  readonly type: string
  readonly actor: string
  readonly subject: string
}

type KeyName = Pick<WrappedKey, 'dekId' | 'class' | 'owner'>

interface LiveKey {
  readonly dekId: number
  readonly seal: Seal
}

interface Owner {
  readonly class: ErasureClass
  readonly name: string
}

export class PayloadKeys {
  readonly #ports: PayloadKeyPorts
  /** By tenant and number. */
  readonly #opened = new Map<string, Seal>()
  /** By tenant, class and name. */
  readonly #live = new Map<string, LiveKey>()

  constructor(ports: PayloadKeyPorts) {
    this.#ports = ports
  }

  /**
   * Seals what will be the entries from `fromSeq` on. Whoever calls it holds the turn of the tenant's log: nobody else makes
   * keys meanwhile.
   * @returns the payloads in order, and the keys that had to be made for them
   */
  async sealAll(
    tx: SqlTx,
    tenantId: string,
    log: { readonly origin: string; readonly size: number },
    facts: readonly (PlainPayload & { readonly owner: PayloadOwner })[],
  ): Promise<{ readonly sealed: readonly SealedPayload[]; readonly made: readonly WrappedKey[] }> {
    const owners = new Map<string, Owner>()
    const names = facts.map(({ owner }) => {
      const { key, ...told } = this.#ownerOf(owner)
      owners.set(key, told)
      return key
    })
    const { keys, made } = await this.#openLive(tx, tenantId, owners)
    const sealed = facts.map((fact, at) => {
      const { dekId, seal } = keys.get(names[at]!)!
      return { dekId, sealed: sealPayload(seal, log.origin, log.size + at, fact) }
    })
    return { sealed, made }
  }

  /** What opens payloads of these keys; a destroyed key is left out. @throws LEDGER_KEY_UNREADABLE under another secret */
  async openSeals(
    tx: SqlTx,
    tenantId: string,
    dekIds: readonly number[],
  ): Promise<ReadonlyMap<number, Seal>> {
    const found = new Map<number, Seal>()
    const missing: number[] = []
    for (const dekId of new Set(dekIds)) {
      const seal = this.#opened.get(`${tenantId}\n${dekId}`)
      if (seal === undefined) missing.push(dekId)
      else found.set(dekId, seal)
    }
    if (missing.length === 0) return found
    for (const key of await selectWrapped(tx, tenantId, missing)) {
      const { dekId, isSettled } = key
      const seal = this.#unwrap(tenantId, key)
      if (isSettled) remember(this.#opened, `${tenantId}\n${dekId}`, seal)
      found.set(dekId, seal)
    }
    return found
  }

  /**
   * Beside keys of another secret nothing is sealed and nobody erased: what lies under them could be neither read nor
   * reached.
   * @throws LEDGER_KEY_UNREADABLE
   */
  async assertShared(tx: SqlTx, tenantId: string): Promise<void> {
    const newest = await selectNewestKey(tx, tenantId)
    if (newest !== undefined) this.#unwrap(tenantId, newest)
  }

  /** The same keys with nothing remembered, for whoever wants to know what is stored. */
  afresh(): PayloadKeys {
    return new PayloadKeys(this.#ports)
  }

  /** After a failure, or an erasure: nothing that is remembered of the tenant may be true still. */
  forget(tenantId: string): void {
    for (const map of [this.#live, this.#opened])
      for (const key of map.keys()) if (key.startsWith(`${tenantId}\n`)) map.delete(key)
  }

  #ownerOf({ type, actor, subject }: PayloadOwner): Owner & { readonly key: string } {
    const { classes } = this.#ports
    const of = classes?.get(type) ?? classes?.get(`${type.split('.', 1)[0]}.*`) ?? 'tenant'
    const name = of === 'tenant' ? '' : of === 'subject' ? subject : actor
    return { class: of, name, key: `${of}\n${name}` }
  }

  /** Hexadecimal; says nothing to whoever has not the secret. */
  ownerHash(tenantId: string, { class: of, name }: Owner): string {
    const text = `seaworthy.ledger.owner\n${tenantId}\n${of}\n${name}`
    return hexOf(this.#ports.digest.hmacSha256(this.#ports.secret, utf8Bytes(text)))
  }

  async #openLive(
    tx: SqlTx,
    tenantId: string,
    owners: ReadonlyMap<string, Owner>,
  ): Promise<{ keys: ReadonlyMap<string, LiveKey>; made: readonly WrappedKey[] }> {
    const keys = new Map<string, LiveKey>()
    const missing = new Map<string, string>()
    for (const [key, owner] of owners) {
      const live = this.#live.get(`${tenantId}\n${key}`)
      if (live === undefined) missing.set(key, this.ownerHash(tenantId, owner))
      else keys.set(key, live)
    }
    if (missing.size === 0) return { keys, made: [] }
    const stored = await selectLiveKeys(tx, tenantId, [...missing.values()])
    const byOwner = new Map(stored.keys.map((key) => [key.owner, key]))
    const made: WrappedKey[] = []
    for (const [key, hash] of missing) {
      const found = byOwner.get(hash)
      if (found === undefined) {
        if (made.length === 0) await this.assertShared(tx, tenantId)
        const of = owners.get(key)!.class
        const dekId = stored.lastId + made.length + 1
        const { wrapped, live } = this.#makeKey(tenantId, { dekId, class: of, owner: hash })
        made.push({ dekId, class: of, owner: hash, wrapped })
        keys.set(key, live)
        continue
      }
      const seal = this.#unwrap(tenantId, found)
      const live = { dekId: found.dekId, seal }
      keys.set(key, live)
      // What this very transaction made may be rolled back with it.
      if (found.isSettled) remember(this.#live, `${tenantId}\n${key}`, live)
    }
    await insertKeys(tx, tenantId, made)
    return { keys, made }
  }

  #makeKey(tenantId: string, named: KeyName): { readonly wrapped: string; readonly live: LiveKey } {
    const key = this.#ports.random.bytes(KEY_BYTES)
    const wrapped = this.#wrapOf(tenantId).close(purposeOf(tenantId, named), base64Of(key))
    return { wrapped: hexOf(wrapped), live: { dekId: named.dekId, seal: this.#sealOf(key) } }
  }

  #unwrap(tenantId: string, key: WrappedKey): Seal {
    const wrapped = bytesOfHex(key.wrapped)
    const wrap = this.#wrapOf(tenantId)
    const open = (purpose: string): Seal => this.#sealOf(bytesOfBase64(wrap.open(purpose, wrapped)))
    try {
      return open(purposeOf(tenantId, key))
    } catch (error) {
      try {
        return open(oldPurposeOf(tenantId, key))
      } catch {
        throw ledgerFault(
          'LEDGER_KEY_UNREADABLE',
          `expected payload key ${key.dekId} of tenant ${tenantId} to open with the key of this installation, for the owner it was made for`,
          { cause: error },
        )
      }
    }
  }

  /** Each tenant's keys are wrapped under a key of that tenant. */
  #wrapOf(tenantId: string): Seal {
    const { secret, random } = this.#ports
    return this.#ports.openSeal(secret, `seaworthy.ledger.wrap\n${tenantId}`, random)
  }

  #sealOf(key: Uint8Array): Seal {
    return this.#ports.openSeal(key, 'seaworthy.ledger.payload', this.#ports.random)
  }
}

/** A key opens for the owner it was made for: whoever renames it in the table hides it from nobody's erasure unnoticed. */
function purposeOf(tenantId: string, { dekId, class: of, owner }: KeyName): string {
  return `payload key/2\n${tenantId}\n${dekId}\n${of}\n${owner}`
}

/** Of keys made before 2026-11-28, which say nothing of their owner. */
function oldPurposeOf(tenantId: string, { dekId }: KeyName): string {
  return `payload key\n${tenantId}\n${dekId}`
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  if (map.size >= REMEMBERED_LIMIT) {
    const [oldest] = map.keys()
    if (oldest !== undefined) map.delete(oldest)
  }
  map.set(key, value)
}
