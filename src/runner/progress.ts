// Shows a run while it goes on: calm lines, a live tree on a terminal, or one JSON object per line for machines.
import { harmlessLine, withoutLogCommands } from '../kernel/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import type { StoredStatus } from '../verdict/index.ts'
import { ciLogOf } from './ci-log.ts'
import { runEventLine } from './events.ts'
import type { RunEvent } from './events.ts'
import { liveView } from './live-view.ts'
import { durationText, soakText } from './run-tree.ts'
import type { ProgressTerms, ProgressView, ShownGate } from './progress-terms.ts'
import { paintStatus, statusText } from './status-words.ts'

/** Annotations of each level at most: GitHub shows ten of each per step and drops the rest without a word. */
const ANNOTATION_LIMIT = 10

export function progressView(terms: ProgressTerms): ProgressView {
  switch (terms.mode) {
    case 'ndjson':
      return writingView((event) => {
        if (event.kind !== 'gate-output')
          terms.write(`${runEventLine(event, terms.clock.nowMs())}\n`)
      })
    case 'lines':
      return linesView(terms)
    case 'live':
      return liveView(terms, lineOfEvent)
  }
}

function writingView(show: (event: RunEvent) => void): ProgressView {
  return { show, close: () => Promise.resolve() }
}

function linesView(terms: ProgressTerms): ProgressView {
  const log = ciLogOf(terms.ci ?? 'other')
  const gates = new Map(terms.gates.map((gate) => [gate.id, gate]))
  const annotations: string[] = []
  const write = (line: string | undefined): void => {
    if (line !== undefined) terms.write(`${line}\n`)
  }
  return writingView((event) => {
    const nowMs = terms.clock.nowMs()
    if (event.kind === 'run-started')
      write(log.openGroup(`${event.gateCount} ${event.gateCount === 1 ? 'gate' : 'gates'}`, nowMs))
    if (event.kind === 'run-finished') {
      write(log.closeGroup(nowMs))
      for (const line of annotations) write(line)
    }
    const line = lineOfEvent(event)
    if (line !== undefined) {
      const safe = terms.ci === undefined ? line : withoutLogCommands(line)
      write(terms.isColoured && 'status' in event ? paintStatus(safe, event.status) : safe)
    }
    const gate = 'gate' in event ? gates.get(event.gate) : undefined
    if (gate !== undefined && 'status' in event) {
      const level = levelOf(gate, event.status)
      const reason = 'reason' in event ? event.reason : ''
      const told =
        level === undefined
          ? undefined
          : log.annotate(level, gate.title, `${event.status}: ${reason}`, gate.place)
      if (told !== undefined && annotations.filter(isLike(told)).length < ANNOTATION_LIMIT)
        annotations.push(told)
    }
  })
}

/** Of the same level, by the word that both systems put in front. */
function isLike(line: string): (other: string) => boolean {
  const isError = /^\S*(?:::error| type=error)/.test(line) || line.includes('type=error')
  return (other) => (/^\S*::error/.test(other) || other.includes('type=error')) === isError
}

function levelOf(gate: ShownGate, status: StoredStatus): 'error' | 'warning' | undefined {
  if (status === 'WARN') return 'warning'
  if (isSatisfied(status) || status === 'NOT_APPLICABLE') return undefined
  return gate.severity === 'required' ? 'error' : 'warning'
}

/** One line for an event that people want to keep; undefined for what only matters while it lasts. */
function lineOfEvent(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'gate-finished': {
      const reason = event.status === 'PASS' ? '' : `  ${harmlessLine(event.reason)}`
      // A pass that took several tries must not look like one that took none.
      const again = event.attempt === 1 ? '' : `  on attempt ${event.attempt}`
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  ${durationText(event.durationMs)}${again}${reason}`
    }
    case 'gate-held':
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  ${harmlessLine(event.reason)}`
    case 'gate-unknown':
      return `? UNKNOWN  ${harmlessLine(event.gate)}  ${harmlessLine(event.reason)}`
    case 'gate-kept':
      return `${statusText(event.status)}  ${harmlessLine(event.gate)}  kept from before`
    case 'gate-soaking':
      return isFirstSample(event)
        ? `… RUNNING  ${harmlessLine(event.gate)}  ${soakText(event)}`
        : undefined
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

/** One line when a soak begins or begins anew; the samples after it only matter while they last. */
function isFirstSample(event: Extract<RunEvent, { readonly kind: 'gate-soaking' }>): boolean {
  return event.coveredMs === 0
}

function summaryText(event: Extract<RunEvent, { readonly kind: 'run-finished' }>): string {
  const counts = Object.entries(event.counts).map(([status, count]) => `${count} ${status}`)
  const total = counts.length === 0 ? 'no gate' : counts.join(', ')
  const end = event.interrupted ? '; interrupted, run again to resume' : ''
  return `run ${harmlessLine(event.run)}: ${total} in ${durationText(event.durationMs)}${end}`
}
