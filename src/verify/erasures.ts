// Decides of each undisclosed payload in a bundle whether an entry attests that it was erased.
import { bytesOfBase64 } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { hashLeaf, verifyInclusion } from '../proof/index.ts'
import type { BundleErasure, EntryBody } from '../proof/index.ts'
import type { BundleContents } from './contents.ts'
import type { Inspection } from './inspection.ts'

interface ShownEntry {
  readonly seq: number
  readonly body: EntryBody
  readonly payload?: unknown
  readonly erasedBy?: number
}

/** @param entries that were shown to be in the ledger, with their payloads where these are what was committed to */
export function settleErasures<Shown extends ShownEntry>(
  inspection: Inspection,
  { entries: given }: Pick<BundleContents, 'entries'>,
  entries: readonly Shown[],
): readonly Shown[] {
  const { checked } = inspection
  const proven = new Map(entries.map((entry) => [entry.seq, entry]))
  const said = new Map(given.map((entry) => [entry.seq, entry]))
  return entries.map((entry) => {
    if (entry.payload !== undefined) return entry
    const shown = said.get(entry.seq)
    if (shown?.erased === undefined) {
      checked.undisclosed++
      return entry
    }
    const { erased, leaf } = shown
    const { digest } = inspection.ports
    if (isAttested(digest, proven.get(erased.by), erased, hashLeaf(digest, leaf))) {
      checked.erased++
      return { ...entry, erasedBy: erased.by }
    }
    inspection.find(
      'VERIFY_ENTRY_ERASURE_UNPROVEN',
      `entry ${entry.seq}: entry ${erased.by} does not attest that its payload was erased`,
      'entries.json',
    )
    return entry
  })
}

function isAttested(
  digest: Digest,
  by: ShownEntry | undefined,
  { index, proof }: BundleErasure,
  leafHash: Uint8Array,
): boolean {
  if (by?.body.type !== 'erasure.executed') return false
  const { key, root, count } = Object(by.payload) as Readonly<Record<string, unknown>>
  if (typeof key !== 'string' || typeof root !== 'string' || typeof count !== 'number') return false
  try {
    const hash = digest.hmacSha256(bytesOfBase64(key), leafHash)
    const claim = { leafHash: hash, seq: index, size: count, root: bytesOfBase64(root), proof }
    return verifyInclusion(digest, claim)
  } catch (thrown) {
    // What raises a RangeError is text that is no base64.
    if (thrown instanceof RangeError) return false
    throw thrown
  }
}
