// What a caller may do: their tenant, their role against what the route asks, their environments against what it would change, how lately they proved who they are.
import type { AccessRole, Caller, Clock, Route, RouteInput } from '../kernel/index.ts'
import { webFault } from './errors.ts'

const NEEDED_ROLE: Readonly<Record<Route['access'], AccessRole>> = {
  read: 'viewer',
  write: 'developer',
  admin: 'admin',
}
const CALLED: Readonly<Record<AccessRole, string>> = {
  viewer: 'a viewer',
  developer: 'a developer',
  admin: 'an admin',
}
const RANK: Readonly<Record<AccessRole, number>> = { viewer: 1, developer: 2, admin: 3 }

const UNBOUND = 'a request that is not bound to one'

/** @throws WEB_TENANT_FOREIGN, WEB_ROLE_REFUSED, WEB_ENVIRONMENT_REFUSED where no body has to be read to say so */
export function assertAdmitted(caller: Caller, route: Route, tenant: string | undefined): void {
  if (tenant !== undefined && tenant !== caller.tenantId)
    throw webFault('WEB_TENANT_FOREIGN', 'expected the tenant that the API key belongs to')
  const needed = NEEDED_ROLE[route.access]
  if (RANK[caller.role] < RANK[needed])
    throw webFault(
      'WEB_ROLE_REFUSED',
      `expected a key of ${CALLED[needed]}, got one of ${CALLED[caller.role]}`,
    )
  // What does not say where it changes something may change it anywhere.
  if (isLimited(caller, route) && route.environment === undefined)
    throw refuseEnvironment(caller, UNBOUND)
}

/** @throws WEB_ENVIRONMENT_REFUSED */
export async function assertEnvironment(
  caller: Caller,
  route: Route,
  input: RouteInput,
): Promise<void> {
  if (!isLimited(caller, route) || typeof route.environment !== 'function') return
  const environment = await route.environment(input)
  if (environment === null) throw refuseEnvironment(caller, UNBOUND)
  if (caller.environments?.includes(environment) !== true)
    throw refuseEnvironment(caller, JSON.stringify(environment.slice(0, 100)))
}

/** How a session proves that its person is still there. */
export interface ProofTerms {
  readonly clock: Clock
  /** How long a proof serves, in milliseconds. */
  readonly proofLifetimeMs: number
}

/**
 * Step-up of RFC 9470: a session that somebody left open, or whose issuer tells no time, gives nobody's word.
 * Keys are no sessions: what they send is worth what the signature in it is.
 * @throws WEB_PROOF_TOO_OLD
 */
export function assertProven({ session }: Caller, { clock, proofLifetimeMs }: ProofTerms): void {
  if (session === undefined) return
  const { authenticatedAtMs } = session
  const ageMs = authenticatedAtMs === null ? undefined : clock.nowMs() - authenticatedAtMs
  if (ageMs !== undefined && ageMs <= proofLifetimeMs) return
  const maxAgeS = Math.floor(proofLifetimeMs / 1_000)
  const got =
    ageMs === undefined ? 'one whose time is not known' : `one ${Math.floor(ageMs / 1_000)} s old`
  throw webFault('WEB_PROOF_TOO_OLD', `expected a sign-in of the last ${maxAgeS} s, got ${got}`, {
    details: { maxAgeS },
  })
}

function isLimited(caller: Caller, route: Route): boolean {
  return caller.environments !== null && route.access !== 'read'
}

function refuseEnvironment(caller: Caller, got: string): Error {
  const allowed = caller.environments?.join(', ') ?? ''
  return webFault('WEB_ENVIRONMENT_REFUSED', `expected a change in ${allowed}, got ${got}`)
}
