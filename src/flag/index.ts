// Front door of switches in the control plane.
import type { Slice } from '../kernel/index.ts'
import { flagErrors } from './errors.ts'
import { FLAG_EVENTS } from './model.ts'

export { flipAction } from './flip-action.ts'
export { makeFlagRoutes } from './http.ts'
export { makeFlags } from './service.ts'
export type { FlagPorts, Flags } from './service.ts'

export const flagSlice: Slice = {
  name: 'flag',
  migrations: new URL('./migrations/', import.meta.url),
  errors: flagErrors,
  events: FLAG_EVENTS,
}
