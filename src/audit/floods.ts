// Records refusals that may come in floods: of strangers, of sign-ins, of connections, and of principals past their limit; one entry of each in a while.
import { messageOf } from '../kernel/index.ts'
import type { Caller, Clock, Log } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import type { AskedRefusal, AskedRequest } from '../web/index.ts'
import { appendAuditFact, auditFactOf } from './fact.ts'
import type { AuditOutcome, FactPorts } from './fact.ts'
import { RefusalTally } from './tally.ts'
import type { Tallied, TallyCounts } from './tally.ts'

export interface FloodPorts extends FactPorts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Log
  /** Not watched by the recorder. */
  readonly ledger: Ledger
  /** Whose ledger tells of strangers. */
  readonly operatorTenant: string
  /** Makes that tenant known. */
  openOperatorTenant(): Promise<void>
  /** Hears of every refusal that was counted, whether an entry told of it or not. */
  countRefusal(whose: 'principal' | 'stranger', kept: RefusalKept): void
}

/** `entry`: recorded; `tally`: counted, an entry will say so; `lost`: it could not be recorded. */
export type RefusalKept = 'entry' | 'tally' | 'lost'

export class Floods {
  readonly #ports: FloodPorts
  readonly #strangers: RefusalTally<AskedRequest>
  /** Past their limit, or with connections, which no limit of requests stands before. */
  readonly #principals: RefusalTally<AskedRequest>

  constructor(ports: FloodPorts) {
    this.#ports = ports
    this.#strangers = new RefusalTally(ports.clock)
    this.#principals = new RefusalTally(ports.clock)
  }

  /** @param isEnding when nothing is left for later */
  async recordTallies(isEnding: boolean): Promise<void> {
    for (const tally of [this.#strangers, this.#principals])
      for (const { counts, sample } of tally.takeAll(isEnding))
        await this.#recordTally(sample, counts)
  }

  async countStranger(flooder: string, asked: AskedRequest, code: string): Promise<void> {
    const counts = this.#strangers.add(flooder, code, withoutBody(asked))
    if (typeof counts === 'string') this.#ports.countRefusal('stranger', keptOf(counts))
    else await this.#recordTally(asked, counts)
  }

  /** The first of a window is recorded like every refusal, or not answered; the others of it are in the next entry. */
  async countPrincipal(
    caller: Caller,
    asked: AskedRequest,
    { status, code }: AskedRefusal,
  ): Promise<void> {
    const key = principalKey(caller, asked)
    const counts = this.#principals.add(key, code, withoutBody(asked))
    if (typeof counts === 'string') {
      this.#ports.countRefusal('principal', keptOf(counts))
      return
    }
    const isAlone = Object.values(counts).reduce((sum, count) => sum + count, 0) === 1
    const outcome: AuditOutcome = isAlone
      ? { result: 'refused', status, code }
      : { result: 'tallied', counts }
    try {
      await appendAuditFact(
        this.#ports.ledger,
        caller.tenantId,
        auditFactOf(this.#ports, asked, outcome),
      )
      this.#ports.countRefusal('principal', 'entry')
    } catch (error) {
      this.#principals.giveBack(key, counts)
      this.#ports.countRefusal('principal', 'tally')
      throw error
    }
  }

  /** Never refuses what is refused already: a flood with a broken database must not become a flood of other answers. */
  async #recordTally(asked: AskedRequest, counts: TallyCounts): Promise<void> {
    const { ledger, operatorTenant, log } = this.#ports
    const { caller } = asked
    const whose = caller === undefined ? 'stranger' : 'principal'
    try {
      if (caller === undefined) await this.#ports.openOperatorTenant()
      const fact = auditFactOf(this.#ports, asked, { result: 'tallied', counts })
      await ledger.append(caller?.tenantId ?? operatorTenant, [fact])
      this.#ports.countRefusal(whose, 'entry')
    } catch (error) {
      this.#ports.countRefusal(whose, 'lost')
      log.warn('refusals are not in the audit log', { counts, detail: messageOf(error) })
    }
  }
}

/** Connections apart from requests: an entry names one route. */
function principalKey({ tenantId, id }: Caller, { isConnection }: AskedRequest): string {
  return JSON.stringify([tenantId, id, isConnection])
}

function keptOf(tallied: Tallied): RefusalKept {
  return tallied === 'later' ? 'tally' : 'lost'
}

/** A count must not keep the bodies that it counted. */
function withoutBody(asked: AskedRequest): AskedRequest {
  return { ...asked, body: undefined, bodyBytes: new Uint8Array(0) }
}
