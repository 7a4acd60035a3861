// Writes down what attempts came to, soon and in batches, with the health of the endpoint and what the ledger is to know.
import type { Clock, Sql } from '../kernel/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import type { CoolDown } from './cool-down.ts'
import { updateAttempts, updateToDead } from './delivery-store.ts'
import { endpointSubject } from './model.ts'
import type { AttemptEnd, StoredEndpoint } from './model.ts'
import { lockEndpoint, updateCoolDown, updateToDisabled } from './store.ts'

export interface RecordPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly ledger: Ledger
  readonly actor: string
}

/** What is added while a batch is being written goes with the next; a crash in between sends those few again. */
export class AttemptRecord {
  readonly #ports: RecordPorts
  readonly #tenantId: string
  readonly #endpoint: StoredEndpoint
  #ends: AttemptEnd[] = []
  #health: CoolDown
  #writtenHealth: CoolDown
  #isGone = false
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #isUnwanted = false

  constructor(ports: RecordPorts, tenantId: string, endpoint: StoredEndpoint) {
    this.#ports = ports
    this.#tenantId = tenantId
    this.#endpoint = endpoint
    this.#health = endpoint
    this.#writtenHealth = endpoint
  }

  /** What could not be written is sent again later: more of it makes no sense now. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Meanwhile somebody disabled or removed the endpoint, or gave it another address. */
  get isUnwanted(): boolean {
    return this.#isUnwanted
  }

  add(end: AttemptEnd, health: CoolDown): void {
    this.#ends.push(end)
    this.#health = health
    this.#writing ??= this.#write()
  }

  /** The receiver says that it is gone for good. */
  addGone(end: AttemptEnd): void {
    this.#isGone = true
    this.add(end, this.#health)
  }

  /** @throws what kept it from being written */
  async written(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async #write(): Promise<void> {
    try {
      while (this.#ends.length > 0) {
        const ends = this.#ends
        this.#ends = []
        await this.#commit(ends, this.#health, this.#isGone)
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#writing = undefined
    }
  }

  async #commit(ends: readonly AttemptEnd[], health: CoolDown, isGone: boolean): Promise<void> {
    const { sql, clock, ledger } = this.#ports
    const [tenantId, { id }] = [this.#tenantId, this.#endpoint]
    const before = this.#writtenHealth
    const facts = this.#factsOf(before, health, isGone)
    await sql.transaction({ tenantId }, async (tx) => {
      // The endpoint before its deliveries, as a removal takes them: the other way round each would wait for the other.
      const now = await lockEndpoint(tx, tenantId, id)
      await updateAttempts(tx, tenantId, id, ends)
      if (now?.isEnabled !== true || now.url !== this.#endpoint.url) this.#isUnwanted = true
      if (health !== before) await updateCoolDown(tx, tenantId, id, health)
      if (isGone) {
        await updateToDisabled(tx, tenantId, id, 'it answered 410 Gone')
        await updateToDead(tx, tenantId, id, clock.nowMs())
      }
      await ledger.appendInTx(tx, tenantId, facts)
    })
    this.#writtenHealth = health
  }

  /** An endpoint that comes and goes is told of once until it has held for an hour. */
  #factsOf(before: CoolDown, after: CoolDown, isGone: boolean): readonly LedgerFact[] {
    const { id, url } = this.#endpoint
    const fact = (type: string, more: object): LedgerFact => ({
      type,
      actor: this.#ports.actor,
      subject: endpointSubject(id),
      payload: { endpoint: id, host: new URL(url).host, ...more },
      refs: [],
    })
    if (isGone) return [fact('webhook.endpoint-disabled', { reason: 'it answered 410 Gone' })]
    if (before.rests === 0 && after.rests > 0)
      return [fact('webhook.endpoint-failing', { failures: after.failures })]
    if (before.rests > 0 && after.rests === 0) return [fact('webhook.endpoint-recovered', {})]
    return []
  }
}
