// An instant in the reader's zone with the release's beside it, and how long until then or since.
import { createContext, useContext, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { writeMoment, zoneName } from '../../src/release/reader-moment.ts'
import { serverNow } from '../reach.ts'
import { currentPreferences, usePreferences } from '../preferences.ts'

const NO_RELEASE_ZONE = 'UTC'

/** The zone that the rules of the service name; undefined = not known yet, or of no one release: UTC stands beside. */
export const ReleaseZone = createContext<string | undefined>(undefined)

const MINUTE_MS = 60_000
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', MINUTE_MS],
] as const

/** With UTC beside it: what is said of no release. */
export function momentText(at: number | string): string {
  return writeMoment(at, { reader: currentPreferences().zone, beside: NO_RELEASE_ZONE })
}

export function Moment({ at }: { readonly at: number | string }): ReactNode {
  const { zone } = usePreferences()
  const beside = useContext(ReleaseZone) ?? NO_RELEASE_ZONE
  const date = new Date(at)
  if (Number.isNaN(date.getTime())) return <span>no time</span>
  const iso = date.toISOString()
  return (
    <time dateTime={iso} title={`${iso} · your zone: ${zoneName(zone)}`}>
      {writeMoment(at, { reader: zone, beside })}
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
