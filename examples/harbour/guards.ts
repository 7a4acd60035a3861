// What protects harbour: who may ask from where, limits, abnormal rates, strict bodies, queries, a breaker and a kill switch.
// Your own service imports the same from `@seaworthy/guard` and `@seaworthy/guard/node`.
import { createHash, timingSafeEqual } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  admitAtEdge,
  admitRequest,
  guardStatus,
  makeAddressBlocks,
  makeAnomalyGuard,
  makeBreaker,
  makeCorsPolicy,
  makeCsrfJudge,
  makeEdgeGuard,
  makeGraphGuard,
  makeGuardMetrics,
  makeIngestGuard,
  makeLimiter,
  makeRateGuard,
  makeSwitches,
  securityHeaders,
} from '../../src/guard/index.ts'
import type {
  Breaker,
  Contract,
  EdgeGuard,
  GraphGuard,
  GuardClock,
  GuardMetrics,
  GuardSink,
  GuardStatus,
  IngestAnswer,
  Switches,
} from '../../src/guard/index.ts'
import { nodeGuardClock, nodeSha256, switchFile } from '../../src/guard/node.ts'
import { DATABASE_RULE, isDatabaseFailure } from './resting-bookings.ts'

/** 200 requests a minute, 60 of them at once: for each tenant, and for each address that names none. */
const BOOKINGS_POLICY = {
  kind: 'bucket',
  name: 'bookings',
  limit: 200,
  windowMs: 60_000,
  burst: 60,
} as const
/** Nobody may guess the operator's key; ten refusals block the address for a quarter of an hour. */
const OPERATOR_POLICY = {
  kind: 'bucket',
  name: 'operator',
  limit: 20,
  windowMs: 60_000,
  burst: 10,
} as const
/** Points of a tenant's queries: as many as one largest query at once. */
const GRAPH_POLICY = {
  kind: 'bucket',
  name: 'graph',
  limit: 60_000,
  windowMs: 60_000,
  burst: 10_000,
} as const
/** A tenant that nobody knows yet is throttled above this; later its own habit counts. More than a burst of bookings. */
const NEWCOMER_PER_S = 100
/** Largest body, in bytes, and how deep it may nest. */
const BODY_LIMITS = { sizeBytes: 10_000, depth: 8, keyCount: 100, valueCount: 100 }
/** The guard of queries has narrower limits of its own, and says which one it was. */
const GRAPH_BODY_LIMITS = { ...BODY_LIMITS, sizeBytes: 500_000 }

export type SwitchName = 'bookings'

export interface GuardTerms {
  /** File that says what is switched on and off; it need not exist. */
  readonly switchPath: string
  /** Who has it may flip switches. */
  readonly operatorKey: string
  /** Pages that may ask from a browser, as exact origins. */
  readonly pageOrigins: readonly string[]
  /** By which rates are measured; default: that of Node. */
  readonly rateClock?: GuardClock
}

