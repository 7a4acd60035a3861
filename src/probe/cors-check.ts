// The CORS check: a matrix of origins and preflights, and which of them the service lets read its answers.
import { coversPreflight, foreignOrigins } from '../guard/index.ts'
import type { CheckDescription, ConnectionPool } from '../kernel/index.ts'
import { ask, fieldOf } from './asking.ts'
import { probeFault } from './errors.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord, ProbeValues } from './model.ts'
import { headersValue, refuse, TARGET, textValue, urlValue } from './values.ts'

const TIMEOUT_MS = 10_000
/** Origins besides the first. */
const ORIGIN_LIMIT_COUNT = 20

const CORS = {
  name: 'probe-cors',
  outward: 'asks',
  summary:
    'A matrix of origins, with and without preflight: who may read the answers of the service',
  parameters: {
    ...TARGET,
    origin: {
      type: 'text',
      isRequired: true,
      summary: 'an origin that is allowed, such as https://app.example.com',
    },
    otherOrigins: {
      type: 'text',
      isRequired: false,
      summary: 'more origins that are allowed, with spaces between',
    },
    method: { type: 'text', isRequired: false, summary: 'method of the preflight; default POST' },
    body: {
      type: 'text',
      isRequired: false,
      summary:
        'body of a real request of `method` from each origin, sent without `headers`: it should change nothing. Without it only GET is sent',
    },
    requestHeaders: {
      type: 'text',
      isRequired: false,
      summary: 'headers that the preflight asks for; default content-type',
    },
  },
  fields: {
    allowedMissingCount:
      'requests of the allowed origin, preflight included, that were not granted',
    foreignGrantedCount:
      'requests of foreign, look-alike, null or downgraded origins that were granted',
    wildcardWithCredentialsCount:
      'answers with `*` and credentials, or with any origin echoed and credentials',
    missingVaryCount:
      'answers that grant one origin and do not vary on Origin: a cache gives them to others',
    isMethodSent:
      'whether requests of `method` were sent too: a service that grants those alone is found only then',
    preflightFailedCount: 'preflights of the allowed origin answered with an error status',
    rows: 'each request: case, origin, isAllowed, method, isPreflight, status, allowOrigin, allowCredentials, allowMethods, isGranted',
  },
} satisfies CheckDescription

export const corsCheck: ProbeCheck = { ...CORS, collect: collectCors }

interface CorsCase {
  readonly case: string
  readonly origin: string
  readonly isAllowed: boolean
}

function casesOf(allowed: readonly string[]): readonly CorsCase[] {
  const foreign = foreignOrigins(allowed[0] ?? '').filter(([, origin]) => !allowed.includes(origin))
  return [
    ...allowed.map((origin) => ({ case: 'an allowed origin', origin, isAllowed: true })),
    ...foreign.map(([trick, origin]) => ({ case: trick, origin, isAllowed: false })),
  ]
}

/** @throws PROBE_PARAMETER_REFUSED */
function allowedOrigins(values: ProbeValues): readonly string[] {
  const words = (name: string): readonly string[] =>
    (textValue(values, name) ?? '').split(/\s+/).filter((word) => word !== '')
  const expected = 'an origin without path, such as https://app.example.com'
  const read = (name: string): readonly string[] =>
    words(name).map((text) => {
      if (URL.canParse(text) && new URL(text).origin === text) return text
      throw refuse(name, expected, text)
    })
  const [own, ...rest] = read('origin')
  const others = read('otherOrigins')
  if (own === undefined || rest.length > 0)
    throw refuse('origin', expected, textValue(values, 'origin') ?? '')
  if (others.length > ORIGIN_LIMIT_COUNT)
    throw refuse('otherOrigins', `at most ${ORIGIN_LIMIT_COUNT} origins`, `${others.length}`)
  return [own, ...others]
}

