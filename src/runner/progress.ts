// Shows a run while it goes on: calm lines, a live region on a terminal, or one JSON object per line.
import { harmlessLine } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import type { StoredStatus } from '../verdict/index.ts'
import type { RunEvent } from './events.ts'

/** How often the live region is drawn again. */
const REDRAW_PAUSE_MS = 200
/** Lines of the live region at most; the rest is counted. */
const REGION_LINE_LIMIT = 8
/** Longest line of the live region where the terminal does not say its width, in characters. */
const DEFAULT_COLUMNS = 80

export type ProgressMode = 'lines' | 'live' | 'ndjson'

export interface ProgressTerms {
  readonly mode: ProgressMode
  readonly write: (text: string) => void
  readonly clock: Clock
  /** Width of the terminal, in characters. */
  readonly columns?: number
}

export interface ProgressView {
  readonly show: (event: RunEvent) => void
  /** Ends redrawing and takes the live region away. */
  close(): Promise<void>
}

const SIGNS: Readonly<Record<StoredStatus, string>> = {
  PASS: '✓',
  WARN: '△',
  FAIL: '✗',
  ERROR: '✗',
  INCONCLUSIVE: '?',
  BLOCKED: '■',
  PENDING: '·',
  RUNNING: '…',
  SKIPPED: '–',
  NOT_APPLICABLE: '–',
}
/** The longest status a run shows often; longer ones push their line to the right. */
const STATUS_WIDTH = 7

export function progressView(terms: ProgressTerms): ProgressView {
  switch (terms.mode) {
    case 'ndjson':
      return linesView(
        (event) => (event.kind === 'gate-output' ? undefined : JSON.stringify(event)),
        terms.write,
      )
    case 'lines':
      return linesView(lineOfEvent, terms.write)
    case 'live':
      return liveView(terms)
  }
}

function linesView(
  lineOf: (event: RunEvent) => string | undefined,
  write: (text: string) => void,
): ProgressView {
  return {
    show: (event) => {
      const line = lineOf(event)
      if (line !== undefined) write(`${line}\n`)
    },
    close: () => Promise.resolve(),
  }
}

/** One line for an event that people want to keep; undefined for what only matters while it lasts. */
function lineOfEvent(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'gate-finished': {
      const reason = event.status === 'PASS' ? '' : `  ${harmlessLine(event.reason)}`
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  ${durationText(event.durationMs)}${reason}`
    }
    case 'gate-held':
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  ${harmlessLine(event.reason)}`
    case 'gate-unknown':
      return `? UNKNOWN  ${harmlessLine(event.gate)}  ${harmlessLine(event.reason)}`
    case 'gate-kept':
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  kept from before`
    case 'gate-retried':
      return `↻ again    ${harmlessLine(event.gate)}  ${harmlessLine(event.reason)}`
    case 'gate-interrupted':
      return `■ stopped  ${harmlessLine(event.gate)}  nothing recorded of attempt ${event.attempt}`
    case 'note':
      return `  note     ${harmlessLine(event.gate)}  ${harmlessLine(event.text)}`
    case 'run-user':
      return `  note     ${harmlessLine(event.text)}`
    case 'run-finished':
      return summaryText(event)
    default:
      return undefined
  }
}

function summaryText(event: Extract<RunEvent, { readonly kind: 'run-finished' }>): string {
  const counts = Object.entries(event.counts).map(([status, count]) => `${count} ${status}`)
  const total = counts.length === 0 ? 'no gate' : counts.join(', ')
  const end = event.interrupted ? '; interrupted, run again to resume' : ''
  return `run ${harmlessLine(event.run)}: ${total} in ${durationText(event.durationMs)}${end}`
}

interface RunningGate {
  readonly startedMs: number
  totalBytes: number
}

function liveView(terms: ProgressTerms): ProgressView {
  const { clock, write } = terms
  const columns = terms.columns ?? DEFAULT_COLUMNS
  const running = new Map<string, RunningGate>()
  const stop = new AbortController()
  let shownLines = 0
  // Up over the region and clear to the end of the screen (ECMA-48 CUU and ED).
  const clear = (): string => (shownLines === 0 ? '' : `\u001b[${shownLines}A\u001b[J`)
  const draw = (line?: string): void => {
    const region = regionLines(running, clock.monotonicMs(), columns)
    write(
      clear() +
        [...(line === undefined ? [] : [line]), ...region].map((each) => `${each}\n`).join(''),
    )
    shownLines = region.length
  }
  const redrawing = redraw(clock, stop.signal, () => {
    if (running.size > 0) draw()
  })
  return {
    show: (event) => {
      trackRunning(running, event, clock.monotonicMs())
      // Output comes in many small pieces; the next redraw shows it.
      if (event.kind !== 'gate-output') draw(lineOfEvent(event))
    },
    close: async () => {
      stop.abort()
      await redrawing
      write(clear())
      shownLines = 0
    },
  }
}

function trackRunning(running: Map<string, RunningGate>, event: RunEvent, nowMs: number): void {
  if (event.kind === 'gate-started') running.set(event.gate, { startedMs: nowMs, totalBytes: 0 })
  else if (event.kind === 'gate-finished' || event.kind === 'gate-interrupted')
    running.delete(event.gate)
  else if (event.kind === 'gate-output') {
    const gate = running.get(event.gate)
    if (gate !== undefined) gate.totalBytes = event.totalBytes
  }
}

function regionLines(
  running: ReadonlyMap<string, RunningGate>,
  nowMs: number,
  columns: number,
): string[] {
  const lines = [...running]
    .slice(0, REGION_LINE_LIMIT)
    .map(([gate, { startedMs, totalBytes }]) => {
      const size = totalBytes === 0 ? '' : `  ${sizeText(totalBytes)}`
      return `… ${durationText(nowMs - startedMs).padStart(STATUS_WIDTH)}  ${harmlessLine(gate)}${size}`
    })
  if (running.size > REGION_LINE_LIMIT) lines.push(`… and ${running.size - REGION_LINE_LIMIT} more`)
  // A line that wraps would make the region taller than it is counted.
  return lines.map((line) =>
    Array.from(line)
      .slice(0, Math.max(1, columns - 1))
      .join(''),
  )
}

async function redraw(clock: Clock, signal: AbortSignal, draw: () => void): Promise<void> {
  while (!signal.aborted) {
    try {
      await clock.sleep(REDRAW_PAUSE_MS, signal)
    } catch (thrown) {
      if (signal.aborted) return
      throw thrown
    }
    draw()
  }
}

function statusText(status: StoredStatus): string {
  return `${SIGNS[status]} ${status.padEnd(STATUS_WIDTH)}`
}

function durationText(durationMs: number): string {
  if (durationMs < 60_000) return `${(durationMs / 1_000).toFixed(1)} s`
  return `${Math.floor(durationMs / 60_000)} min ${Math.floor((durationMs % 60_000) / 1_000)} s`
}

function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`
  return sizeBytes < 1_000_000
    ? `${(sizeBytes / 1_000).toFixed(1)} kB`
    : `${(sizeBytes / 1_000_000).toFixed(1)} MB`
}
