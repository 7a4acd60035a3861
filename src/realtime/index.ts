// Front door of the realtime feed.
import type { Slice } from '../kernel/index.ts'
import { realtimeErrors } from './errors.ts'

export type { Shown } from './credentials.ts'
export { EVENT_NAMES } from './events.ts'
export { REALTIME_PATH } from './model.ts'
export type { SocketLimits } from './model.ts'
export { makeChangeRoutes } from './http.ts'
export { openRealtime } from './server.ts'
export type { Realtime, RealtimePorts } from './server.ts'
export type { RealtimeEvent, RealtimeFigures, RealtimeSink } from './sink.ts'

export const realtimeSlice: Slice = { name: 'realtime', errors: realtimeErrors }
