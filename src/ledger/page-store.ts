// SQL of a page of a tenant's log: the log and its entries by one statement, as one moment saw them.
import type { SqlTx } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import type { PageRange } from './page-range.ts'
import type { StoredLeaf } from './store.ts'

/** A log with some of its entries. */
export interface LogPage {
  readonly size: number
  /** With the position of the entry that attests the erasure of its payload. */
  readonly leaves: readonly (StoredLeaf & { readonly erasedBy: number | null })[]
}

interface PageRow {
  readonly origin: string
  readonly size: number | null
  readonly seq: number | null
  readonly leaf: Uint8Array
  readonly leaf_hash: Uint8Array
  readonly erased_seq: number | null
}

/**
 * Entries of a range of the tenant's log of today, or of an epoch; undefined when it has none yet, whether or not the tenant
 * exists.
 * @param needles texts that the body must contain
 */
export async function selectLogPage(
  tx: SqlTx,
  tenantId: string,
  range: PageRange,
  needles: readonly string[],
): Promise<LogPage | undefined> {
  const filters = needles
    .map((_, at) => ` and position(convert_to($${at + 6}, 'UTF8') in leaf) > 0`)
    .join('')
  const order = range.isNewestFirst ? 'desc' : 'asc'
  const rows = await tx.query<PageRow>(
    `select l.origin, h.size, e.seq, e.leaf, e.leaf_hash, p.erased_seq
     from ledger_log l left join ledger_head h on h.log_id = l.log_id
       left join lateral (select seq, leaf, leaf_hash from ledger_entry
         where log_id = l.log_id and seq >= $3 and seq < least(h.size, $5::bigint)${filters} order by seq ${order} limit $4) e on true
       left join ledger_payload p on p.log_id = l.log_id and p.seq = e.seq and p.erased_seq is not null
     where l.tenant_id = $1 and case when $2::int is null then l.state <> 'sealed' else l.epoch = $2 end
     order by e.seq ${order}`,
    [tenantId, range.epoch ?? null, range.fromSeq, range.limit, range.beforeSeq, ...needles],
  )
  const [first] = rows
  if (first === undefined) return undefined
  const { origin, size } = first
  if (size === null)
    throw ledgerFault('LEDGER_ENTRY_UNREADABLE', `expected a head of ${origin}, got none`)
  const leaves = rows.flatMap(({ seq, leaf, leaf_hash: leafHash, erased_seq: erasedBy }) =>
    seq === null ? [] : [{ seq, leaf, leafHash, erasedBy }],
  )
  return { size, leaves }
}
