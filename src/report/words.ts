// How reports write instants, durations, digests and statuses: one spelling each, whatever the machine's locale.
import { isSatisfied } from '../verdict/index.ts'
import type { Status, VerdictValue } from '../verdict/index.ts'
import type { Cell, Tone } from './model.ts'

/** A figure that nothing recorded supports; never shown as 0. */
export const NO_DATA = 'no data'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
] as const

/** RFC 3339, UTC, to the second: `2026-01-15 12:00:00 UTC`. @param ms since the epoch */
export function formatInstant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** The two largest units: `3 d 4 h`, `12 min 5 s`, `40 ms`. @param ms not negative; less counts as 0 */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms))
  const first = UNITS.findIndex(([, width]) => rest >= width)
  if (first < 0) return `${rest} ms`
  const parts: string[] = []
  for (const [unit, width] of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / width)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * width
  }
  return parts.join(' ')
}

/** Ids of people as their names; an id that nobody has a name for stays. */
export function withNames(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/\bperson-[0-9a-f]{16}\b/g, (id) => names[id] ?? id)
}

/** Enough of a digest to find it by. */
export function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}

/** Longest reason in a table; the evidence has the whole of it. */
const REASON_LIMIT_CHARACTERS = 160

export function shortText(text: string): string {
  return text.length > REASON_LIMIT_CHARACTERS
    ? `${text.slice(0, REASON_LIMIT_CHARACTERS).toWellFormed()}…`
    : text
}

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

export function statusCell(status: Status): Cell {
  return { text: status, tone: toneOfStatus(status) }
}

export function toneOfStatus(status: Status): Tone {
  if (status === 'FAIL' || status === 'ERROR' || status === 'STALE') return 'stop'
  return isSatisfied(status) && status !== 'WARN' ? 'go' : 'wait'
}

export function toneOfVerdict(value: VerdictValue): Tone {
  if (value === 'GO') return 'go'
  return value === 'NO_GO' || value === 'INVALID' ? 'stop' : 'wait'
}