async function collectCors({ wire }: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values } = question
  const cases = casesOf(allowedOrigins(values))
  const body = textValue(values, 'body')
  const requests: readonly CorsRequest[] = [
    { isPreflight: true },
    { isPreflight: false },
    ...(body === undefined ? [] : [{ isPreflight: false, body }]),
  ]
  const pool = wire.openPool(2)
  try {
    const rows: CorsRow[] = []
    for (const each of cases)
      for (const request of requests) rows.push(await askAs(pool, question, each, request))
    if (rows.every(({ status }) => status === null))
      throw probeFault(
        'PROBE_TARGET_SILENT',
        `no answer came from ${new URL(urlValue(values)).host}`,
      )
    return { ...summaryOf(rows), isMethodSent: body !== undefined }
  } finally {
    pool.close()
  }
}

interface CorsRequest {
  readonly isPreflight: boolean
  /** Of a real request that is no GET. */
  readonly body?: string
}

interface CorsRow extends CorsCase {
  readonly method: string
  readonly isPreflight: boolean
  readonly status: number | null
  readonly allowOrigin: string | null
  readonly allowCredentials: boolean
  readonly allowMethods: string | null
  readonly allowHeaders: string | null
  readonly variesOnOrigin: boolean
  readonly isGranted: boolean
}

async function askAs(
  pool: ConnectionPool,
  { values, signal }: ProbeQuestion,
  each: CorsCase,
  { isPreflight, body }: CorsRequest,
): Promise<CorsRow> {
  const wanted = textValue(values, 'method') ?? 'POST'
  const preflight = {
    'access-control-request-method': wanted,
    'access-control-request-headers': textValue(values, 'requestHeaders') ?? 'content-type',
  }
  const method = isPreflight ? 'OPTIONS' : body === undefined ? 'GET' : wanted
  // A browser sends no credentials with a preflight; nor does a request that could change something.
  const more = isPreflight
    ? preflight
    : body === undefined
      ? headersValue(values)
      : { 'content-type': 'application/json' }
  const headers = { ...more, origin: each.origin }
  const asked = { method, url: urlValue(values), headers, timeoutMs: TIMEOUT_MS }
  const answer = await ask(pool, body === undefined ? asked : { ...asked, body }, signal)
  const allowOrigin = fieldOf(answer, 'access-control-allow-origin')
  const opensOrigin = allowOrigin === '*' || allowOrigin === each.origin
  const opensRequest = !isPreflight || coversPreflight(preflight, answer.headers)
  return {
    ...each,
    method,
    isPreflight,
    status: answer.status,
    allowOrigin,
    allowCredentials: fieldOf(answer, 'access-control-allow-credentials') === 'true',
    allowMethods: fieldOf(answer, 'access-control-allow-methods'),
    allowHeaders: fieldOf(answer, 'access-control-allow-headers'),
    variesOnOrigin: /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(answer.headers['vary'] ?? ''),
    // A foreign origin is let in as soon as it is named; the allowed one only when all it asks for is granted.
    isGranted: each.isAllowed ? opensOrigin && opensRequest : opensOrigin,
  }
}

function summaryOf(rows: readonly CorsRow[]): ProbeRecord {
  const count = (isCounted: (row: CorsRow) => boolean): number => rows.filter(isCounted).length
  return {
    allowedMissingCount: count((row) => row.isAllowed && !row.isGranted),
    foreignGrantedCount: count((row) => !row.isAllowed && row.isGranted),
    wildcardWithCredentialsCount: count(
      (row) =>
        row.allowCredentials && (row.allowOrigin === '*' || (!row.isAllowed && row.isGranted)),
    ),
    missingVaryCount: count(
      (row) => row.isGranted && row.allowOrigin !== '*' && !row.variesOnOrigin,
    ),
    preflightFailedCount: count(
      (row) => row.isAllowed && row.isPreflight && (row.status === null || row.status >= 300),
    ),
    rows: rows.map((row) => ({ ...row })),
  }
}
