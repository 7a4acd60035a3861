// What becomes of a request without anybody's word: it expires, its runner falls silent, its run ends.
import type { Clock, JobKind, Sql, SqlTx } from '../kernel/index.ts'
import { LEASE_MS, selectRun } from '../gates/index.ts'
import type { StoredRun } from '../gates/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { describeLack, SEAT_SILENCE_MS } from './model.ts'
import type { RequestState, Seat, StoredRequest } from './model.ts'
import { lockRequest, updateRequest } from './request-store.ts'
import { selectSeats } from './seat-store.ts'

export const SETTLE_KIND = 'dispatch.settle'

export interface SettlingPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly ledger: Ledger
  /** Who tells the ledger what nobody did. */
  readonly actor: string
}

export interface Standing {
  readonly state: RequestState
  readonly reason: string | null
}

const OPEN: readonly RequestState[] = ['waiting', 'claimed', 'running']

export function isOpenState(state: RequestState): boolean {
  return OPEN.includes(state)
}

/** Where a request stands now, whether or not that was written down yet; pure. */
export function standingOf(
  request: StoredRequest,
  run: StoredRun | undefined,
  seats: readonly Seat[],
  nowMs: number,
): Standing {
  const { state, reason } = request
  const isExpired = Date.parse(request.expiresAt) <= nowMs
  const expired = (): Standing => ({
    state: 'expired',
    reason: describeLack(request, seats, nowMs),
  })
  switch (state) {
    case 'waiting':
      return isExpired ? expired() : { state, reason }
    case 'claimed':
      if (Date.parse(request.heldUntil ?? '') >= nowMs) return { state, reason }
      // Nothing was started for it: it may go to another runner.
      return isExpired
        ? expired()
        : { state: 'waiting', reason: `${request.runnerId} took it and was not heard of` }
    case 'running':
      return standingOfRun(request, run, nowMs)
    default:
      return { state, reason }
  }
}

function standingOfRun(
  { isCancelAsked, runnerId, reason }: StoredRequest,
  run: StoredRun | undefined,
  nowMs: number,
): Standing {
  if (run !== undefined && run.finishedAt !== null) return { state: 'finished', reason: null }
  const { lease } = run ?? {}
  if (lease !== undefined && Date.parse(lease.until) >= nowMs) return { state: 'running', reason }
  if (isCancelAsked)
    return { state: 'cancelled', reason: 'cancelled while it ran; what was recorded stands' }
  const why =
    lease === undefined ? `${runnerId} stopped before its end` : `${runnerId} was not heard of`
  return {
    state: 'abandoned',
    reason: `${why}; asking again goes on with the run, and repeats no change by itself`,
  }
}

/** Writes down where the request stands now. @returns it as it is afterwards */
export async function settleRequest(
  { clock, ledger, actor }: Omit<SettlingPorts, 'sql'>,
  tx: SqlTx,
  tenantId: string,
  request: StoredRequest,
): Promise<StoredRequest> {
  const nowMs = clock.nowMs()
  const run = request.runId === null ? undefined : await selectRun(tx, tenantId, request.runId)
  const seats = await warmSeats(tx, tenantId, nowMs)
  const { state, reason } = standingOf(request, run, seats, nowMs)
  if (state === request.state) return request
  const at = new Date(nowMs).toISOString()
  if (isOpenState(state)) {
    await updateRequest(tx, tenantId, request.requestId, { state, at, reason: reason ?? undefined })
    return { ...request, state, stateAt: at, reason, heldUntil: null }
  }
  return endRequest({ ledger }, tx, tenantId, request, { state, reason, at, by: actor })
}

/** Ends a request, with the fact of it. */
export async function endRequest(
  { ledger }: Pick<SettlingPorts, 'ledger'>,
  tx: SqlTx,
  tenantId: string,
  request: StoredRequest,
  end: Standing & { readonly at: string; readonly by: string },
): Promise<StoredRequest> {
  const { state, reason, at } = end
  await updateRequest(tx, tenantId, request.requestId, { state, at, reason: reason ?? undefined })
  await ledger.appendInTx(tx, tenantId, [
    {
      type: 'run.request-ended',
      actor: end.by,
      subject: `${request.service}@${request.version}`,
      payload: {
        request: request.requestId,
        state,
        ...(reason === null ? {} : { reason }),
        ...(request.runId === null ? {} : { run: request.runId }),
      },
      refs: [request.planHash],
    },
  ])
  return { ...request, state, stateAt: at, reason, heldUntil: null }
}

export function warmSeats(tx: SqlTx, tenantId: string, nowMs: number): Promise<readonly Seat[]> {
  return selectSeats(tx, tenantId, new Date(nowMs - SEAT_SILENCE_MS).toISOString())
}

const JOB_ATTEMPT_LIMIT = 10
const JOB_TIME_LIMIT_MS = 30_000
const JOB_WORKER_LIMIT = 8

/** Looks at a request when something about it may be due, until it is over. */
export function makeDispatchJob(ports: SettlingPorts): JobKind {
  return {
    name: SETTLE_KIND,
    summary: 'End a request for a run that expired, or whose runner fell silent',
    workerLimit: JOB_WORKER_LIMIT,
    attemptLimit: JOB_ATTEMPT_LIMIT,
    timeLimitMs: JOB_TIME_LIMIT_MS,
    keptDoneMs: 0,
    async run({ tenantId, payload }) {
      const { request: requestId } = payload as { readonly request: string }
      const settled = await ports.sql.transaction({ tenantId }, async (tx) => {
        const request = await lockRequest(tx, tenantId, requestId)
        return request && settleRequest(ports, tx, tenantId, request)
      })
      if (settled === undefined || !isOpenState(settled.state)) return undefined
      return { againMs: nextLookMs(settled, ports.clock.nowMs()) }
    },
  }
}

function nextLookMs({ state, expiresAt, heldUntil }: StoredRequest, nowMs: number): number {
  if (state === 'running') return nowMs + LEASE_MS
  return Date.parse(state === 'claimed' ? (heldUntil ?? expiresAt) : expiresAt) + 1
}
