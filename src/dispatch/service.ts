// What can be done with requests for runs, as one record of use cases over shared ports.
import type { Action, Principal } from '../kernel/index.ts'
import type { RunHolder, RunStart, StartedRun } from '../gates/index.ts'
import { requestAction } from './ask-action.ts'
import { askForRun, cancelRequest, listRequests, readRequest } from './asking.ts'
import type { AskAnswer, AskWish } from './asking.ts'
import type { RunRequest, Seat } from './model.ts'
import type { DispatchPorts } from './ports.ts'
import type { RequestFilter } from './request-store.ts'
import { leaveSeat, listSeats, offerRequests, openSeat } from './seats.ts'
import type { SeatWish } from './seats.ts'
import { claimRequest, declineRequest, endTaken, readClaim, startRequest } from './taking.ts'
import type { ClaimedRequest, ClaimWish } from './taking.ts'
import type { ListedSeat } from './seat-store.ts'
import type { RowPage } from '../web/index.ts'

export interface Dispatch {
  /** @throws DISPATCH_PLAN_UNREVIEWED, DISPATCH_PARAMETER_REFUSED, DISPATCH_REQUEST_OPEN, and the ACTION_ codes of a token */
  ask(principal: Principal, wish: AskWish): Promise<AskAnswer>
  read(tenantId: string, requestId: string): Promise<RunRequest>
  list(
    tenantId: string,
    filter: RequestFilter,
    limit: number,
    before?: string,
  ): Promise<readonly RunRequest[]>
  cancel(principal: Principal, requestId: string): Promise<RunRequest>
  openSeat(tenantId: string, wish: SeatWish): Promise<Seat>
  listSeats(tenantId: string, page?: RowPage): Promise<readonly ListedSeat[]>
  offer(tenantId: string, seatId: string): Promise<readonly string[]>
  leave(tenantId: string, seatId: string): Promise<void>
  claim(tenantId: string, requestId: string, wish: ClaimWish): Promise<ClaimedRequest>
  /** What a claim answered, as it stands now. @throws DISPATCH_REQUEST_UNKNOWN */
  readClaim(tenantId: string, requestId: string): Promise<ClaimedRequest>
  start(tenantId: string, requestId: string, holder: RunHolder): Promise<StartedRun>
  /** What a start answered, as it stands now. @throws GATES_RUN_UNKNOWN */
  readStart(tenantId: string, runId: string): Promise<RunStart>
  decline(
    tenantId: string,
    requestId: string,
    holderId: string,
    reason: string,
  ): Promise<RunRequest>
  end(tenantId: string, requestId: string, holderId: string): Promise<RunRequest>
  /** What environment a plan is for. @throws GATES_PLAN_UNKNOWN */
  environmentOfPlan(tenantId: string, planHash: string): Promise<string>
}

export function makeDispatch(ports: DispatchPorts): {
  readonly dispatch: Dispatch
  readonly dispatchActions: readonly Action[]
} {
  const dispatch: Dispatch = {
    ask: (principal, wish) => askForRun(ports, principal, wish),
    read: (tenantId, requestId) => readRequest(ports, tenantId, requestId),
    list: (tenantId, filter, limit, before) => listRequests(ports, tenantId, filter, limit, before),
    cancel: (principal, requestId) => cancelRequest(ports, principal, requestId),
    openSeat: (tenantId, wish) => openSeat(ports, tenantId, wish),
    listSeats: (tenantId, page) => listSeats(ports, tenantId, page),
    offer: (tenantId, seatId) => offerRequests(ports, tenantId, seatId),
    leave: (tenantId, seatId) => leaveSeat(ports, tenantId, seatId),
    claim: (tenantId, requestId, wish) => claimRequest(ports, tenantId, requestId, wish),
    readClaim: (tenantId, requestId) => readClaim(ports, tenantId, requestId),
    start: (tenantId, requestId, holder) => startRequest(ports, tenantId, requestId, holder),
    readStart: (tenantId, runId) => ports.runs.readStart(tenantId, runId),
    decline: (tenantId, requestId, holderId, reason) =>
      declineRequest(ports, tenantId, requestId, holderId, reason),
    end: (tenantId, requestId, holderId) => endTaken(ports, tenantId, requestId, holderId),
    environmentOfPlan: async (tenantId, planHash) =>
      (await ports.plans.readPinned(tenantId, planHash)).environment,
  }
  return { dispatch, dispatchActions: [requestAction(ports)] }
}
