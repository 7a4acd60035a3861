// Turns prepared facts into linked leaves on top of a head, and recognises repetitions.
import { bytesEqual } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import {
  countedLeafLimit,
  encodeCountedLeaf,
  extendFrontier,
  HASH_BYTES,
  hashLeaf,
} from '../proof/index.ts'
import type { Frontier } from '../proof/index.ts'
import { ledgerFault } from './errors.ts'
import { hashContent } from './fact.ts'
import type { PreparedFact } from './fact.ts'
import type { AppendedEntry } from './model.ts'
import type { SealedPayload } from './payload/sealed.ts'

export interface LogHead {
  readonly logId: number
  readonly origin: string
  readonly size: number
  /** Leaf hash of the last entry, or the genesis link. */
  readonly latest: Uint8Array
  /** Time of the last entry, 0 when there is none. */
  readonly latestMs: number
  readonly frontier: Frontier
}

/** An entry that an id led to. */
export interface KnownEntry {
  readonly seq: number
  readonly leafHash: Uint8Array
  readonly contentHash: Uint8Array
  /** Null when the payload was erased: then a repetition cannot be told from a conflict. */
  readonly salt: Uint8Array | null
}

export interface NewEntry {
  readonly leaf: Uint8Array
  readonly fact: Pick<PreparedFact, 'id' | 'keepsId' | 'trace'>
  /** Zeros when the ledger made the id: nobody can repeat it. */
  readonly contentHash: Uint8Array
}

const NO_CONTENT_HASH = new Uint8Array(HASH_BYTES)

export interface LinkedEntry extends NewEntry {
  readonly fact: PreparedFact
}

/** As it goes into the tables and the journal: neither holds a payload in clear. */
export type SealedEntry = NewEntry & SealedPayload

export interface LinkedBatch {
  /** The leaves of `added` one after the other. */
  readonly leaves: Uint8Array
  readonly added: readonly LinkedEntry[]
  readonly frontier: Frontier
  /** One per fact, in their order: the entry, or why this fact alone is refused. */
  readonly outcomes: readonly (AppendedEntry | Error)[]
}

/** @param subjectCounts entries of each subject that the log holds, by subject key; none when absent */
export function linkBatch(
  digest: Digest,
  head: LogHead,
  facts: readonly PreparedFact[],
  knownEntries: ReadonlyMap<string, KnownEntry>,
  subjectCounts: ReadonlyMap<string, number>,
  nowMs: number,
): LinkedBatch {
  const timeMs = Math.max(nowMs, head.latestMs)
  const known = new Map(knownEntries)
  const counts = new Map(subjectCounts)
  const added: LinkedEntry[] = []
  const hashes: Uint8Array[] = []
  const outcomes: (AppendedEntry | Error)[] = []
  // One array for all leaves: making one costs more than hashing what is in it.
  const room = new Uint8Array(facts.reduce((sum, { body }) => sum + countedLeafLimit(body), 0))
  let usedBytes = 0
  let prev = head.latest
  for (const fact of facts) {
    const before = known.get(fact.id)
    if (before !== undefined) {
      outcomes.push(answerRepeat(digest, fact, before))
      continue
    }
    const seq = head.size + added.length
    const subjectSeq = counts.get(fact.subjectKey) ?? 0
    counts.set(fact.subjectKey, subjectSeq + 1)
    const link = { seq, timeMs, prev }
    const leaf = encodeCountedLeaf(room.subarray(usedBytes), link, fact.body, subjectSeq)
    usedBytes += leaf.length
    const leafHash = hashLeaf(digest, leaf)
    const contentHash = fact.keepsId
      ? hashContent(digest, fact.salt, fact.content())
      : NO_CONTENT_HASH
    added.push({ leaf, fact, contentHash })
    hashes.push(leafHash)
    if (fact.keepsId) known.set(fact.id, { seq, leafHash, contentHash, salt: fact.salt })
    outcomes.push({ seq, leafHash, id: fact.id, isRepeat: false })
    prev = leafHash
  }
  const frontier = extendFrontier(digest, head.frontier, hashes)
  return { added, leaves: room.subarray(0, usedBytes), outcomes, frontier }
}

function answerRepeat(
  digest: Digest,
  fact: PreparedFact,
  before: KnownEntry,
): AppendedEntry | Error {
  if (
    before.salt !== null &&
    bytesEqual(hashContent(digest, before.salt, fact.content()), before.contentHash)
  ) {
    return { seq: before.seq, leafHash: before.leafHash, id: fact.id, isRepeat: true }
  }
  const got = before.salt === null ? 'an entry whose payload was erased' : 'other content'
  return ledgerFault(
    'LEDGER_ENTRY_CONFLICT',
    `expected entry ${before.seq} with id ${fact.id} again, got ${got}`,
    {
      details: { seq: before.seq, id: fact.id },
    },
  )
}
