// A run as a tree of sections and gates, drawn within a given number of lines; pure.
import { harmlessLine } from '../kernel/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import type { StoredStatus } from '../verdict/index.ts'
import type { RunEvent } from './events.ts'
import { paintStatus, STATUS_SIGNS } from './status-words.ts'

/** What of a plan's gate the tree shows. */
export interface TreeGate {
  readonly id: string
  readonly title: string
  readonly section: string
}

export interface TreeSize {
  readonly columns: number
  /** Lines to draw at most; the closing tree has no limit. */
  readonly rows: number
  readonly isColoured: boolean
}

interface Leaf {
  readonly gate: TreeGate
  state: 'waiting' | 'running' | 'settled'
  status: StoredStatus
  reason: string
  startedMs: number
  durationMs: number
  totalBytes: number
  /** How far a soak has come, in words; empty for what is no soak. */
  soak: string
}

const REASON_COLUMN_MINIMUM = 20

export class RunTree {
  readonly #leaves = new Map<string, Leaf>()
  readonly #sections = new Map<string, Leaf[]>()

  constructor(gates: readonly TreeGate[]) {
    for (const gate of gates) {
      const leaf: Leaf = {
        gate,
        state: 'waiting',
        status: 'PENDING',
        reason: '',
        startedMs: 0,
        durationMs: 0,
        totalBytes: 0,
        soak: '',
      }
      this.#leaves.set(gate.id, leaf)
      const section = this.#sections.get(gate.section)
      if (section === undefined) this.#sections.set(gate.section, [leaf])
      else section.push(leaf)
    }
  }

  take(event: RunEvent, nowMs: number): void {
    const leaf = 'gate' in event ? this.#leaves.get(event.gate) : undefined
    if (leaf === undefined) return
    switch (event.kind) {
      case 'gate-started':
        Object.assign(leaf, { state: 'running', totalBytes: 0, soak: '' })
        if (event.attempt === 1 || leaf.startedMs === 0) leaf.startedMs = nowMs
        return
      case 'gate-output':
        leaf.totalBytes = event.totalBytes
        return
      case 'gate-soaking':
        leaf.soak = soakText(event)
        return
      case 'gate-finished':
      case 'gate-held':
        Object.assign(leaf, { state: 'settled', status: event.status, reason: event.reason })
        if (event.kind === 'gate-finished') leaf.durationMs = event.durationMs
        return
      case 'gate-kept':
        Object.assign(leaf, { state: 'settled', status: event.status, reason: 'kept from before' })
        return
      case 'gate-unknown':
        Object.assign(leaf, { state: 'settled', status: 'BLOCKED', reason: event.reason })
        return
      case 'gate-interrupted':
        Object.assign(leaf, { state: 'waiting', reason: 'stopped; nothing recorded' })
        return
      default:
        return
    }
  }

  /**
   * The tree in as much detail as fits: every gate; else what runs and what is not satisfied; else what runs; else the sections.
   * What still does not fit is counted in the last line.
   */
  lines(size: TreeSize, nowMs: number): string[] {
    const details: readonly ((leaf: Leaf) => boolean)[] = [
      () => true,
      (leaf) => leaf.state === 'running' || isTrouble(leaf),
      (leaf) => leaf.state === 'running',
      () => false,
    ]
    let drawn: string[] = []
    for (const isShown of details) {
      drawn = this.#draw(size, nowMs, isShown)
      if (drawn.length <= size.rows) return drawn
    }
    const kept = drawn.slice(0, Math.max(1, size.rows - 1))
    return [...kept, `… and ${drawn.length - kept.length} more sections`]
  }

  #draw(size: TreeSize, nowMs: number, isShown: (leaf: Leaf) => boolean): string[] {
    const shown = [...this.#leaves.values()].filter(isShown)
    const width = Math.max(0, ...shown.map((leaf) => charactersOf(leaf.gate.title).length))
    const lines: string[] = []
    for (const [name, leaves] of this.#sections) {
      lines.push(fit(headLine(name, leaves), size.columns))
      const visible = leaves.filter(isShown)
      for (const leaf of visible) lines.push(leafLine(leaf, size, nowMs, width))
    }
    return lines
  }
}

