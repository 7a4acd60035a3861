// The spike check: one caller floods, another goes on as usual; who is throttled, who is hurt, and how soon all is well again.
import { steadyAfterMs } from '../guard/index.ts'
import type { CheckDescription, ConnectionPool } from '../kernel/index.ts'
import { ask, isAccepted } from './asking.ts'
import { bottleneckOf, whyEmptyOf } from './load-check.ts'
import { errorPercentOf, loadRecord, rounded, runLoad } from './load.ts'
import type { LoadFacts } from './load.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { headersValue, numberValue, statusTest, TARGET, urlValue } from './values.ts'

const CONNECTION_LIMIT = 500
const TIMEOUT_MS = 5_000
/** Time between two looks whether the flooder is served again. */
const LOOK_MS = 500
/** What is null when the generator was the bottleneck. */
const JUDGED = ['throttledPercent', 'brokenPercent', 'callerErrorPercent', 'callerLatency']

const SPIKE = {
  name: 'probe-spike',
  outward: 'acts',
  summary:
    'An abuse spike: one caller floods while another goes on as usual, and how soon the first is served again',
  parameters: {
    ...TARGET,
    callerHeaders: {
      type: 'text',
      isRequired: true,
      summary: 'headers of the usual caller; those under `headers` are of the one who floods',
    },
    callerRate: {
      type: 'number',
      isRequired: false,
      summary: 'requests a second of the usual caller; default 5, at most 50',
    },
    abuseRate: {
      type: 'number',
      isRequired: false,
      summary: 'requests a second of the flood; default 100, at most 500',
    },
    quietSeconds: {
      type: 'number',
      isRequired: false,
      summary: 'time before the flood in which the usual caller is alone; default 3, at most 60',
    },
    spikeSeconds: {
      type: 'number',
      isRequired: false,
      summary: 'length of the flood; default 5, at most 60',
    },
    recoverySeconds: {
      type: 'number',
      isRequired: false,
      summary: 'longest wait until the flooder is served again; default 30, at most 300',
    },
    throttledStatus: {
      type: 'text',
      isRequired: false,
      summary: 'statuses that throttle; default 429',
    },
  },
  fields: {
    throttledPercent:
      'share of the flood that was throttled; null when the generator was the bottleneck',
    brokenPercent: 'share of the flood with a 5xx or no answer; null likewise',
    callerErrorPercent:
      'share of the usual caller’s requests that failed during the flood; null likewise',
    callerLatency:
      'histogram of the usual caller’s times during the flood; `quiet.latency` is that before it; null likewise',
    recoveryMs:
      'from the end of the flood to the first of three looks in a row that succeed; null when that did not happen',
    whyEmpty:
      'by field: why it is null when the generator was the bottleneck, with figures; the gate’s reason says it',
    quiet: 'the usual caller before the flood, as it was measured',
    spike: 'caller and abuser during the flood, as they were measured',
    generator: 'isLimited and reason',
  },
} satisfies CheckDescription

export const spikeCheck: ProbeCheck = { ...SPIKE, collect: collectSpike }

async function collectSpike(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values, signal } = question
  const number = (name: string, fallback: number, most: number): number =>
    numberValue(values, name, { least: 0.1, most, fallback })
  const url = urlValue(values)
  const caller = headersValue(values, 'callerHeaders')
  const abuser = headersValue(values)
  const isThrottled = statusTest(values, 'throttledStatus', '429')
  const recoveryS = number('recoverySeconds', 30, 300)
  const pool = ports.wire.openPool(CONNECTION_LIMIT)
  const loop = ports.wire.watchLoop()
  const load = (
    headers: Readonly<Record<string, string>>,
    ratePerSecond: number,
    seconds: number,
  ): Promise<LoadFacts> =>
    runLoad(ports.clock, {
      shape: { loop: 'open', ratePerSecond },
      warmupMs: 0,
      durationMs: seconds * 1_000,
      isSuccess: (status) => status >= 200 && status < 300,
      send: () => statusOf(pool, url, headers, signal),
      signal,
    })
  try {
    const callerRate = number('callerRate', 5, 50)
    const spikeS = number('spikeSeconds', 5, 60)
    const quiet = await load(caller, callerRate, number('quietSeconds', 3, 60))
    const [during, flood] = await Promise.all([
      load(caller, callerRate, spikeS),
      load(abuser, number('abuseRate', 100, 500), spikeS),
    ])
    const delay = loop.stop()
    const recoveryMs = await watchRecovery(ports, pool, { url, headers: abuser }, recoveryS, signal)
    const all = {
      sentCount: quiet.sentCount + during.sentCount + flood.sentCount,
      lateCount: quiet.lateCount + during.lateCount + flood.lateCount,
    }
    const reason = bottleneckOf(all, delay)
    return {
      ...judgedFacts(during, flood, isThrottled, reason !== null),
      whyEmpty: whyEmptyOf(reason, JUDGED),
      recoveryMs,
      quiet: loadRecord(quiet),
      spike: { caller: loadRecord(during), abuser: loadRecord(flood) },
      generator: { isLimited: reason !== null, reason },
    }
  } finally {
    loop.stop()
    pool.close()
  }
}

async function statusOf(
  pool: ConnectionPool,
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<number> {
  const request = { method: 'GET', url, headers, timeoutMs: TIMEOUT_MS, signal }
  return (await pool.send({ ...request, bodyLimitBytes: 1024 * 1024 })).status
}

function judgedFacts(
  during: LoadFacts,
  flood: LoadFacts,
  isThrottled: (status: number) => boolean,
  isLimited: boolean,
): ProbeRecord {
  if (isLimited || flood.sentCount === 0)
    return {
      throttledPercent: null,
      brokenPercent: null,
      callerErrorPercent: null,
      callerLatency: null,
    }
  const share = (isCounted: (status: number) => boolean): number => {
    const counted = Object.entries(flood.statuses).filter(([status]) => isCounted(Number(status)))
    return counted.reduce((sum, [, count]) => sum + count, 0)
  }
  const failed = Object.values(flood.failures).reduce((sum, count) => sum + count, 0)
  const percent = (count: number): number => rounded((100 * count) / flood.sentCount)
  return {
    throttledPercent: percent(share(isThrottled)),
    brokenPercent: percent(share((status) => status >= 500 && !isThrottled(status)) + failed),
    callerErrorPercent: errorPercentOf(during),
    callerLatency: during.latency,
  }
}

async function watchRecovery(
  { clock }: ProbePorts,
  pool: ConnectionPool,
  target: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  limitS: number,
  signal: AbortSignal,
): Promise<number | null> {
  const endedMs = clock.monotonicMs()
  const recoveryMs = await steadyAfterMs({
    look: async () => isAccepted(await ask(pool, { ...target, timeoutMs: TIMEOUT_MS }, signal)),
    elapsedMs: () => clock.monotonicMs() - endedMs,
    pause: () => clock.sleep(LOOK_MS, signal),
    deadlineMs: limitS * 1_000,
  })
  return recoveryMs === null ? null : rounded(recoveryMs)
}
