// Records requests in the ledger: what one changed in the same transaction, everything else before its answer leaves.
import { AsyncLocalStorage } from 'node:async_hooks'
import { messageOf } from '../kernel/index.ts'
import type { Caller, Clock, JoinableSql, Log, Sql, SqlScope, SqlTx } from '../kernel/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import type { AskedRefusal, AskedRequest, RequestRecorder } from '../web/index.ts'
import { auditFault } from './errors.ts'
import { auditFactOf } from './fact.ts'
import type { AuditOutcome, FactPorts } from './fact.ts'
import { RefusalTally } from './tally.ts'
import type { TallyCounts } from './tally.ts'

const TOO_MANY_REQUESTS = 429
const FIRST_SERVER_FAULT = 500
/** Of a read these say that there is no such thing, or not now: an answer, and no refusal. */
const ANSWERS_OF_READS: readonly number[] = [404, 409, 410]

export interface RecorderPorts extends FactPorts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly log: Log
  /** Not watched by this recorder, as the database. */
  readonly ledger: Ledger
  readonly sql: Sql
  /** Whose ledger tells of strangers. */
  readonly operatorTenant: string
  /** Makes that tenant known. */
  openOperatorTenant(): Promise<void>
  /** Hears of every refusal that was counted, whether an entry told of it or not. */
  countRefusal(whose: 'principal' | 'stranger', kept: RefusalKept): void
}

/** `entry`: recorded; `tally`: counted, an entry will say so; `lost`: it could not be recorded. */
export type RefusalKept = 'entry' | 'tally' | 'lost'

/** What a request is while its handler runs. */
interface OpenRequest {
  readonly tenantId: string
  readonly done: LedgerFact
  isRecorded: boolean
  isOver: boolean
}

export interface LedgerRecorder extends RequestRecorder {
  /** The database as slices use it: what a request writes is committed with its entry, or not at all. */
  watchSql(sql: JoinableSql): JoinableSql
  /** The ledger as slices use it: a request's entry goes into the batch of its first fact. */
  watchLedger(ledger: Ledger): Ledger
  /** Records floods of which only the beginning was recorded. @param isEnding when nothing is left for later */
  recordTallies(isEnding: boolean): Promise<void>
}

export function makeLedgerRecorder(ports: RecorderPorts): LedgerRecorder {
  return new Recorder(ports)
}

class Recorder implements LedgerRecorder {
  readonly #ports: RecorderPorts
  readonly #current = new AsyncLocalStorage<OpenRequest>()
  /** Transactions that hold the entry of a request, as long as they are open. */
  readonly #holding = new WeakSet<SqlTx>()
  readonly #tally: RefusalTally<AskedRequest>

  constructor(ports: RecorderPorts) {
    this.#ports = ports
    this.#tally = new RefusalTally(ports.clock)
  }

  async carryOut<T>(asked: AskedRequest, handle: () => Promise<T>): Promise<T> {
    const tenantId = callerOf(asked).tenantId
    const done = auditFactOf(this.#ports, asked, { result: 'done' })
    const request: OpenRequest = { tenantId, done, isRecorded: false, isOver: false }
    try {
      const answer = await this.#current.run(request, handle)
      if (!request.isRecorded) await this.#appendOrRefuse(tenantId, done)
      return answer
    } finally {
      // What the request left running is no part of it.
      request.isOver = true
    }
  }

  async refuse(asked: AskedRequest, { status, code }: AskedRefusal): Promise<void> {
    const { caller } = asked
    // Apart, so that no other flood hides what is tried where people sign in.
    if (asked.isVisit) return this.#count('visitor', asked, code)
    if (caller === undefined || !asked.isKnownRoute) return this.#count('stranger', asked, code)
    if (status === TOO_MANY_REQUESTS) return this.#count(principalKey(caller), asked, code)
    const isFault = status >= FIRST_SERVER_FAULT
    if (!asked.isWeighty && (isFault || ANSWERS_OF_READS.includes(status))) return
    const result = isFault ? 'failed' : 'refused'
    const fact = auditFactOf(this.#ports, asked, { result, status, code })
    try {
      await this.#appendOrRefuse(caller.tenantId, fact)
      if (!isFault) this.#ports.countRefusal('principal', 'entry')
    } catch (error) {
      if (!isFault) this.#ports.countRefusal('principal', 'lost')
      // What failed is answered as the failure it is: that closes as well, and says more.
      if (!isFault) throw error
      this.#ports.log.error('a failed request is not in the audit log', {
        requestId: asked.requestId,
        detail: messageOf(error),
      })
    }
  }

  watchSql(sql: JoinableSql): JoinableSql {
    return {
      engine: sql.engine,
      isJoined: () => sql.isJoined(),
      join: async (work) => {
        const request = this.#current.getStore()
        try {
          return await sql.join(work)
        } catch (error) {
          // Its parts are undone, and their entry with them.
          if (request !== undefined) request.isRecorded = false
          throw error
        }
      },
      transaction: (scope, work, terms) => {
        const request = this.#openRequest(scope)
        return request === undefined
          ? sql.transaction(scope, work, terms)
          : this.#transactionOf(request, sql, scope, work)
      },
    }
  }

