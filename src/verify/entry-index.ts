// Where the ledger records statements and revokes keys, found once, so that many statements do not each go through many entries.
import type { ContentDigest } from '../kernel/index.ts'
import type { LedgerPart, ProvenEntry } from './ledger-part.ts'

/** Types of entries whose first reference is a statement. */
export const RECORDING_TYPES: ReadonlySet<string> = new Set([
  'gate.recorded',
  'sign-off.recorded',
  'plan.reviewed',
  'register.changed',
  'waiver.requested',
  'release.decided',
])

export interface EntryIndex {
  /** Entries of recording types by each thing they refer to, in order. */
  readonly recordings: ReadonlyMap<ContentDigest, readonly ProvenEntry[]>
  /** The first revocation by principal. */
  readonly revocations: ReadonlyMap<string, ProvenEntry>
}

export function indexEntries({ entries }: LedgerPart): EntryIndex {
  const recordings = new Map<ContentDigest, ProvenEntry[]>()
  const revocations = new Map<string, ProvenEntry>()
  for (const entry of entries) {
    const { type, subject, refs } = entry.body
    if (type === 'principal.revoked' && !revocations.has(subject)) revocations.set(subject, entry)
    if (!RECORDING_TYPES.has(type)) continue
    for (const ref of refs) {
      const known = recordings.get(ref)
      if (known === undefined) recordings.set(ref, [entry])
      else known.push(entry)
    }
  }
  return { recordings, revocations }
}
