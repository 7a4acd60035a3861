// Schedules in the five fields of cron, in UTC: when is the next time.
import { jobFault } from './errors.ts'

interface CronField {
  readonly name: string
  readonly from: number
  readonly to: number
}

const FIELDS: readonly CronField[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  // Sunday is 0 and 7.
  { name: 'day of week', from: 0, to: 7 },
]
const PART = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/
const DAY_MS = 86_400_000
/** The longest wait there is: 29 February, over a year that could have been a leap year and is none. */
const SEARCH_LIMIT_DAYS = 8 * 366 + 1

export interface Cron {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  isDay(at: Date): boolean
}

/** @throws JOB_SCHEDULE_REFUSED */
export function parseCron(text: string): Cron {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== FIELDS.length)
    throw jobFault('JOB_SCHEDULE_REFUSED', `expected five fields, got ${parts.length}`)
  const [minutes, hours, days, months, given] = parts.map((part, at) =>
    parseField(part, FIELDS[at]!),
  )
  const weekdays = new Set([...given!].map((day) => day % 7))
  // As cron has it since 1975: with both days restricted, either of them is enough.
  const isEither = !parts[2]!.startsWith('*') && !parts[4]!.startsWith('*')
  return {
    minutes: minutes!,
    hours: hours!,
    isDay(at) {
      if (!months!.has(at.getUTCMonth() + 1)) return false
      const [ofMonth, ofWeek] = [days!.has(at.getUTCDate()), weekdays.has(at.getUTCDay())]
      return isEither ? ofMonth || ofWeek : ofMonth && ofWeek
    },
  }
}

function parseField(text: string, field: CronField): ReadonlySet<number> {
  const refuse = (): Error =>
    jobFault(
      'JOB_SCHEDULE_REFUSED',
      `expected ${field.name} from ${field.from} to ${field.to}, got ${JSON.stringify(text.slice(0, 40))}`,
    )
  const values = new Set<number>()
  for (const part of text.split(',')) {
    const match = PART.exec(part)
    if (match === null) throw refuse()
    const [, first, last, every] = match
    const isSingle = first !== undefined && last === undefined && every === undefined
    const from = first === undefined ? field.from : Number(first)
    const to = isSingle ? from : last === undefined ? field.to : Number(last)
    const step = every === undefined ? 1 : Number(every)
    if (from < field.from || to > field.to || from > to || step < 1) throw refuse()
    for (let value = from; value <= to; value += step) values.add(value)
  }
  return values
}

/** The first time after a moment. @throws JOB_SCHEDULE_REFUSED for a day that never comes, such as 30 February */
export function nextTimeMs(cron: Cron, afterMs: number): number {
  const minutes = [...cron.minutes].toSorted((a, b) => a - b)
  const hours = [...cron.hours].toSorted((a, b) => a - b)
  const today = Math.floor(afterMs / DAY_MS)
  for (let day = today; day < today + SEARCH_LIMIT_DAYS; day++) {
    if (!cron.isDay(new Date(day * DAY_MS))) continue
    for (const hour of hours)
      for (const minute of minutes) {
        const at = day * DAY_MS + (hour * 60 + minute) * 60_000
        if (at > afterMs) return at
      }
  }
  throw jobFault('JOB_SCHEDULE_REFUSED', 'expected a day that comes, got one that never does')
}
