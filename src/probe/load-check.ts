// The load check: an open or a closed loop against one address, refused as evidence when the generator was the bottleneck.
import type { CheckDescription, ConnectionPool, Json, LoopDelay } from '../kernel/index.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { LATE_MS, errorPercentOf, loadRecord, rounded, runLoad } from './load.ts'
import type { LoadFacts, LoadShape } from './load.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeValues } from './model.ts'
import {
  headersValue,
  numberValue,
  refuse,
  statusTest,
  TARGET,
  textValue,
  urlValue,
} from './values.ts'

/** Most of each unless the plan says `beyondCaps: true`. */
const CAPS = { ratePerSecond: 500, users: 100, seconds: 300 }
/** Most of each whatever the plan says. */
const LIMITS = { ratePerSecond: 20_000, users: 2_000, seconds: 3_600 }
const CONNECTION_LIMIT = 2_000
const ANSWER_LIMIT_BYTES = 1024 * 1024
/** The generator was the bottleneck when more of its requests than this left late, … */
const LATE_SHARE_LIMIT = 0.01
/** … or when its event loop was this late at the 99th percentile. */
const LOOP_DELAY_LIMIT_MS = 50

const LOAD = {
  name: 'probe-load',
  outward: 'acts',
  summary:
    'Load on one address, at a constant rate or from a number of users, with every time in a histogram',
  parameters: {
    ...TARGET,
    method: { type: 'text', isRequired: false, summary: 'HTTP method; default GET' },
    body: { type: 'text', isRequired: false, summary: 'request body; may hold `$NAME`' },
    ratePerSecond: {
      type: 'number',
      isRequired: false,
      summary: `open loop: requests a second, whatever becomes of earlier ones; at most ${CAPS.ratePerSecond}`,
    },
    users: {
      type: 'number',
      isRequired: false,
      summary: `closed loop: users that each wait for their answer before they ask again; at most ${CAPS.users}`,
    },
    pauseMs: {
      type: 'number',
      isRequired: false,
      summary: 'closed loop: time from an answer to the next request of the user; default 0',
    },
    seconds: {
      type: 'number',
      isRequired: true,
      summary: `time that is measured; at most ${CAPS.seconds}`,
    },
    warmupSeconds: {
      type: 'number',
      isRequired: false,
      summary: 'time before it that is not measured; default 1',
    },
    timeoutMs: {
      type: 'number',
      isRequired: false,
      summary: 'longest wait for one answer; default 10000',
    },
    successStatus: {
      type: 'text',
      isRequired: false,
      summary: 'statuses that count as success; default 2xx',
    },
    beyondCaps: {
      type: 'boolean',
      isRequired: false,
      summary: `true allows up to ${LIMITS.ratePerSecond} requests a second, ${LIMITS.users} users and ${LIMITS.seconds} seconds`,
    },
  },
  fields: {
    latency:
      'histogram from when each request was due: successful ones, and those that ran out of time; read it with `from: percentile`. Null when the generator was the bottleneck',
    errorPercent:
      'share of requests without an answer that counts as success; null when the generator was the bottleneck, or nothing was sent',
    answersPerSecond:
      'successful answers a second within the measured time; null when the generator was the bottleneck',
    whyEmpty:
      'by field: why it is null when the generator was the bottleneck, with figures; the gate’s reason says it',
    measured:
      'the same and more as it was measured, whoever was the bottleneck: counts, statuses, failures, each second',
    generator:
      'isLimited and reason; requests that left late, how late (histogram), delay of the event loop, most requests at a time',
    plan: 'what was asked for: loop, rate or users, times',
  },
} satisfies CheckDescription

export const loadCheck: ProbeCheck = { ...LOAD, collect: collectLoad }

interface LoadPlan {
  readonly shape: LoadShape
  readonly durationMs: number
  readonly warmupMs: number
  readonly timeoutMs: number
}

async function collectLoad(
  { clock, wire }: ProbePorts,
  { values, signal }: ProbeQuestion,
): Promise<Readonly<Record<string, Json>>> {
  const plan = loadPlanOf(values)
  const request = requestOf(values, plan.timeoutMs)
  const isSuccess = statusTest(values, 'successStatus', '2xx')
  const pool = wire.openPool(connectionsFor(plan))
  const loop = wire.watchLoop()
  try {
    const { shape, durationMs, warmupMs } = plan
    const send = (): Promise<number> => sendOnce(pool, { ...request, signal })
    const facts = await runLoad(clock, { shape, durationMs, warmupMs, send, isSuccess, signal })
    return recordOf(plan, facts, loop.stop())
  } finally {
    loop.stop()
    pool.close()
  }
}