  watchLedger(ledger: Ledger): Ledger {
    const watched: Pick<Ledger, 'append' | 'appendInTx' | 'checkpoint' | 'sealDay'> = {
      appendInTx: (tx, tenantId, facts) => {
        const request = this.#openRequest({ tenantId })
        return request === undefined || facts.length === 0 || this.#holding.has(tx)
          ? ledger.appendInTx(tx, tenantId, facts)
          : this.#holdIn(tx, ledger, request, facts)
      },
      append: async (tenantId, facts) => {
        const request = this.#openRequest({ tenantId })
        if (request === undefined || facts.length === 0) return ledger.append(tenantId, facts)
        return this.#appendWith(ledger, request, facts)
      },
      // What they sign is written by the ledger itself: the entry comes first.
      checkpoint: async (tenantId) => {
        await this.#recordFirst(tenantId)
        return ledger.checkpoint(tenantId)
      },
      sealDay: async (tenantId, day) => {
        await this.#recordFirst(tenantId)
        return ledger.sealDay(tenantId, day)
      },
    }
    return new Proxy(ledger, {
      get(target, name) {
        if (name in watched) return Reflect.get(watched, name) as unknown
        const member: unknown = Reflect.get(target, name)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      },
    })
  }

  async recordTallies(isEnding: boolean): Promise<void> {
    for (const { counts, sample } of this.#tally.takeAll(isEnding))
      await this.#recordTally(sample, counts)
  }

  /** The request under way, unless it has its entry already or the scope is none of its own. */
  #openRequest(scope: SqlScope): OpenRequest | undefined {
    const request = this.#current.getStore()
    if (request === undefined || request.isOver || request.isRecorded) return undefined
    return scope === 'system' || scope.tenantId === request.tenantId ? request : undefined
  }

  async #transactionOf<T>(
    request: OpenRequest,
    sql: Sql,
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
  ): Promise<T> {
    let isHeld = false
    const result = await sql.transaction(scope, async (tx) => {
      // Parts of one whole share its transaction, one after the other; what an earlier one held was undone with it.
      this.#holding.delete(tx)
      try {
        const worked = await work(tx)
        if (!this.#holding.has(tx) && (await hasWritten(tx)))
          await this.#holdIn(tx, this.#ports.ledger, request, [])
        isHeld = this.#holding.has(tx)
        return worked
      } finally {
        this.#holding.delete(tx)
      }
    })
    if (isHeld) request.isRecorded = true
    return result
  }

  async #holdIn(
    tx: SqlTx,
    ledger: Ledger,
    request: OpenRequest,
    facts: readonly LedgerFact[],
  ): ReturnType<Ledger['appendInTx']> {
    const appended = await ledger.appendInTx(tx, request.tenantId, [...facts, request.done])
    this.#holding.add(tx)
    return appended.slice(0, facts.length)
  }

  /** The entry stands before the facts, so that a crash between two batches leaves no fact without it. */
  async #appendWith(
    ledger: Ledger,
    request: OpenRequest,
    facts: readonly LedgerFact[],
  ): ReturnType<Ledger['append']> {
    const { tenantId, done } = request
    // A fact with an id of its own may be refused by itself: then nothing was done, and nothing may say so.
    if (facts.some(({ id }) => id !== undefined)) {
      const appended = await this.#ports.sql.transaction({ tenantId }, (tx) =>
        ledger.appendInTx(tx, tenantId, [done, ...facts]),
      )
      request.isRecorded = true
      return appended.slice(1)
    }
    const appended = await ledger.append(tenantId, [done, ...facts])
    request.isRecorded = true
    return appended.slice(1)
  }

  async #recordFirst(tenantId: string): Promise<void> {
    const request = this.#openRequest({ tenantId })
    if (request === undefined) return
    await this.#appendOrRefuse(tenantId, request.done)
    request.isRecorded = true
  }

  async #appendOrRefuse(tenantId: string, fact: LedgerFact): Promise<void> {
    try {
      await this.#ports.ledger.append(tenantId, [fact])
    } catch (error) {
      throw auditFault(
        'AUDIT_UNRECORDED',
        'expected the ledger to take the entry of this request',
        {
          cause: error,
        },
      )
    }
  }

  async #count(flooder: string, asked: AskedRequest, code: string): Promise<void> {
    const counts = this.#tally.add(flooder, code, withoutBody(asked))
    if (counts === undefined) this.#ports.countRefusal(whoseOf(asked), 'tally')
    else await this.#recordTally(asked, counts)
  }

  /** Never refuses what is refused already: a flood with a broken database must not become a flood of other answers. */
  async #recordTally(asked: AskedRequest, counts: TallyCounts): Promise<void> {
    const { ledger, operatorTenant, log } = this.#ports
    const outcome: AuditOutcome = { result: 'tallied', counts }
    try {
      const isStranger = whoseOf(asked) === 'stranger'
      if (isStranger) await this.#ports.openOperatorTenant()
      const tenantId = isStranger ? operatorTenant : callerOf(asked).tenantId
      await ledger.append(tenantId, [auditFactOf(this.#ports, asked, outcome)])
      this.#ports.countRefusal(whoseOf(asked), 'entry')
    } catch (error) {
      this.#ports.countRefusal(whoseOf(asked), 'lost')
      log.warn('refusals are not in the audit log', { counts, detail: messageOf(error) })
    }
  }
}

/** Null as long as the transaction wrote no row; what it locked counts as written. */
async function hasWritten(tx: SqlTx): Promise<boolean> {
  const [row] = await tx.query<{ has_written: boolean }>(
    'select pg_current_xact_id_if_assigned() is not null as has_written',
  )
  return row?.has_written === true
}

function callerOf({ caller }: AskedRequest): Caller {
  if (caller === undefined) throw new TypeError('expected a request of a known principal')
  return caller
}

function principalKey({ tenantId, id }: Caller): string {
  return JSON.stringify([tenantId, id])
}

function whoseOf({ caller, isKnownRoute }: AskedRequest): 'principal' | 'stranger' {
  return caller === undefined || !isKnownRoute ? 'stranger' : 'principal'
}

/** A count must not keep the bodies that it counted. */
function withoutBody(asked: AskedRequest): AskedRequest {
  return { ...asked, body: undefined, bodyBytes: new Uint8Array(0) }
}
