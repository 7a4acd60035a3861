// Decides who a request comes from: the holder of an API key, of a service token, of a session, or of a key of the data folder.
import { bytesEqual, utf8Bytes } from '../kernel/index.ts'
import type { Caller } from '../kernel/index.ts'
import type { ApiKeys, ServiceTokens, Sessions } from '../identity/index.ts'
import { looksLikeApiKey, looksLikeToken } from '../identity/index.ts'
import type { WebRequest } from '../web/index.ts'

/** Who holds a key of the data folder; no account and no API key has this name. */
export const OPERATOR = 'operator'

export interface Doors {
  /** Key of the operator, who is the admin of every tenant of the deployment. */
  readonly operatorKey: string
  /** Key of the pages: it shows one tenant and changes nothing. */
  readonly viewKey: string
  readonly apiKeys: Pick<ApiKeys, 'verify' | 'verifyAgain'>
  readonly serviceTokens: Pick<ServiceTokens, 'verify'>
  readonly sessions: Pick<Sessions, 'verify'>
  readonly defaultTenant: string
  /** Makes a tenant known before the operator's first write to it. */
  openTenant(tenantId: string): Promise<void>
}

/** Undefined for whoever holds nothing that fits. What they may do with it is decided by what they ask for. */
export async function authenticate(request: WebRequest, doors: Doors): Promise<Caller | undefined> {
  // RFC 6750: the scheme in any case, then one token; a key without its scheme is none.
  const bearer = /^Bearer +(\S+)$/i.exec(request.authorization ?? '')?.[1]
  if (bearer !== undefined && looksLikeApiKey(bearer)) {
    const { apiKeys } = doors
    const key = await (request.wasLetIn === true
      ? apiKeys.verifyAgain(bearer)
      : apiKeys.verify(bearer, request.peer))
    if (key === undefined) return undefined
    const { tenantId, role, environments } = key
    return { id: `key-${key.keyId}`, tenantId, role, environments, credential: 'api-key' }
  }
  if (bearer !== undefined && looksLikeToken(bearer)) {
    const rights = await doors.serviceTokens.verify(bearer)
    if (rights === undefined) return undefined
    const { subject: id, ...rest } = rights
    if (id === OPERATOR && request.access !== 'read') await doors.openTenant(rights.tenantId)
    return { id, ...rest, credential: 'service-token' }
  }
  if (isSameKey(bearer, doors.operatorKey)) {
    const tenantId = request.tenant ?? doors.defaultTenant
    if (request.access !== 'read') await doors.openTenant(tenantId)
    return { id: OPERATOR, tenantId, role: 'admin', environments: null, credential: 'operator' }
  }
  if (!isSameKey(request.viewKey, doors.viewKey) && !isSameKey(bearer, doors.viewKey))
    // Whoever shows a key means it: a wrong one is not made good by a cookie.
    return request.authorization === undefined && request.session !== undefined
      ? callerOfSession(request.session, request.peer, doors)
      : undefined
  const tenantId = doors.defaultTenant
  return { id: OPERATOR, tenantId, role: 'viewer', environments: null, credential: 'view-key' }
}

async function callerOfSession(
  secret: string,
  peer: string | undefined,
  doors: Doors,
): Promise<Caller | undefined> {
  const known = await doors.sessions.verify(secret, peer)
  if (known === undefined) return undefined
  const { session, account } = known
  const { authenticatedAt, endsAt, sessionId } = session
  return {
    id: account.accountId,
    tenantId: account.tenantId,
    role: account.role,
    environments: account.environments,
    credential: 'session',
    session: {
      id: sessionId,
      authenticatedAtMs: authenticatedAt === undefined ? null : Date.parse(authenticatedAt),
      endsAt,
    },
  }
}

function isSameKey(given: string | undefined, wanted: string): boolean {
  return given !== undefined && bytesEqual(utf8Bytes(given), utf8Bytes(wanted))
}