/** What the plan asks for. @throws PROBE_PARAMETER_REFUSED past the caps, or for both loops or none */
function loadPlanOf(values: ProbeValues): LoadPlan {
  const most = values['beyondCaps'] === true ? LIMITS : CAPS
  const isOpen = Object.hasOwn(values, 'ratePerSecond')
  if (isOpen === Object.hasOwn(values, 'users'))
    throw refuse('ratePerSecond', 'either ratePerSecond or users', isOpen ? 'both' : 'neither')
  const durationS = numberValue(values, 'seconds', { least: 0.1, most: most.seconds, fallback: 0 })
  const warmupS = numberValue(values, 'warmupSeconds', {
    least: 0,
    most: most.seconds,
    fallback: 1,
  })
  const shape: LoadShape = isOpen
    ? {
        loop: 'open',
        ratePerSecond: numberValue(values, 'ratePerSecond', {
          least: 0.1,
          most: most.ratePerSecond,
          fallback: 0,
        }),
      }
    : {
        loop: 'closed',
        userCount: numberValue(values, 'users', {
          least: 1,
          most: most.users,
          fallback: 0,
          isWhole: true,
        }),
        pauseMs: numberValue(values, 'pauseMs', { least: 0, most: 60_000, fallback: 0 }),
      }
  return {
    shape,
    durationMs: durationS * 1_000,
    warmupMs: warmupS * 1_000,
    timeoutMs: numberValue(values, 'timeoutMs', { least: 1, most: 60_000, fallback: 10_000 }),
  }
}

interface LoadRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly timeoutMs: number
}

function requestOf(values: ProbeValues, timeoutMs: number): LoadRequest {
  const method = textValue(values, 'method') ?? 'GET'
  if (!/^[A-Z]{1,20}$/.test(method)) throw refuse('method', 'a method in capitals', method)
  const body = textValue(values, 'body')
  return {
    method,
    url: urlValue(values),
    headers: headersValue(values),
    timeoutMs,
    ...(body === undefined ? {} : { body: utf8Bytes(body) }),
  }
}

/** Status of one request over a pool; the body is read to its end. */
export async function sendOnce(
  pool: ConnectionPool,
  request: LoadRequest & { readonly signal: AbortSignal },
): Promise<number> {
  const { status } = await pool.send({ ...request, bodyLimitBytes: ANSWER_LIMIT_BYTES })
  return status
}

/** Enough that a service which answers nothing is met by every request of an open loop, as it would be by its callers. */
function connectionsFor({ shape, timeoutMs }: LoadPlan): number {
  return shape.loop === 'closed'
    ? shape.userCount
    : Math.min(CONNECTION_LIMIT, Math.ceil((shape.ratePerSecond * timeoutMs) / 1_000) + 1)
}

function recordOf(
  plan: LoadPlan,
  facts: LoadFacts,
  loopDelay: LoopDelay,
): Readonly<Record<string, Json>> {
  const reason = bottleneckOf(facts, loopDelay)
  const isLimited = reason !== null
  const { shape, durationMs, warmupMs, timeoutMs } = plan
  return {
    latency: isLimited ? null : facts.latency,
    errorPercent: isLimited ? null : errorPercentOf(facts),
    answersPerSecond: isLimited ? null : facts.answersPerSecond,
    whyEmpty: whyEmptyOf(reason, ['latency', 'errorPercent', 'answersPerSecond']),
    measured: loadRecord(facts),
    generator: {
      isLimited,
      reason,
      lateCount: facts.lateCount,
      lateness: facts.lateness,
      peakInFlight: facts.peakInFlight,
      loopDelay: {
        p50Ms: rounded(loopDelay.p50Ms),
        p99Ms: rounded(loopDelay.p99Ms),
        maxMs: rounded(loopDelay.maxMs),
      },
    },
    plan: { ...shape, durationMs, warmupMs, timeoutMs },
  }
}

/** The reason by field, for the judge to say instead of "an empty value". */
export function whyEmptyOf(
  reason: string | null,
  fields: readonly string[],
): Readonly<Record<string, string>> {
  if (reason === null) return {}
  const why = `the load generator was the bottleneck: ${reason}`
  return Object.fromEntries(fields.map((field) => [field, why]))
}

/** Why the figures speak of the generator and not of the service; null when they do not. */
export function bottleneckOf(
  { sentCount, lateCount }: Pick<LoadFacts, 'sentCount' | 'lateCount'>,
  { p99Ms }: LoopDelay,
): string | null {
  if (sentCount === 0) return 'nothing was sent in the measured time'
  if (lateCount > sentCount * LATE_SHARE_LIMIT)
    return `${lateCount} of ${sentCount} requests left more than ${LATE_MS} ms late`
  return p99Ms > LOOP_DELAY_LIMIT_MS
    ? `the event loop was ${rounded(p99Ms)} ms late at the 99th percentile`
    : null
}
