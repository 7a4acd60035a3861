// What a reader prefers, for this browser alone: their zone, light or dark, motion, and how long a page of a list is.
import { useSyncExternalStore } from 'react'
import { boardFault } from './board-fault.ts'

export const SCHEMES = ['system', 'light', 'dark'] as const
export const MOTIONS = ['system', 'reduced'] as const
/** The server answers at most 200 rows at once. */
export const PAGE_ROWS = [25, 50, 100, 200] as const

export interface Preferences {
  /** An IANA name; undefined = the zone of this machine. */
  readonly zone: string | undefined
  readonly scheme: (typeof SCHEMES)[number]
  readonly motion: (typeof MOTIONS)[number]
  readonly rows: (typeof PAGE_ROWS)[number]
}

const SLOT = 'seaworthy.preferences'
export const NO_PREFERENCES: Preferences = {
  zone: undefined,
  scheme: 'system',
  motion: 'system',
  rows: 50,
}

let preferences = NO_PREFERENCES
const watchers = new Set<() => void>()

/** Takes up what was preferred before, and follows what other tabs of the browser change. */
export function openPreferences(): void {
  put(readKept())
  addEventListener('storage', ({ key }) => {
    if (key === SLOT || key === null) put(readKept())
  })
}

export function usePreferences(): Preferences {
  return useSyncExternalStore((tell) => {
    watchers.add(tell)
    return () => watchers.delete(tell)
  }, currentPreferences)
}

export function currentPreferences(): Preferences {
  return preferences
}

/** @throws BOARD_PREFERENCES_UNAVAILABLE when the browser keeps nothing; then it holds for this tab until it is loaded again */
export function prefer(change: Partial<Preferences>): void {
  put({ ...preferences, ...change })
  try {
    const isNone = Object.entries(NO_PREFERENCES).every(
      ([name, value]) => preferences[name as keyof Preferences] === value,
    )
    if (isNone) localStorage.removeItem(SLOT)
    else localStorage.setItem(SLOT, JSON.stringify(preferences))
  } catch (error) {
    throw boardFault(
      'BOARD_PREFERENCES_UNAVAILABLE',
      `expected to keep preferences in this browser, got ${error instanceof Error ? error.message : 'no answer from it'}`,
    )
  }
}

function put(next: Preferences): void {
  preferences = next
  const { dataset } = document.documentElement
  dataset['scheme'] = next.scheme
  dataset['motion'] = next.motion
  for (const tell of watchers) tell()
}

/** Whatever lies there and is none of ours counts as nothing. */
function readKept(): Preferences {
  const kept = parseKept()
  const zone = kept['zone']
  return {
    zone: typeof zone === 'string' && isZone(zone) ? zone : undefined,
    scheme: oneOf(SCHEMES, kept['scheme']) ?? NO_PREFERENCES.scheme,
    motion: oneOf(MOTIONS, kept['motion']) ?? NO_PREFERENCES.motion,
    rows: oneOf(PAGE_ROWS, kept['rows']) ?? NO_PREFERENCES.rows,
  }
}

function parseKept(): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(SLOT) ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    // Not readable, or the browser keeps nothing: then nothing was preferred.
    return {}
  }
}

function oneOf<Value>(all: readonly Value[], given: unknown): Value | undefined {
  return all.find((each) => each === given)
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}
