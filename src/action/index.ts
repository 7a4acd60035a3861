// Front door of actions.
import type { Slice } from '../kernel/index.ts'
import { actionErrors } from './errors.ts'

export { makeActionRoutes } from './http.ts'
export type { IssuedPreview } from './model.ts'
export { makeActions } from './service.ts'
export type { ActionPorts, Actions } from './service.ts'

export const actionSlice: Slice = {
  name: 'action',
  migrations: new URL('./migrations/', import.meta.url),
  errors: actionErrors,
  events: ['action.previewed', 'action.confirmed', 'action.refused'],
}
