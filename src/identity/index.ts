// Front door of the identity room.
import type { Slice } from '../kernel/index.ts'
import { identityErrors } from './errors.ts'
import { IDENTITY_EVENTS } from './model.ts'

export { runKeyCreate } from './cli.ts'
export { openRunner } from './enrolment.ts'
export type { EnrolledRunner } from './enrolment.ts'
export { makeIdentityRoutes } from './http.ts'
export type { PresentedPrincipal } from './http.ts'
export type { PrincipalKind, RegisteredPrincipal } from './model.ts'
export { makeIdentity } from './service.ts'
export type { Identity, Registration } from './service.ts'
export type { OpenedStatement } from './signed-statement.ts'

export const identitySlice: Slice = {
  name: 'identity',
  migrations: new URL('./migrations/', import.meta.url),
  errors: identityErrors,
  events: IDENTITY_EVENTS,
}
