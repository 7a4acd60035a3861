// Writes down what attempts came to, soon and in batches, with the health of the endpoint and what the ledger is to know.
import { beginAgain } from '../kernel/index.ts'
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

/** What an attempt does to the health of its endpoint, whatever that is by the time it is written down. */
export type HealthStep = (before: CoolDown) => CoolDown

/** A rest that was asked for is told from this length on: with shorter ones a receiver could fill the ledger. */
const TOLD_REST_FROM_MS = 600_000
const GONE_REASON = 'it answered 410 Gone'

/** What is added while a batch is being written goes with the next; a crash in between sends those few again. */
export class AttemptRecord {
  readonly #ports: RecordPorts
  readonly #tenantId: string
  readonly #endpoint: StoredEndpoint
  #ends: AttemptEnd[] = []
  #steps: HealthStep[] = []
  #isGone = false
  #writing: Promise<void> | undefined
  #failure: Error | undefined
  #isUnwanted = false

  constructor(ports: RecordPorts, tenantId: string, endpoint: StoredEndpoint) {
    this.#ports = ports
    this.#tenantId = tenantId
    this.#endpoint = endpoint
  }

  /** What could not be written is sent again later: more of it makes no sense now. */
  get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  /** Meanwhile somebody disabled or removed the endpoint, or gave it another address. */
  get isUnwanted(): boolean {
    return this.#isUnwanted
  }

  add(end: AttemptEnd, step?: HealthStep): void {
    this.#ends.push(end)
    if (step !== undefined) this.#steps.push(step)
    this.#writing ??= this.#write()
  }

  /** The receiver says that it is gone for good. */
  addGone(end: AttemptEnd): void {
    this.#isGone = true
    this.add(end)
  }

  /** @throws what kept it from being written */
  async written(): Promise<void> {
    await this.#writing
    if (this.#failure !== undefined) throw this.#failure
  }

  async #write(): Promise<void> {
    try {
      while (this.#ends.length > 0) {
        const [ends, steps] = [this.#ends, this.#steps]
        this.#ends = []
        this.#steps = []
        // What is not written down is delivered once more.
        await beginAgain(() => this.#commit(ends, steps, this.#isGone))
      }
    } catch (error) {
      this.#failure = error instanceof Error ? error : new Error(String(error))
    } finally {
      this.#writing = undefined
    }
  }

  async #commit(
    ends: readonly AttemptEnd[],
    steps: readonly HealthStep[],
    isGone: boolean,
  ): Promise<void> {
    const { sql, clock, ledger } = this.#ports
    const [tenantId, { id, url }] = [this.#tenantId, this.#endpoint]
    await sql.transaction({ tenantId }, async (tx) => {
      // The endpoint before its deliveries, as a removal takes them: the other way round each would wait for the other.
      const now = await lockEndpoint(tx, tenantId, id)
      if (now?.isEnabled !== true || now.url !== url) this.#isUnwanted = true
      if (now === undefined) return
      if (now.url !== url) {
        // What the address before refused or did not answer is for the new one, as if it had not been tried; its health is not.
        await updateAttempts(tx, tenantId, id, ends.filter(isDelivered))
        return
      }
      await updateAttempts(tx, tenantId, id, ends)
      // From what the row says now: another worker, or somebody who enabled it again, may have written meanwhile.
      const health = steps.reduce<CoolDown>((before, step) => step(before), now)
      if (health !== now) await updateCoolDown(tx, tenantId, id, health)
      const isEnding = isGone && now.isEnabled
      if (isEnding) {
        await updateToDisabled(tx, tenantId, id, GONE_REASON)
        await updateToDead(tx, tenantId, id, clock.nowMs())
      }
      await ledger.appendInTx(tx, tenantId, this.#factsOf(now, health, isEnding, clock.nowMs()))
    })
  }

  /** An endpoint that comes and goes is told of once until it has held for an hour. */
  #factsOf(
    before: CoolDown,
    after: CoolDown,
    isEnding: boolean,
    nowMs: number,
  ): readonly LedgerFact[] {
    const { id, url } = this.#endpoint
    const fact = (type: string, more: object): LedgerFact => ({
      type,
      actor: this.#ports.actor,
      subject: endpointSubject(id),
      payload: { endpoint: id, host: new URL(url).host, ...more },
      refs: [],
    })
    if (isEnding) return [fact('webhook.endpoint-disabled', { reason: GONE_REASON })]
    if (before.rests === 0 && after.rests > 0)
      return [fact('webhook.endpoint-failing', { failures: after.failures })]
    const untilMs = after.restsUntilMs ?? 0
    const isAsked = after.isResting && !before.isResting && after.rests === before.rests
    if (isAsked && untilMs - nowMs >= TOLD_REST_FROM_MS)
      return [fact('webhook.endpoint-resting', { until: new Date(untilMs).toISOString() })]
    if (before.rests > 0 && after.rests === 0) return [fact('webhook.endpoint-recovered', {})]
    return []
  }
}

function isDelivered({ state }: AttemptEnd): boolean {
  return state === 'delivered'
}
