// Front door of dispatch: runs that people ask for, and the runners that take them.
import type { Slice } from '../kernel/index.ts'
import { dispatchErrors } from './errors.ts'
import { DISPATCH_EVENTS } from './model.ts'

export { unconfirmedOptions } from './ask-terms.ts'
export { makeDispatchRoutes } from './http.ts'
export { claimWord, offerGap, seatWord } from './model.ts'
export type { RunnerOffer, RunRequest } from './model.ts'
export type { DispatchPorts } from './ports.ts'
export { countOpenRequests } from './request-store.ts'
export { countWaitingRunners } from './seat-store.ts'
export { makeDispatch } from './service.ts'
export { makeDispatchJob } from './settling.ts'
export type { ClaimedRequest } from './taking.ts'

export const dispatchSlice: Slice = {
  name: 'dispatch',
  migrations: new URL('./migrations/', import.meta.url),
  errors: dispatchErrors,
  events: DISPATCH_EVENTS,
}
