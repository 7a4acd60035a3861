// An instant in the reader's zone with UTC beside it, and how long until then or since.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { serverNow } from '../reach.ts'
import { currentPreferences, usePreferences } from '../preferences.ts'

interface ZoneFormats {
  readonly name: string
  readonly isUtc: boolean
  readonly time: Intl.DateTimeFormat
  readonly date: Intl.DateTimeFormat
}

const DAY = { day: 'numeric', month: 'short' } as const
const MINUTE = { hour: '2-digit', minute: '2-digit' } as const
const UTC_TIME = new Intl.DateTimeFormat('en-GB', { ...MINUTE, timeZone: 'UTC' })
const UTC_DATE = new Intl.DateTimeFormat('en-GB', { ...DAY, timeZone: 'UTC' })
const UTC_NAMES = ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT']

const known = new Map<string | undefined, ZoneFormats>()

/** Of the zone that the reader prefers, else of this machine's. */
function formatsOf(zone: string | undefined): ZoneFormats {
  const there = known.get(zone)
  if (there !== undefined) return there
  const place = zone === undefined ? {} : { timeZone: zone }
  const time = new Intl.DateTimeFormat('en-GB', { ...DAY, year: 'numeric', ...MINUTE, ...place })
  const name = time.resolvedOptions().timeZone
  const date = new Intl.DateTimeFormat('en-GB', { ...DAY, ...place })
  const made = { name, isUtc: UTC_NAMES.includes(name), time, date }
  known.set(zone, made)
  return made
}

const MINUTE_MS = 60_000
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', MINUTE_MS],
] as const

/** `26 Nov 2026, 15:45 (13:45 UTC)`; the day in UTC is said where it is another one. */
export function momentText(at: number | string): string {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return 'no time'
  const here = formatsOf(currentPreferences().zone)
  if (here.isUtc) return `${here.time.format(date)} UTC`
  const day = UTC_DATE.format(date) === here.date.format(date) ? '' : `${UTC_DATE.format(date)}, `
  return `${here.time.format(date)} (${day}${UTC_TIME.format(date)} UTC)`
}

export function Moment({ at }: { readonly at: number | string }): ReactNode {
  const { zone } = usePreferences()
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>no time</span>
  const iso = date.toISOString()
  return (
    <time dateTime={iso} title={`${iso} · your zone: ${formatsOf(zone).name}`}>
      {momentText(at)}
    </time>
  )
}

/** `in 23 h 4 min`, `3 d ago`: two units at most. */
function distanceText(at: number, now: number): string {
  let rest = Math.abs(at - now)
  if (rest < MINUTE_MS) return 'now'
  const parts: string[] = []
  for (const [unit, width] of UNITS) {
    const count = Math.floor(rest / width)
    rest -= count * width
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  const text = parts.slice(0, 2).join(' ')
  return at > now ? `in ${text}` : `${text} ago`
}

/** How long until then or since, by the server's clock: what is past is never said to come, whatever the reader's clock says. */
export function Distance({ at }: { readonly at: number }): ReactNode {
  return <>{distanceText(at, useServerNow())}</>
}

export function useServerNow(): number {
  const [now, move] = useState(serverNow)
  useEffect(() => {
    const timer = setInterval(() => move(serverNow()), MINUTE_MS / 4)
    return () => clearInterval(timer)
  }, [])
  return now
}
