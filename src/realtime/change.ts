// What of an entry goes over the wire: where it stands, what kind of fact it is and of what; never what it holds.
import type { Change } from '../client/index.ts'
import type { LedgerEntry } from '../ledger/index.ts'

export function changeOf({ seq, timeMs, body: { type, subject } }: LedgerEntry): Change {
  return { seq, at: new Date(timeMs).toISOString(), type, subject }
}
