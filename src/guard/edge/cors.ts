// Cross-origin requests (Fetch standard, CORS protocol): an exact list of origins, and what each request is answered.
import { GuardFault } from '../errors.ts'
import type { CorsReason } from './edge-events.ts'

export interface CorsTerms {
  /** `https://app.example.com`, exactly; or `['*']` for everybody, without credentials. */
  readonly origins: readonly string[]
  /** Default GET, HEAD, POST. */
  readonly methods?: readonly string[]
  /** Request headers that pages may set, names in any case. Default Content-Type. */
  readonly headers?: readonly string[]
  /** Response headers that pages may read. */
  readonly exposed?: readonly string[]
  /** Whether cookies and the like may be sent. Default false. */
  readonly credentials?: boolean
  /** How long a browser may keep a preflight's answer. Default 600 s. */
  readonly maxAgeS?: number
}

/** Checked and normalised terms. */
export type CorsPolicy = Required<CorsTerms>

export interface CorsRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface CorsAnswer {
  readonly fields: Readonly<Record<string, string>>
  /** Names to add to `Vary`: a cache must not hand one origin's answer to another. */
  readonly vary: readonly string[]
  /** Set for a preflight: the status it is answered with. Otherwise the request goes on. */
  readonly end?: 204 | 400 | 403
  readonly refused?: CorsReason
}

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40}$/
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/
/** Longest list of request headers that is read, in UTF-16 units. */
const HEADER_LIST_LIMIT = 4_096
const ORIGIN_LIMIT_COUNT = 1_000
const MAX_AGE_LIMIT_S = 86_400
const MAX_AGE_S = 600
/** Methods that no page may send (Fetch, forbidden method). */
const FORBIDDEN_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'TRACK'])

/** @throws GuardFault GUARD_CORS_INVALID: wildcards beside credentials or inside an origin, `null`, paths, forbidden methods */
export function makeCorsPolicy(terms: CorsTerms): CorsPolicy {
  const { credentials = false, maxAgeS = MAX_AGE_S } = terms
  if (!Array.isArray(terms.origins)) throw refuse('origins as a list', typeof terms.origins)
  if (terms.origins.length > ORIGIN_LIMIT_COUNT)
    throw refuse(`at most ${ORIGIN_LIMIT_COUNT} origins`, terms.origins.length)
  const isOpen = terms.origins.includes('*')
  if (isOpen && credentials)
    throw refuse('no * beside credentials: any page could act as your user', '*')
  if (isOpen && terms.origins.length > 1) throw refuse('* alone', terms.origins.join(' '))
  if (!(Number.isInteger(maxAgeS) && maxAgeS >= 0 && maxAgeS <= MAX_AGE_LIMIT_S))
    throw refuse(`a maxAgeS from 0 to ${MAX_AGE_LIMIT_S}`, maxAgeS)
  const methods = terms.methods ?? ['GET', 'HEAD', 'POST']
  for (const method of methods)
    if (!METHOD.test(method) || method === '*' || FORBIDDEN_METHODS.has(method.toUpperCase()))
      throw refuse('methods by name', method)
  const headers = (terms.headers ?? ['content-type']).map((name) => name.toLowerCase())
  const exposed = (terms.exposed ?? []).map((name) => name.toLowerCase())
  for (const name of [...headers, ...exposed])
    if (!TOKEN.test(name) || name === '*') throw refuse('headers by name', name)
  return {
    origins: isOpen ? ['*'] : [...new Set(terms.origins.map(normaliseOrigin))],
    methods: [...new Set(methods)],
    headers: [...new Set(headers)],
    exposed: [...new Set(exposed)],
    credentials,
    maxAgeS,
  }
}

function refuse(expected: string, got: unknown): GuardFault {
  return new GuardFault('GUARD_CORS_INVALID', `expected ${expected}, got ${JSON.stringify(got)}`)
}

/** As a browser writes it in `Origin` (RFC 6454, section 6.2). @throws GuardFault GUARD_CORS_INVALID */
export function normaliseOrigin(origin: string): string {
  let url: URL
  try {
    url = new URL(origin)
  } catch {
    throw refuse('an origin such as https://app.example.com', origin)
  }
  const isBare =
    (url.pathname === '/' || url.pathname === '') &&
    !/[?#*\\@\s,]/.test(origin) &&
    url.hostname !== '' &&
    !url.hostname.includes('*')
  if (!isBare) throw refuse('an origin without path, query, user or wildcard', origin)
  if (url.protocol === 'http:' || url.protocol === 'https:') return url.origin
  // Apps in a web view have schemes of their own, for which a URL has no origin.
  if (/^(?:file|data|blob|javascript|about):$/.test(url.protocol))
    throw refuse('a scheme that names who asks', origin)
  return `${url.protocol}//${url.host}`
}

/**
 * A page from elsewhere gets no `Access-Control-*` field, so that its browser keeps the answer from it; its request goes on all the
 * same, because CORS protects the answer. What protects the state is `judgeCsrf`.
 */
export function judgeCors(policy: CorsPolicy, { method, headers }: CorsRequest): CorsAnswer {
  const isOpen = policy.origins[0] === '*'
  const vary = isOpen ? [] : ['Origin']
  const origin = headers['origin']
  // To everybody the same, also to who names no origin: a cache may hand that answer on to a page.
  if (origin === undefined) return { fields: isOpen ? originFields(policy, '*') : {}, vary }
  const wanted = headers['access-control-request-method']
  const isPreflight = method === 'OPTIONS' && wanted !== undefined
  const isKnown = typeof origin === 'string' && (isOpen || policy.origins.includes(origin))
  if (!isPreflight)
    return isKnown
      ? { fields: originFields(policy, origin), vary }
      : { fields: {}, vary, refused: typeof origin === 'string' ? 'origin' : 'malformed' }
  const all = [...vary, 'Access-Control-Request-Method', 'Access-Control-Request-Headers']
  const refused = (reason: CorsReason): CorsAnswer => ({
    fields: {},
    vary: all,
    end: reason === 'malformed' ? 400 : 403,
    refused: reason,
  })
  const names = namesOf(headers['access-control-request-headers'])
  if (typeof origin !== 'string' || typeof wanted !== 'string' || names === undefined)
    return refused('malformed')
  if (!isKnown) return refused('origin')
  if (!policy.methods.includes(wanted)) return refused('method')
  if (!names.every((name) => policy.headers.includes(name))) return refused('header')
  return { fields: preflightFields(policy, origin), vary: all, end: 204 }
}

function originFields(policy: CorsPolicy, origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': policy.origins[0] === '*' ? '*' : origin,
    ...(policy.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
    ...(policy.exposed.length > 0
      ? { 'access-control-expose-headers': policy.exposed.join(', ') }
      : {}),
  }
}

function preflightFields(policy: CorsPolicy, origin: string): Record<string, string> {
  const { 'access-control-expose-headers': _, ...fields } = originFields(policy, origin)
  return {
    ...fields,
    'access-control-allow-methods': policy.methods.join(', '),
    ...(policy.headers.length > 0
      ? { 'access-control-allow-headers': policy.headers.join(', ') }
      : {}),
    'access-control-max-age': String(policy.maxAgeS),
  }
}

function namesOf(list: string | readonly string[] | undefined): readonly string[] | undefined {
  if (list === undefined || list === '') return []
  if (typeof list !== 'string' || list.length > HEADER_LIST_LIMIT) return undefined
  const names = list.split(',').map((name) => name.trim().toLowerCase())
  return names.every((name) => TOKEN.test(name)) ? names : undefined
}
