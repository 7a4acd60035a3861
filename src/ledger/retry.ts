// Finds what an earlier try of the same batch wrote, when nobody heard whether it was committed.
import type { Digest, SqlTx } from '../kernel/index.ts'
import { decodeLeaf, parseEntryBody } from '../proof/index.ts'
import type { KnownEntry, LogHead } from './batch.ts'
import { hashContent } from './fact.ts'
import type { PreparedFact } from './fact.ts'
import { PAGE_LIMIT } from './model.ts'
import { selectLeaves } from './store.ts'

/** What one batch of the queue remembers from try to try. */
export interface BatchTries {
  /** Entries of the log when the first try had its turn: what that try wrote lies behind them. */
  firstSize?: number
}

/**
 * Ids that the ledger itself made up are in no table, so entries behind the first try are read for them. Nobody else can
 * have appended under such an id.
 */
export async function findEarlierTry(
  digest: Digest,
  tx: SqlTx,
  head: LogHead,
  tries: BatchTries,
  facts: readonly PreparedFact[],
): Promise<Map<string, KnownEntry>> {
  const found = new Map<string, KnownEntry>()
  const { firstSize } = tries
  tries.firstSize = firstSize ?? head.size
  if (firstSize === undefined || firstSize === head.size) return found
  const byId = new Map(facts.map((fact) => [fact.id, fact]))
  for (let fromSeq = firstSize; fromSeq < head.size; fromSeq += PAGE_LIMIT) {
    const range = { fromSeq, untilSeq: head.size, limit: PAGE_LIMIT }
    for (const { seq, leaf, leafHash } of await selectLeaves(tx, head.logId, range)) {
      const decoded = decodeLeaf(leaf)
      const body = decoded.ok ? parseEntryBody(decoded.value.body) : decoded
      const fact = body.ok ? byId.get(body.value.id) : undefined
      if (fact === undefined) continue
      const contentHash = hashContent(digest, fact.salt, fact.content())
      found.set(fact.id, { seq, leafHash, contentHash, salt: fact.salt })
    }
  }
  return found
}
