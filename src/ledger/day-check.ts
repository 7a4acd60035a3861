// UTC days: when one ends, and whether a sealed one holds exactly the entries before its end.
import type { JudgedEntry } from './entry-check.ts'
import { ledgerFault } from './errors.ts'
import type { StoredDay } from './signed-store.ts'

const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

/**
 * The first millisecond after the day.
 * @param day `YYYY-MM-DD`, UTC
 * @throws LEDGER_ENTRY_REFUSED for anything that is no day of the calendar
 */
export function dayEndMs(day: string): number {
  const startMs = DAY.test(day) ? Date.parse(`${day}T00:00:00.000Z`) : Number.NaN
  // Writing it again refuses days that parsers roll over, such as 30 February.
  if (Number.isNaN(startMs) || new Date(startMs).toISOString().slice(0, 10) !== day)
    throw ledgerFault(
      'LEDGER_ENTRY_REFUSED',
      `expected a day as YYYY-MM-DD, got ${JSON.stringify(day)}`,
    )
  return startMs + DAY_MS
}

/** Why a sealed day is not the last size before its end; judged is one run of entries of a walk along the log. */
export function findDayFault(
  days: readonly StoredDay[],
  judged: readonly JudgedEntry[],
): string | undefined {
  const fromSeq = (judged[0]?.next.seq ?? 0) - 1
  for (const { day, size } of days) {
    const endMs = dayEndMs(day)
    const last = judged[size - 1 - fromSeq]
    if (last !== undefined && last.next.timeMs >= endMs)
      return `day ${day} is sealed with entry ${size - 1}, which came after it`
    const next = judged[size - fromSeq]
    if (next !== undefined && next.next.timeMs < endMs)
      return `day ${day} is sealed without entry ${size}, which came before its end`
  }
  return undefined
}
