// Front door of the identity room.
import type { Slice } from '../kernel/index.ts'
import { ACCOUNT_ERASURE, ACCOUNT_EVENTS } from './account/model.ts'
import { API_KEY_EVENTS } from './api-key/model.ts'
import { identityErrors } from './errors.ts'
import { IDENTITY_EVENTS } from './model.ts'
import { TOKEN_KEY_EVENTS } from './service-token/model.ts'

export { makeAccountRoutes } from './account/http.ts'
export { makeAccounts, type Accounts } from './account/service.ts'
export { looksLikeApiKey } from './api-key/format.ts'
export { makeApiKeyRoutes } from './api-key/http.ts'
export { accountBehind, areOneHand } from './api-key/one-hand.ts'
export { makeApiKeys, type ApiKeys } from './api-key/service.ts'
export { runKeyCreate } from './cli.ts'
export { makeSessions, type Sessions } from './session/service.ts'
export type { IssuerName, IssuerSettings } from './sign-in/issuer.ts'
export { makeSignIn } from './sign-in/service.ts'
export { cookieNamesOf, makeSignInVisits } from './sign-in/visits.ts'
export { makeServiceTokenRoutes } from './service-token/http.ts'
export { makeIdentityActions } from './actions.ts'
export type { EndedKeys } from './service-token/ended-keys.ts'
export { makeServiceTokens, type ServiceTokens } from './service-token/service.ts'
export { looksLikeToken } from './service-token/verification.ts'
export { openRunner } from './enrolment.ts'
export type { EnrolledRunner } from './enrolment.ts'
export { makeIdentityRoutes } from './http.ts'
export type { PresentedPrincipal } from './http.ts'
export type { PrincipalKind, RegisteredPrincipal } from './model.ts'
export { makeIdentity } from './service.ts'
export type { Identity, Registration, Speaker } from './service.ts'
export type { OpenedStatement } from './signed-statement.ts'

export const identitySlice: Slice = {
  name: 'identity',
  migrations: new URL('./migrations/', import.meta.url),
  errors: identityErrors,
  events: [...IDENTITY_EVENTS, ...API_KEY_EVENTS, ...ACCOUNT_EVENTS, ...TOKEN_KEY_EVENTS],
  erasure: ACCOUNT_ERASURE,
}
