// The requests that show whether a service keeps to its list of origins, with the answers expected: for tests and for checks.
import type { CorsPolicy } from './cors.ts'

/** One request and what must come back. Plain data. */
export interface CorsCase {
  /** Unique, stable: `preflight PUT from https://app.example.com`. */
  readonly name: string
  readonly request: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
  }
  readonly expected: {
    /** What `Access-Control-Allow-Origin` says; null = the field must not be there. */
    readonly allowOrigin: string | null
    readonly allowCredentials: boolean
    /** For a preflight that is allowed: the method and the headers that its answer must cover. */
    readonly allowMethod?: string
    readonly allowHeaders?: readonly string[]
    /** Whether `Vary` must name Origin. */
    readonly varyOrigin: boolean
    /** A preflight is answered without reaching a handler: 2xx when allowed. */
    readonly isPreflight: boolean
  }
}

/** Origins that a careless comparison lets in, made from one that is allowed; each with the mistake it shows. */
export function foreignOrigins(
  allowed: string,
): readonly (readonly [trick: string, origin: string])[] {
  const { protocol, hostname, host, port } = new URL(allowed)
  const other = protocol === 'https:' ? 'http:' : 'https:'
  const tricks: readonly (readonly [string, string])[] = [
    ['unrelated', 'https://evil.example'],
    ['suffix', `${protocol}//${hostname}.evil.example`],
    ['prefix', `${protocol}//evil${host}`],
    ['subdomain', `${protocol}//m.${host}`],
    ['scheme', `${other}//${host}`],
    ['another port', `${protocol}//${hostname}:${port === '8443' ? '9443' : '8443'}`],
    ['no port', `${protocol}//${hostname}`],
    ['upper case', `${protocol}//${host.toUpperCase()}`],
    ['trailing dot', `${protocol}//${hostname}.`],
    ['trailing slash', `${allowed}/`],
    ['underscore', `${protocol}//${hostname}_.evil.example`],
    ['backtick', `${protocol}//${hostname}%60.evil.example`],
    ['user', `${protocol}//${host}@evil.example`],
    ['two in one', `${allowed}, https://evil.example`],
    ['null', 'null'],
    ['star', '*'],
    ['any character for a dot', `${protocol}//${hostname.replace('.', 'x')}`],
    ['in the middle', `https://evil.example/${allowed}`],
    ['this machine', 'http://localhost'],
    ['a port of this machine', 'http://localhost:3000'],
    ['the address of this machine', 'http://127.0.0.1:3000'],
    ['the name of this machine as prefix', 'http://localhost.evil.example'],
  ]
  // A trick that an origin gives no hold for, such as a host without a dot, would be the origin itself.
  return tricks.filter(([, origin]) => origin !== allowed)
}

const HOSTILE_METHOD = 'X-SEAWORTHY'
const HOSTILE_HEADER = 'x-seaworthy-probe'
/** Origins of the list that each method is asked for; the rest are asked once. */
const THOROUGH_COUNT = 3

export function corsMatrix(policy: CorsPolicy): readonly CorsCase[] {
  const isOpen = policy.origins[0] === '*'
  const known = isOpen ? ['https://anybody.example'] : policy.origins
  // Who lets everybody in may say so to everybody.
  const cases: CorsCase[] = isOpen ? [] : [plainCase(policy, undefined, true)]
  for (const [index, origin] of known.entries()) {
    cases.push(plainCase(policy, origin, true))
    const methods = index < THOROUGH_COUNT ? policy.methods : policy.methods.slice(0, 1)
    for (const method of methods) cases.push(preflightCase(policy, origin, method, [], true))
  }
  const first = known[0]
  if (first === undefined) return cases
  const method = policy.methods[0] ?? 'GET'
  cases.push(preflightCase(policy, first, method, policy.headers, true))
  cases.push(preflightCase(policy, first, HOSTILE_METHOD, [], false))
  cases.push(preflightCase(policy, first, method, [HOSTILE_HEADER], false))
  for (const refused of ['PUT', 'PATCH', 'DELETE'])
    if (!policy.methods.includes(refused))
      cases.push(preflightCase(policy, first, refused, [], false))
  if (isOpen) return cases
  for (const [trick, origin] of foreignOrigins(first)) {
    if (policy.origins.includes(origin)) continue
    cases.push(plainCase(policy, origin, false, trick))
    cases.push(preflightCase(policy, origin, method, [], false, trick))
  }
  return cases
}

