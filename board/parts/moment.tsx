// An instant in the reader's zone with UTC beside it, and how long until then or since.
import { useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { serverNow } from '../reach.ts'

const HERE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
})
const UTC_TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
})
const UTC_DATE = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  timeZone: 'UTC',
})
const HERE_DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const ZONE = HERE.resolvedOptions().timeZone
const IS_UTC = ['UTC', 'Etc/UTC', 'GMT', 'Etc/GMT'].includes(ZONE)

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
  if (IS_UTC) return `${HERE.format(date)} UTC`
  const day = UTC_DATE.format(date) === HERE_DATE.format(date) ? '' : `${UTC_DATE.format(date)}, `
  return `${HERE.format(date)} (${day}${UTC_TIME.format(date)} UTC)`
}

export function Moment({ at }: { readonly at: number | string }): ReactNode {
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>no time</span>
  const iso = date.toISOString()
  return (
    <time dateTime={iso} title={`${iso} · your zone: ${ZONE}`}>
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
