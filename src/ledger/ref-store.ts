// SQL that finds entries by what they rest on, and by their positions.
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import { LEAF_HEADER_BYTES } from '../proof/index.ts'
import type { StoredLeaf, StoredLog } from './store.ts'

/** Where a statement was recorded. */
export interface RefPosition {
  readonly ref: ContentDigest
  readonly seq: number
}

/**
 * Positions of the entries whose first reference is one of these, in order, by one statement however many they are. The body
 * of a leaf is canonical JSON; `->` alone does not undo its escapes, some of which PostgreSQL's text cannot hold.
 * @param needle a text that the body has to contain: what is looked through is a tenant's whole log
 */
export async function selectRefPositions(
  tx: SqlTx,
  log: StoredLog,
  refs: readonly ContentDigest[],
  needle: string | null,
): Promise<RefPosition[]> {
  return tx.query<{ ref: ContentDigest; seq: number }>(
    `select ref, seq from (
       select seq, convert_from(substring(leaf from ${LEAF_HEADER_BYTES + 1}), 'UTF8')::json -> 'refs' ->> 0 as ref
       from ledger_entry where log_id = $1 and seq < $2
         and ($4::text is null or position(convert_to($4, 'UTF8') in leaf) > 0)) as entry
     where ref = any ($3::text[]) order by seq`,
    [log.logId, log.size, refs, needle],
  )
}

export async function selectLeavesAt(
  tx: SqlTx,
  log: StoredLog,
  seqs: readonly number[],
): Promise<(StoredLeaf & { readonly erasedBy: number | null })[]> {
  const rows = await tx.query<{
    seq: number
    leaf: Uint8Array
    leaf_hash: Uint8Array
    erased_seq: number | null
  }>(
    `select e.seq, e.leaf, e.leaf_hash, p.erased_seq
     from ledger_entry e left join ledger_payload p on p.log_id = e.log_id and p.seq = e.seq
     where e.log_id = $1 and e.seq < $2 and e.seq = any ($3::bigint[]) order by e.seq`,
    [log.logId, log.size, seqs],
  )
  return rows.map((row) => ({
    seq: row.seq,
    leaf: row.leaf,
    leafHash: row.leaf_hash,
    erasedBy: row.erased_seq,
  }))
}
