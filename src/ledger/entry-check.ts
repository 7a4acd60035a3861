// Judges stored rows one after the other: header, time, link, own hash, payload, repetition row.
import { base64Of, bytesEqual, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import { decodeLeaf, hashLeaf, parseEntryBody } from '../proof/index.ts'
import type { EntryBody, PayloadCommitment } from '../proof/index.ts'
import { contentOf, hashContent } from './fact.ts'
import type { RepeatRow } from './store.ts'
import type { StoredEntry } from './verify-store.ts'

/** Where a walk along the log stands: what the next row must link to. */
export interface ChainPosition {
  readonly seq: number
  readonly timeMs: number
  /** What the next row's `prev` must be. */
  readonly link: Uint8Array
}

export interface JudgedEntry {
  readonly next: ChainPosition
  readonly body: EntryBody
}

/** Why the row is no entry at this place, or the place after it. */
export function judgeEntry(
  digest: Digest,
  at: ChainPosition,
  row: StoredEntry,
): JudgedEntry | string {
  if (row.seq !== at.seq) return `entry ${at.seq} is missing`
  const leaf = decodeLeaf(row.leaf)
  if (!leaf.ok) return `header: ${leaf.reason}`
  if (leaf.value.seq !== row.seq)
    return `position in the header: expected ${row.seq}, got ${leaf.value.seq}`
  if (leaf.value.timeMs < at.timeMs) return 'time goes back'
  if (!bytesEqual(leaf.value.prev, at.link)) return 'link to the entry before'
  const leafHash = hashLeaf(digest, row.leaf)
  if (!bytesEqual(leafHash, row.leaf_hash)) return 'leaf hash'
  const body = parseEntryBody(leaf.value.body)
  if (!body.ok) return `body: ${body.reason}`
  const reason = judgePayload(digest, body.value.payload, row)
  if (reason !== undefined) return reason
  return { body: body.value, next: { seq: row.seq + 1, timeMs: leaf.value.timeMs, link: leafHash } }
}

function judgePayload(
  digest: Digest,
  commitment: PayloadCommitment,
  row: StoredEntry,
): string | undefined {
  const { stored } = row
  if (stored.state === 'erased') return undefined
  if (stored.state === 'gone') return 'payload is missing (unexplained)'
  if (stored.state === 'broken') return 'payload is not as it was sealed'
  const committed = base64Of(digest.hmacSha256(stored.salt, utf8Bytes(stored.payload)))
  return committed === commitment.c ? undefined : 'payload differs from its commitment'
}

/** True when a repetition row leads where it should and was made from this entry. */
export function isRepeatRowTrue(
  digest: Digest,
  body: EntryBody,
  row: StoredEntry,
  repeat: RepeatRow,
): boolean {
  const { stored } = row
  if (repeat.seq !== row.seq) return false
  // With the salt gone nobody can say more.
  if (stored.state === 'erased') return true
  if (stored.state !== 'there') return false
  const { type, actor, subject, refs, ts } = body
  const payload = utf8Bytes(stored.payload)
  // Whether the producer gave its own time is not recorded, so both readings count.
  for (const said of [
    { type, actor, subject, refs },
    { type, actor, subject, refs, ts },
  ]) {
    const content = contentOf(said, payload)
    if (bytesEqual(hashContent(digest, stored.salt, content), repeat.body_hash)) return true
  }
  return false
}
