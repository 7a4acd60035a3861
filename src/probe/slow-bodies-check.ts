// The slow body check: connections that dribble headers or bodies, and whether the service ends them and serves others meanwhile.
import type { CheckDescription, RawConnection } from '../kernel/index.ts'
import { utf8Bytes, utf8TextLossy } from '../kernel/index.ts'
import { errorPercentOf, loadRecord, rounded, runLoad } from './load.ts'
import { sendOnce } from './load-check.ts'
import { probeFault } from './errors.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord } from './model.ts'
import { headersValue, numberValue, statusTest, TARGET, textValue, urlValue } from './values.ts'

const DIAL_TIMEOUT_MS = 5_000
/** One byte for each of these. */
const DRIP_MS = 500
const OTHERS_PER_SECOND = 5
const OTHERS_TIMEOUT_MS = 5_000
const HUGE_BYTES = 1024 ** 3

const SLOW_BODIES = {
  name: 'probe-slow-bodies',
  outward: 'acts',
  summary:
    'Connections that send headers or a body byte by byte, and one that announces a gigabyte; others are served meanwhile',
  parameters: {
    ...TARGET,
    path: {
      type: 'text',
      isRequired: false,
      summary: 'path that takes bodies by POST; default: that of the url',
    },
    connections: {
      type: 'number',
      isRequired: false,
      summary: 'slow connections of each kind; default 20, at most 500',
    },
    seconds: {
      type: 'number',
      isRequired: false,
      summary: 'time after which the service should have ended them; default 30, at most 600',
    },
    successStatus: {
      type: 'text',
      isRequired: false,
      summary: 'statuses that other callers, who GET the url, should have; default 2xx',
    },
  },
  fields: {
    slowHeaders:
      'openedCount, openCount still open at the end, statuses of those that were answered, slowestMs until the last was ended (null while one is open)',
    slowBodies: 'the same of those whose headers came at once',
    openCount: 'slow connections of both kinds still open at the end',
    huge: 'status for a body announced as a gigabyte and never sent, and ms until the answer or the end; status null without one',
    others: 'callers who behave: latency (histogram), errorPercent and more',
    othersErrorPercent: 'share of their requests that failed',
  },
} satisfies CheckDescription

export const slowBodiesCheck: ProbeCheck = { ...SLOW_BODIES, collect: collectSlowBodies }

async function collectSlowBodies(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values, signal } = question
  const url = urlValue(values)
  const count = numberValue(values, 'connections', {
    least: 1,
    most: 500,
    fallback: 20,
    isWhole: true,
  })
  const limitMs = 1_000 * numberValue(values, 'seconds', { least: 0.5, most: 600, fallback: 30 })
  const path = new URL(textValue(values, 'path') ?? '', url)
  const head = [
    `POST ${path.pathname}${path.search} HTTP/1.1`,
    `host: ${path.host}`,
    'content-type: application/json',
    ...Object.entries(headersValue(values)).map(([name, value]) => `${name}: ${value}`),
  ]
  const whole = (length: number): string =>
    [...head, `content-length: ${length}`, '', ''].join('\r\n')
  const slow = { ports, url, count, limitMs, signal }
  const [slowHeaders, slowBodies, huge, others] = await Promise.all([
    drip(slow, `${head[0]}\r\n${head[1]}\r\n`, 'x-a: b\r\n'),
    drip(slow, whole(10_000), '{'),
    announceHuge(slow, whole(HUGE_BYTES)),
    serveOthers(ports, question, limitMs),
  ])
  return {
    slowHeaders,
    slowBodies,
    openCount: Number(slowHeaders['openCount']) + Number(slowBodies['openCount']),
    huge,
    ...others,
  }
}

interface Slow {
  readonly ports: ProbePorts
  readonly url: string
  readonly count: number
  readonly limitMs: number
  readonly signal: AbortSignal
}

/** Opens connections, sends what comes first, then one byte at a time until all are ended or the time is over. */
async function drip(
  { ports: { clock, wire }, url, count, limitMs, signal }: Slow,
  first: string,
  drops: string,
): Promise<ProbeRecord> {
  const dialled = await Promise.allSettled(
    Array.from({ length: count }, () => wire.dial(url, DIAL_TIMEOUT_MS)),
  )
  const opened = dialled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (opened.length === 0)
    throw probeFault('PROBE_TARGET_SILENT', `no connection to ${new URL(url).host} could be made`)
  const startedMs = clock.monotonicMs()
  const elapsedMs = (): number => clock.monotonicMs() - startedMs
  let slowestMs = 0
  try {
    for (const connection of opened) connection.write(utf8Bytes(first))
    for (let at = 0; opened.some(({ isOpen }) => isOpen) && elapsedMs() < limitMs; at++) {
      const drop = utf8Bytes(drops[at % drops.length] ?? '')
      for (const connection of opened) connection.write(drop)
      await clock.sleep(Math.min(DRIP_MS, Math.max(1, limitMs - elapsedMs())), signal)
      slowestMs = elapsedMs()
    }
    const openCount = opened.filter(({ isOpen }) => isOpen).length
    return {
      openedCount: opened.length,
      openCount,
      slowestMs: openCount === 0 ? rounded(slowestMs) : null,
      statuses: statusesOf(opened),
    }
  } finally {
    for (const connection of opened) connection.close()
  }
}

function statusesOf(connections: readonly RawConnection[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const connection of connections) {
    const status = statusLineOf(connection)
    if (status !== null) counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}

/** Status of the first line that came; null when none did. */
function statusLineOf(connection: RawConnection): number | null {
  const found = /^HTTP\/1\.[01] (\d{3})/.exec(utf8TextLossy(connection.received()))
  return found === null ? null : Number(found[1])
}

async function announceHuge(
  { ports: { clock, wire }, url, limitMs, signal }: Slow,
  head: string,
): Promise<ProbeRecord> {
  const connection = await wire.dial(url, DIAL_TIMEOUT_MS)
  const startedMs = clock.monotonicMs()
  try {
    connection.write(utf8Bytes(`${head}{`))
    const elapsedMs = (): number => clock.monotonicMs() - startedMs
    while (connection.isOpen && statusLineOf(connection) === null && elapsedMs() < limitMs)
      await clock.sleep(Math.min(50, limitMs), signal)
    return { status: statusLineOf(connection), ms: rounded(elapsedMs()) }
  } finally {
    connection.close()
  }
}

async function serveOthers(
  { clock, wire }: ProbePorts,
  { values, signal }: ProbeQuestion,
  durationMs: number,
): Promise<ProbeRecord> {
  const pool = wire.openPool(OTHERS_PER_SECOND * 5)
  const request = {
    method: 'GET',
    url: urlValue(values),
    headers: headersValue(values),
    timeoutMs: OTHERS_TIMEOUT_MS,
    signal,
  }
  try {
    const facts = await runLoad(clock, {
      shape: { loop: 'open', ratePerSecond: OTHERS_PER_SECOND },
      warmupMs: 0,
      durationMs,
      isSuccess: statusTest(values, 'successStatus', '2xx'),
      send: () => sendOnce(pool, request),
      signal,
    })
    return { others: loadRecord(facts), othersErrorPercent: errorPercentOf(facts) }
  } finally {
    pool.close()
  }
}
