// Dates and times as people write them, read in a time zone; instants are what is stored, so that no replay needs the zone.
import { accepted, refused } from '../proof/index.ts'
import type { Parsed } from '../proof/index.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** Latest instant that a Date can show, ms since the epoch (ECMAScript, time values). */
const INSTANT_LIMIT_MS = 8.64e15

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/
const EXACT = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/
const SPAN = /^(\d{1,5}) ?(m|h|d)$/
const SPAN_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS }

/** Whether the platform's time zone data knows the IANA name. */
export function isTimeZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    // RangeError is the only thing it throws for a text: the name is unknown.
    return false
  }
}

/**
 * The instant that a text means: an instant with an offset; a local time; a date, which is its last millisecond in the
 * zone, or where something begins its first; or a span from now such as `30d`. A time that a change of clocks skips is read with the offset before it, one
 * that comes twice is its first: a deadline is never later than somebody could have meant.
 */
export function readMoment(
  text: string,
  zone: string,
  nowMs: number,
  edge: 'begin' | 'end' = 'end',
): Parsed<number> {
  const written = text.trim()
  const span = SPAN.exec(written)
  if (span !== null) return accepted(nowMs + Number(span[1]) * SPAN_MS[span[2]!]!)
  if (EXACT.test(written)) {
    const atMs = Date.parse(written.replace(' ', 'T'))
    if (!Number.isNaN(atMs)) return accepted(atMs)
  }
  const date = DATE.exec(written)
  if (date !== null) {
    const day = civilMs(date)
    if (day === undefined) return refused(`expected a day of the calendar, got ${written}`)
    return accepted(edge === 'begin' ? instantOf(day, zone) : instantOf(day + DAY_MS, zone) - 1)
  }
  const local = LOCAL.exec(written)
  const time = local === null ? undefined : civilMs(local)
  return time === undefined
    ? refused(`expected a date, a time or a span, got ${JSON.stringify(written.slice(0, 60))}`)
    : accepted(instantOf(time, zone))
}

/** The clock on the wall as if it were UTC; undefined when the calendar has no such day or time. */
function civilMs(match: RegExpExecArray): number | undefined {
  const [year, month, day, hour, minute, second] = match
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0))
  const atMs = Date.UTC(year!, month! - 1, day, hour ?? 0, minute ?? 0, second ?? 0)
  const written = new Date(atMs)
  const isReal =
    written.getUTCMonth() === month! - 1 &&
    written.getUTCDate() === day &&
    written.getUTCHours() === (hour ?? 0) &&
    written.getUTCMinutes() === (minute ?? 0)
  return isReal ? atMs : undefined
}

function instantOf(wallMs: number, zone: string): number {
  const before = offsetAt(wallMs - DAY_MS, zone)
  const after = offsetAt(wallMs + DAY_MS, zone)
  const fitting = [wallMs - before, wallMs - after].filter(
    (atMs) => atMs + offsetAt(atMs, zone) === wallMs,
  )
  return fitting.length === 0 ? wallMs - before : Math.min(...fitting)
}

/** Milliseconds that the zone's clocks are ahead of UTC at an instant. */
function offsetAt(atMs: number, zone: string): number {
  const parts = wallParts(atMs, zone)
  const wall = Date.UTC(
    parts['year']!,
    parts['month']! - 1,
    parts['day'],
    parts['hour'],
    parts['minute'],
    parts['second'],
  )
  return wall - Math.floor(atMs / 1000) * 1000
}

function wallParts(atMs: number, zone: string): Readonly<Record<string, number>> {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  return Object.fromEntries(
    format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]),
  )
}

/** `2026-12-01 18:00 +01:00 (Europe/Berlin)`; UTC without an offset. */
export function describeMoment(atMs: number, zone: string): string {
  const offsetMs = offsetAt(atMs, zone)
  // At the end of what a date can show there is no clock on the wall any more.
  const wallMs = Math.abs(atMs + offsetMs) <= INSTANT_LIMIT_MS ? atMs + offsetMs : undefined
  if (wallMs === undefined) return `${new Date(atMs).toISOString()} (UTC)`
  const wall = new Date(wallMs).toISOString()
  const minutes = Math.abs(offsetMs) / MINUTE_MS
  const two = (count: number): string => String(Math.floor(count)).padStart(2, '0')
  const offset = `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
  return `${wall.slice(0, -14)} ${wall.slice(-13, -8)} ${zone === 'UTC' ? 'UTC' : `${offset} (${zone})`}`
}