export interface Guards {
  readonly metrics: GuardMetrics
  readonly switches: Switches<SwitchName>
  readonly graph: GraphGuard
  readonly database: Breaker
  /** Before all else: header fields, CORS and CSRF; false when the request has been answered. */
  admitAtEdge(request: IncomingMessage, response: ServerResponse): boolean
  /** Whether the request is within the limit of its tenant, or of its address without one; when not, it has been answered. */
  admit(
    request: IncomingMessage,
    response: ServerResponse,
    tenant: string | undefined,
  ): Promise<boolean>
  /** The same for the operator's paths; a wrong key counts against the address. */
  admitOperator(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  isOperator(request: IncomingMessage): boolean
  readBody(
    request: IncomingMessage,
    kind: 'booking' | 'query',
    contract: Contract,
  ): Promise<IngestAnswer>
  /** What stands now: limits, throttles, blocks, breakers, switches. */
  status(): GuardStatus
  /** Replaces the file; every process that watches it follows within two seconds. */
  flip(name: SwitchName, state: 'on' | 'off'): Promise<void>
}

export function makeGuards(terms: GuardTerms): Guards {
  const { switchPath, operatorKey, pageOrigins } = terms
  const metrics = makeGuardMetrics()
  const { sink } = metrics
  const clock = nodeGuardClock
  const rates = makeRates(sink, terms.rateClock ?? nodeGuardClock)
  const edge = makeEdge(pageOrigins, sink)
  const graph = makeGraphGuard({ clock, sink, points: rates.graph })
  const settings = { settings: DATABASE_RULE, isFailure: isDatabaseFailure }
  const database = makeBreaker({ name: 'database', clock, sink, ...settings })
  const switches = makeSwitches({
    definitions: { bookings: { kind: 'kill-switch', boot: 'on' } },
    sources: [switchFile(switchPath)],
    clock,
    environment: process.env,
    sink,
  })
  const ingest = {
    booking: makeIngestGuard({ clock, sha256: nodeSha256, limits: BODY_LIMITS, sink }),
    query: makeIngestGuard({ clock, sha256: nodeSha256, limits: GRAPH_BODY_LIMITS, sink }),
  }
  const isOperator = (request: IncomingMessage): boolean =>
    isSameSecret(request.headers.authorization ?? '', `Bearer ${operatorKey}`)
  return {
    metrics,
    switches,
    graph,
    database,
    admitAtEdge: (request, response) => admitAtEdge(edge, request, response),
    admit: (request, response, tenant) =>
      admitRequest(rates.bookings, () => ({ endpoint: 'bookings', tenant }), request, response),
    admitOperator(request, response) {
      const principal = isOperator(request) ? 'operator' : undefined
      const describe = () => ({ endpoint: 'operator', principal })
      return admitRequest(rates.operator, describe, request, response)
    },
    isOperator,
    async readBody(request, kind, contract) {
      const guard = ingest[kind]
      const { sizeBytes } = guard.limits
      if (!/^application\/json(?:\s*;|$)/i.test(request.headers['content-type'] ?? ''))
        return guard.refuse('media-type', 'expected content-type application/json')
      const bytes = await readAtMost(request, sizeBytes)
      return bytes === undefined
        ? guard.refuse('too-large', `expected at most ${sizeBytes} bytes`)
        : guard.admit(bytes, contract)
    },
    flip: (name, state) => writeSwitch(switchPath, name, state),
    status: () => guardStatus({ ...rates.status, graph, breakers: [database], switches }),
  }
}

function makeRates(sink: GuardSink, clock: GuardClock) {
  const blocks = makeAddressBlocks({ clock, sink })
  const anomaly = makeAnomalyGuard({ clock, sink, newcomerPerS: NEWCOMER_PER_S })
  // A read is worth more than its limit; what a key protects is not.
  const [bookings, graph, operator] = [
    makeLimiter({ policy: BOOKINGS_POLICY, clock, endpointClass: 'availability', sink }),
    makeLimiter({ policy: GRAPH_POLICY, clock, endpointClass: 'protective', sink }),
    makeLimiter({ policy: OPERATOR_POLICY, clock, endpointClass: 'protective', sink }),
  ]
  return {
    bookings: makeRateGuard({ limiter: bookings, clock, blocks, anomaly }),
    graph: makeRateGuard({ limiter: graph, clock, blocks, anomaly }),
    operator: makeRateGuard({ limiter: operator, clock, blocks }),
    status: { limiters: [bookings, graph, operator], blocks, anomaly },
  }
}

function makeEdge(pageOrigins: readonly string[], sink: GuardSink): EdgeGuard {
  const headers = ['content-type', 'x-tenant']
  return makeEdgeGuard({
    cors: makeCorsPolicy({ origins: pageOrigins, methods: ['GET', 'POST'], headers }),
    csrf: makeCsrfJudge({ ownOrigins: [], trustedOrigins: pageOrigins }),
    headers: securityHeaders('api'),
    sink,
  })
}

/** Nothing is read of a body that says itself that it is too large, and no more than the limit of one that does not. */
async function readAtMost(
  request: IncomingMessage,
  limitBytes: number,
): Promise<Uint8Array | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return undefined
  const chunks: Buffer[] = []
  let sizeBytes = 0
  // Without destroying the stream at the end, or the refusal could not be sent any more.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length
    if (sizeBytes > limitBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Replaced whole: whoever reads meanwhile sees the old or the new one. */
async function writeSwitch(path: string, name: SwitchName, state: 'on' | 'off'): Promise<void> {
  const document = { format: 'seaworthy-switches/1', switches: { [name]: { state } } }
  await writeFile(`${path}.next`, JSON.stringify(document))
  await rename(`${path}.next`, path)
}

/** Takes as long for a near miss as for a far one. */
function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
