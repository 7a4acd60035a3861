// What of an entry goes over the wire: where it stands, what kind of fact it is and of what; never what it holds.
import type { LedgerEntry } from '../ledger/index.ts'
import type { Change, WatchedRelease } from './model.ts'

export function changeOf({ seq, timeMs, body: { type, subject } }: LedgerEntry): Change {
  return { seq, at: new Date(timeMs).toISOString(), type, subject }
}

/** Facts about the release, and those about its service: its register counts for every version. */
export function concernsRelease(
  { subject }: Pick<Change, 'subject'>,
  { service, version }: WatchedRelease,
): boolean {
  return subject === service || subject === `${service}@${version}`
}
