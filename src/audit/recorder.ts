// Records requests in the ledger: what one changed in the same transaction, everything else before its answer leaves.
import { AsyncLocalStorage } from 'node:async_hooks'
import { messageOf } from '../kernel/index.ts'
import type { Caller, JoinableSql, Sql, SqlScope, SqlTx } from '../kernel/index.ts'
import type { Ledger, LedgerFact } from '../ledger/index.ts'
import type { AskedRefusal, AskedRequest, RequestRecorder } from '../web/index.ts'
import { appendAuditFact, auditFactOf } from './fact.ts'
import { Floods } from './floods.ts'
import type { FloodPorts } from './floods.ts'

const TOO_MANY_REQUESTS = 429
const FIRST_SERVER_FAULT = 500
/** Of a read these say that there is no such thing, or not now: an answer, and no refusal. */
const ANSWERS_OF_READS: readonly number[] = [404, 409, 410]

export interface RecorderPorts extends FloodPorts {
  readonly sql: Sql
}

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
  readonly #floods: Floods

  constructor(ports: RecorderPorts) {
    this.#ports = ports
    this.#floods = new Floods(ports)
  }

  async carryOut<T>(asked: AskedRequest, handle: () => Promise<T>): Promise<T> {
    const tenantId = callerOf(asked).tenantId
    const done = auditFactOf(this.#ports, asked, { result: 'done' })
    const request: OpenRequest = { tenantId, done, isRecorded: false, isOver: false }
    try {
      const answer = await this.#current.run(request, handle)
      if (!request.isRecorded) await appendAuditFact(this.#ports.ledger, tenantId, done)
      return answer
    } finally {
      // What the request left running is no part of it.
      request.isOver = true
    }
  }

  async refuse(asked: AskedRequest, { status, code }: AskedRefusal): Promise<void> {
    const { caller } = asked
    // Apart, so that no other flood hides what is tried where people sign in.
    if (asked.isVisit) return this.#floods.countStranger('visitor', asked, code)
    if (caller === undefined) return this.#floods.countStranger('stranger', asked, code)
    const isFlood = status === TOO_MANY_REQUESTS || asked.isConnection
    if (isFlood && status < FIRST_SERVER_FAULT)
      return this.#floods.countPrincipal(caller, asked, { status, code })
    const isFault = status >= FIRST_SERVER_FAULT
    // Where no route is, nothing was asked for that could be missing: whoever asks there is turned away.
    const isAnswer = asked.isKnownRoute && ANSWERS_OF_READS.includes(status)
    if (!asked.isWeighty && (isFault || isAnswer)) return
    const result = isFault ? 'failed' : 'refused'
    const fact = auditFactOf(this.#ports, asked, { result, status, code })
    try {
      await appendAuditFact(this.#ports.ledger, caller.tenantId, fact)
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

  recordTallies(isEnding: boolean): Promise<void> {
    return this.#floods.recordTallies(isEnding)
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
    await appendAuditFact(this.#ports.ledger, tenantId, request.done)
    request.isRecorded = true
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
