// Reads the Idempotency-Key of a request (draft-ietf-httpapi-idempotency-key-header), and what the request asks for as bytes.
import type { FastifyRequest } from 'fastify'
import { canonicalBytes, hexOf } from '../kernel/index.ts'
import type { Digest, Route } from '../kernel/index.ts'
import { readJsonBody } from './body.ts'
import type { MountedRoute } from './mounted-route.ts'
import { webFault } from './errors.ts'

export const KEY_HEADER = 'idempotency-key'
const KEY_LIMIT_CHARACTERS = 255
/** RFC 8941 string: printable ASCII, with `"` and `\` escaped. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/
/** As many clients send it: without quotes, and then without what would need them. */
const BARE = /^[!#-+\--:<-[\]-~]+$/

/** Whether doing what a route does twice would be another thing than doing it once. */
export function takesKey({
  method,
  access,
  repetition,
}: Pick<MountedRoute, 'method' | 'access' | 'repetition'>): boolean {
  const isChange = access === 'write' || access === 'admin'
  return isChange && method !== 'GET' && repetition !== 'harmless'
}

/** The key without its quotes; undefined when there is none. @throws WEB_IDEMPOTENCY_KEY_INVALID */
export function readKey(request: FastifyRequest): string | undefined {
  const given = request.headers[KEY_HEADER]
  if (given === undefined) return undefined
  const text = (typeof given === 'string' ? given : given.join(',')).trim()
  const key = QUOTED.exec(text)?.[1]?.replaceAll(/\\(["\\])/g, '$1') ?? BARE.exec(text)?.[0]
  if (key !== undefined && key !== '' && key.length <= KEY_LIMIT_CHARACTERS) return key
  throw webFault(
    'WEB_IDEMPOTENCY_KEY_INVALID',
    `expected one key of 1 to ${KEY_LIMIT_CHARACTERS} characters in quotes`,
  )
}

/** Method, route, place and body: the same bytes for the same request, however its JSON is written. */
export function describeRequest(
  route: Route,
  request: FastifyRequest,
  { sha256 }: Pick<Digest, 'sha256'>,
): Uint8Array {
  return canonicalBytes({
    method: route.method,
    route: route.path,
    // Copied, because those of the framework have no prototype.
    params: { ...(request.params as object) },
    query: { ...(request.query as object) },
    body: hexOf(sha256(bodyBytes(route, request))),
  })
}

function bodyBytes(route: Route, { body }: FastifyRequest): Uint8Array {
  const raw = body instanceof Uint8Array ? body : new Uint8Array(0)
  if (route.accepts === 'bytes' || raw.length === 0) return raw
  return canonicalBytes(readJsonBody(raw))
}
