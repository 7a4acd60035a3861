// Door of release for a browser: an instant as people read it, in the zone of the reader with that of the release beside it; no page and no preference.

/** IANA names. */
export interface Zones {
  /** Of the reader; undefined = that of this machine. */
  readonly reader: string | undefined
  /** Of the release, or UTC where no release is meant. */
  readonly beside: string
}

interface ZoneFormats {
  readonly name: string
  readonly time: Intl.DateTimeFormat
  readonly day: Intl.DateTimeFormat
  readonly clock: Intl.DateTimeFormat
}

const DAY = { day: 'numeric', month: 'short' } as const
const MINUTE = { hour: '2-digit', minute: '2-digit' } as const
/** One zone under several names. */
const UTC_NAMES = ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT']

const known = new Map<string | undefined, ZoneFormats>()

/** A name that the server knows and this browser does not is read as UTC, and called so. */
function formatsOf(zone: string | undefined): ZoneFormats {
  const there = known.get(zone)
  if (there !== undefined) return there
  const made = makeFormats(zone)
  known.set(zone, made)
  return made
}

function makeFormats(zone: string | undefined): ZoneFormats {
  try {
    const place = zone === undefined ? {} : { timeZone: zone }
    const clock = new Intl.DateTimeFormat('en-GB', { ...MINUTE, ...place })
    const { timeZone } = clock.resolvedOptions()
    return {
      name: UTC_NAMES.includes(timeZone) ? 'UTC' : timeZone,
      time: new Intl.DateTimeFormat('en-GB', { ...DAY, year: 'numeric', ...MINUTE, ...place }),
      day: new Intl.DateTimeFormat('en-GB', { ...DAY, ...place }),
      clock,
    }
  } catch (error) {
    if (error instanceof RangeError && zone !== undefined) return formatsOf('UTC')
    throw error
  }
}

/** What the zone is called on the board. */
export function zoneName(zone: string | undefined): string {
  return formatsOf(zone).name
}

/** `26 Nov 2026, 22:45 (14:45 Europe/Berlin)`; the other day is said where it is another one, and one zone is said once. */
export function writeMoment(at: number | string, { reader, beside }: Zones): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return 'no time'
  const here = formatsOf(reader)
  const there = formatsOf(beside)
  if (here.name === there.name) return `${here.time.format(date)} ${here.name}`
  const otherDay = there.day.format(date)
  const day = otherDay === here.day.format(date) ? '' : `${otherDay}, `
  return `${here.time.format(date)} (${day}${there.clock.format(date)} ${there.name})`
}

/** Nobody minds less; the second of an answer's date, and the way it takes, are far below it. */
const MINDED_MS = 60_000
const MS_PER_MINUTE = 60_000

/**
 * What a reader is told of their clock before they sign. The time of what is signed is the server's, as the page reckons it: that is the one it is judged by.
 * @param aheadMs what the server's clock is ahead of the reader's
 * @returns undefined where the two are near enough
 */
export function clockNote(aheadMs: number): string | undefined {
  if (Math.abs(aheadMs) <= MINDED_MS) return undefined
  const minutes = Math.round(Math.abs(aheadMs) / MS_PER_MINUTE)
  const side = aheadMs > 0 ? 'behind' : 'ahead of'
  const amount = minutes === 1 ? 'a minute' : `${minutes.toLocaleString('en')} minutes`
  return `The clock of this device is ${amount} ${side} the server’s. What you sign is dated by the server’s.`
}