function isTrouble({ state, status }: Leaf): boolean {
  return state === 'settled' && (!isSatisfied(status) || status === 'WARN')
}

/** `Security  3 of 5, 1 FAIL`; the name alone of what is not headed. */
function headLine(name: string, leaves: readonly Leaf[]): string {
  const settled = leaves.filter(({ state }) => state === 'settled')
  const counts = new Map<StoredStatus, number>()
  for (const leaf of settled.filter(isTrouble))
    counts.set(leaf.status, (counts.get(leaf.status) ?? 0) + 1)
  const trouble = [...counts].map(([status, count]) => `, ${count} ${status}`).join('')
  const title = name === '' ? 'Gates' : harmlessLine(name)
  return `${title}  ${settled.length} of ${leaves.length}${trouble}`
}

function leafLine(leaf: Leaf, size: TreeSize, nowMs: number, width: number): string {
  const room = Math.max(REASON_COLUMN_MINIMUM, Math.min(width, Math.floor(size.columns / 2)))
  const title = fit(harmlessLine(leaf.gate.title), room)
  const padded = title + ' '.repeat(Math.max(0, room - charactersOf(title).length))
  switch (leaf.state) {
    case 'running': {
      const output = leaf.totalBytes === 0 ? '' : `  ${sizeText(leaf.totalBytes)}`
      const progress = leaf.soak === '' ? output : `  RUNNING, ${leaf.soak}`
      return fit(`  … ${padded}  ${durationText(nowMs - leaf.startedMs)}${progress}`, size.columns)
    }
    case 'waiting':
      return fit(
        `  · ${padded}${leaf.reason === '' ? '' : `  ${leaf.reason}`}`.trimEnd(),
        size.columns,
      )
    case 'settled': {
      const time = leaf.durationMs === 0 ? '' : `  ${durationText(leaf.durationMs)}`
      const reason = leaf.status === 'PASS' ? '' : `  ${leaf.status}  ${harmlessLine(leaf.reason)}`
      const line = fit(`  ${STATUS_SIGNS[leaf.status]} ${padded}${time}${reason}`, size.columns)
      return size.isColoured ? paintStatus(line, leaf.status) : line
    }
  }
}

function charactersOf(text: string): string[] {
  return Array.from(text)
}

/** A line that wraps would make the region taller than it is counted. Wide characters take two columns. */
function fit(text: string, columns: number): string {
  const limit = Math.max(2, columns - 1)
  let used = 0
  let kept = ''
  for (const character of charactersOf(text)) {
    used +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u.test(
        character,
      )
        ? 2
        : 1
    if (used > limit) return `${Array.from(kept).slice(0, -1).join('')}…`
    kept += character
  }
  return kept
}

/** `12.0 s left of 30.0 s`. */
export function soakText(event: Extract<RunEvent, { readonly kind: 'gate-soaking' }>): string {
  const { coveredMs, forMs, failedCount } = event
  const failed = failedCount === 0 ? '' : `, ${failedCount} failed`
  return `${durationText(Math.max(0, forMs - coveredMs))} left of ${durationText(forMs)}${failed}`
}

export function durationText(durationMs: number): string {
  if (durationMs < 60_000) return `${(durationMs / 1_000).toFixed(1)} s`
  return `${Math.floor(durationMs / 60_000)} min ${Math.floor((durationMs % 60_000) / 1_000)} s`
}

export function sizeText(sizeBytes: number): string {
  if (sizeBytes < 1_000) return `${sizeBytes} B`
  return sizeBytes < 1_000_000
    ? `${(sizeBytes / 1_000).toFixed(1)} kB`
    : `${(sizeBytes / 1_000_000).toFixed(1)} MB`
}