function plainCase(
  policy: CorsPolicy,
  origin: string | undefined,
  isAllowed: boolean,
  trick = '',
): CorsCase {
  const from = origin === undefined ? 'without an origin' : `from ${origin}`
  const isShown = isAllowed && origin !== undefined
  return {
    name: `GET ${from}${trick === '' ? '' : ` (${trick})`}`,
    request: { method: 'GET', headers: origin === undefined ? {} : { origin } },
    expected: { ...originExpected(policy, origin ?? '', isShown), isPreflight: false },
  }
}

function preflightCase(
  policy: CorsPolicy,
  origin: string,
  method: string,
  headers: readonly string[],
  isAllowed: boolean,
  trick = '',
): CorsCase {
  const more = headers.length === 0 ? '' : ` with ${headers.join(', ')}`
  return {
    name: `preflight ${method}${more} from ${origin}${trick === '' ? '' : ` (${trick})`}`,
    request: {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        ...(headers.length === 0 ? {} : { 'access-control-request-headers': headers.join(',') }),
      },
    },
    expected: {
      ...originExpected(policy, origin, isAllowed),
      ...(isAllowed ? { allowMethod: method, allowHeaders: headers } : {}),
      isPreflight: true,
    },
  }
}

function originExpected(
  policy: CorsPolicy,
  origin: string,
  isAllowed: boolean,
): Omit<CorsCase['expected'], 'isPreflight'> {
  const isOpen = policy.origins[0] === '*'
  return {
    allowOrigin: isAllowed ? (isOpen ? '*' : origin) : null,
    allowCredentials: isAllowed && policy.credentials,
    varyOrigin: !isOpen,
  }
}

/** As an answer's header fields are read: names in lower case. */
export interface CorsSeen {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
}

/** What an answer has wrong; empty = as expected. A refusal may come as any status, as long as no field lets the page in. */
export function corsMistakes(
  { expected, request }: CorsCase,
  { status, headers }: CorsSeen,
): readonly string[] {
  const mistakes: string[] = []
  const allowed = headers['access-control-allow-origin'] ?? null
  const isLetIn = allowed !== null && (allowed === '*' || allowed === request.headers['origin'])
  if (expected.allowOrigin === null) {
    // A refused method or header is refused as well by an answer that names others.
    const isCovered = !expected.isPreflight || coversPreflight(request.headers, headers)
    if (isLetIn && isCovered)
      mistakes.push(`lets in ${JSON.stringify(request.headers['origin'] ?? 'everybody')}`)
    if (
      !expected.isPreflight &&
      allowed !== null &&
      !isLetIn &&
      request.headers['origin'] === undefined
    )
      mistakes.push(`answers ${JSON.stringify(allowed)} to nobody`)
  } else {
    if (allowed !== expected.allowOrigin)
      mistakes.push(
        `expected Access-Control-Allow-Origin ${expected.allowOrigin}, got ${allowed ?? 'none'}`,
      )
    if (expected.isPreflight && !(status >= 200 && status < 300))
      mistakes.push(`expected a preflight answered with 2xx, got ${status}`)
    if (expected.isPreflight && !coversPreflight(request.headers, headers))
      mistakes.push('the preflight does not allow what was asked for')
  }
  const hasCredentials = headers['access-control-allow-credentials'] === 'true'
  if (hasCredentials && allowed === '*') mistakes.push('credentials beside *')
  if (expected.allowOrigin !== null && hasCredentials !== expected.allowCredentials)
    mistakes.push(`expected credentials ${expected.allowCredentials ? 'allowed' : 'not allowed'}`)
  const vary = namesIn(headers['vary'])
  if (expected.varyOrigin && allowed !== null && !vary.includes('origin') && !vary.includes('*'))
    mistakes.push('expected Vary to name Origin')
  return mistakes
}

function namesIn(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').map((name) => name.trim().toLowerCase())
}

/** Whether a preflight's answer covers the method and headers asked for, as a browser would read it (Fetch standard). */
export function coversPreflight(
  asked: CorsCase['request']['headers'],
  told: CorsSeen['headers'],
): boolean {
  const method = asked['access-control-request-method'] ?? ''
  const methods = (told['access-control-allow-methods'] ?? '').split(',').map((each) => each.trim())
  const isSimple = ['GET', 'HEAD', 'POST'].includes(method)
  const isOpen = told['access-control-allow-credentials'] !== 'true'
  if (!isSimple && !methods.includes(method) && !(isOpen && methods.includes('*'))) return false
  const headers = namesIn(told['access-control-allow-headers'])
  return namesIn(asked['access-control-request-headers'])
    .filter((name) => name !== '')
    .every(
      (name) =>
        headers.includes(name) || (isOpen && name !== 'authorization' && headers.includes('*')),
    )
}
