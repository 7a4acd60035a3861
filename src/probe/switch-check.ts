// The switch check: flips a kill switch through a request, times until each node shows it, and puts it back.
import { steadyAfterMs } from '../guard/index.ts'
import type { CheckDescription, ConnectionPool, Json } from '../kernel/index.ts'
import { ask, isAccepted } from './asking.ts'
import type { Asked } from './asking.ts'
import { probeFault } from './errors.ts'
import { rounded } from './load.ts'
import type { ProbeCheck, ProbePorts, ProbeQuestion, ProbeRecord, ProbeValues } from './model.ts'
import { headersValue, numberValue, refuse, statusTest, textValue, urlValue } from './values.ts'

const TIMEOUT_MS = 5_000
/** Time between two looks at a node. */
const LOOK_MS = 20
const NODE_LIMIT_COUNT = 50

const SWITCH = {
  name: 'probe-switch',
  outward: 'acts',
  summary: 'How long a kill switch takes to reach each node, there and back',
  parameters: {
    nodes: {
      type: 'text',
      isRequired: true,
      summary: 'addresses that show the effect, one for each node, with spaces between',
    },
    url: { type: 'text', isRequired: true, summary: 'address that flips the switch' },
    method: { type: 'text', isRequired: false, summary: 'method of the flip; default POST' },
    headers: {
      type: 'text',
      isRequired: false,
      summary: 'headers of flip and restoration, one `name: value` a line; may hold `$NAME`',
    },
    off: { type: 'text', isRequired: true, summary: 'body that turns off' },
    on: { type: 'text', isRequired: true, summary: 'body that turns on again' },
    restoreUrl: {
      type: 'text',
      isRequired: false,
      summary: 'address of the restoration; default: that of the flip',
    },
    restoreMethod: {
      type: 'text',
      isRequired: false,
      summary: 'method of the restoration; default: that of the flip',
    },
    offStatus: {
      type: 'text',
      isRequired: false,
      summary: 'statuses of a node while the switch is off; default 503',
    },
    onStatus: {
      type: 'text',
      isRequired: false,
      summary: 'statuses of a node otherwise; default 2xx',
    },
    waitSeconds: {
      type: 'number',
      isRequired: false,
      summary: 'longest wait for a node; default 10, at most 120',
    },
  },
  fields: {
    slowestOffMs:
      'from before the flip was sent until the last node showed it in the first of three looks in a row; null when one did not within the wait',
    slowestOnMs: 'the same of the restoration',
    isRestored: 'whether every node was as before at the end',
    nodes: 'by node: offMs and onMs; null when it did not show within the wait',
  },
} satisfies CheckDescription

export const switchCheck: ProbeCheck = { ...SWITCH, collect: collectSwitch }

async function collectSwitch(ports: ProbePorts, question: ProbeQuestion): Promise<ProbeRecord> {
  const { values, signal } = question
  const nodes = nodesOf(values)
  const [isOff, isOn] = [
    statusTest(values, 'offStatus', '503'),
    statusTest(values, 'onStatus', '2xx'),
  ]
  const waitMs = 1_000 * numberValue(values, 'waitSeconds', { least: 0.1, most: 120, fallback: 10 })
  const pool = ports.wire.openPool(nodes.length + 1)
  const watch = (
    isThere: (status: number) => boolean,
    fromMs: number,
  ): Promise<(number | null)[]> =>
    Promise.all(
      nodes.map((url) => timeUntil(ports, pool, { url, isThere, fromMs, waitMs }, signal)),
    )
  try {
    const before = await watch(isOn, ports.clock.monotonicMs())
    if (before.includes(null))
      throw probeFault('PROBE_TARGET_SILENT', 'expected every node to be on before the flip')
    let isFlipped = true
    try {
      const flippedMs = ports.clock.monotonicMs()
      await flip(pool, flipRequest(values, 'off'), signal)
      const off = await watch(isOff, flippedMs)
      const restoredMs = ports.clock.monotonicMs()
      await flip(pool, flipRequest(values, 'on'), signal)
      isFlipped = false
      const on = await watch(isOn, restoredMs)
      return recordOf(nodes, off, on)
    } finally {
      // Called off or refused in the middle: a service must not stay switched off for a check.
      if (isFlipped) await flip(pool, flipRequest(values, 'on'), new AbortController().signal)
    }
  } finally {
    pool.close()
  }
}

function recordOf(
  nodes: readonly string[],
  off: readonly (number | null)[],
  on: readonly (number | null)[],
): Readonly<Record<string, Json>> {
  return {
    slowestOffMs: slowestOf(off),
    slowestOnMs: slowestOf(on),
    isRestored: !on.includes(null),
    nodes: nodes.map((url, index) => ({
      url,
      offMs: off[index] ?? null,
      onMs: on[index] ?? null,
    })),
  }
}

function slowestOf(times: readonly (number | null)[]): number | null {
  return times.includes(null) ? null : Math.max(...times.map(Number))
}

function nodesOf(values: ProbeValues): readonly string[] {
  const words = (textValue(values, 'nodes') ?? '').split(/\s+/).filter((word) => word !== '')
  if (words.length === 0 || words.length > NODE_LIMIT_COUNT)
    throw refuse('nodes', `1 to ${NODE_LIMIT_COUNT} addresses`, `${words.length}`)
  return words.map((url) => urlValue({ nodes: url }, 'nodes'))
}

function flipRequest(values: ProbeValues, direction: 'off' | 'on'): Asked {
  const isBack = direction === 'on'
  const url = isBack && values['restoreUrl'] !== undefined ? 'restoreUrl' : 'url'
  const method = textValue(values, 'method') ?? 'POST'
  return {
    method: isBack ? (textValue(values, 'restoreMethod') ?? method) : method,
    url: urlValue(values, url),
    headers: { 'content-type': 'application/json', ...headersValue(values) },
    body: textValue(values, direction) ?? '',
    timeoutMs: TIMEOUT_MS,
  }
}

async function flip(pool: ConnectionPool, request: Asked, signal: AbortSignal): Promise<void> {
  const answer = await ask(pool, request, signal)
  if (!isAccepted(answer))
    throw probeFault(
      'PROBE_TARGET_SILENT',
      `expected the switch to take ${request.method} with 2xx, got ${answer.status ?? answer.failure}`,
    )
}

interface Wait {
  readonly url: string
  readonly isThere: (status: number) => boolean
  readonly fromMs: number
  readonly waitMs: number
}

/** Milliseconds until the node showed it and went on to; null past the wait. */
async function timeUntil(
  { clock }: ProbePorts,
  pool: ConnectionPool,
  { url, isThere, fromMs, waitMs }: Wait,
  signal: AbortSignal,
): Promise<number | null> {
  const elapsedMs = await steadyAfterMs({
    async look() {
      const { status } = await ask(pool, { url, timeoutMs: TIMEOUT_MS }, signal)
      return status !== null && isThere(status)
    },
    elapsedMs: () => clock.monotonicMs() - fromMs,
    pause: () => clock.sleep(LOOK_MS, signal),
    deadlineMs: waitMs,
  })
  return elapsedMs === null ? null : rounded(elapsedMs)
}
