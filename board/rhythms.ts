// Which changes make a page ask again at once, and how often it asks while nothing tells of changes.
import { concernsRelease } from '../src/client/index.ts'
import type { Change } from '../src/client/index.ts'
import type { ReleaseName } from './api.ts'
import type { Rhythm } from './live.ts'

/** Facts of a release, and those of its service. @param isMeant narrows them further */
export function toldOfRelease(
  { service, version }: ReleaseName,
  everyMs: number,
  isMeant: (change: Change) => boolean = () => true,
): Rhythm {
  const release = { service, version }
  return { everyMs, isAbout: (change) => concernsRelease(change, release) && isMeant(change) }
}

/** Facts whose type begins with one of these words. */
export function toldOfFacts(everyMs: number, ...words: readonly string[]): Rhythm {
  return { everyMs, isAbout: ({ type }) => words.some((word) => type.startsWith(`${word}.`)) }
}

/** Any fact, but for those that a filter shows nothing of. */
export function toldOfAll(everyMs: number, isMeant: (change: Change) => boolean): Rhythm {
  return { everyMs, isAbout: isMeant }
}

/** What a run itself does; its page reads these from the run. */
export function isOfRun({ type }: Change): boolean {
  return type.startsWith('run.') || type.startsWith('gate.')
}
