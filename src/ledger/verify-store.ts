// SQL that verification reads with: rows as they are stored, whatever they say.
import type { SqlTx } from '../kernel/index.ts'
import type { PayloadKeys } from './payload/keys.ts'
import { openStored } from './payload/stored.ts'
import type { PayloadRow, StoredPayload } from './payload/stored.ts'
import type { StoredCheckpoint } from './signed-store.ts'
import { selectEntryPage, selectPayloadPage } from './stored-page.ts'
import type { StoredRow } from './stored-page.ts'

const GONE: StoredPayload = { state: 'gone' }

export interface StoredEntry extends StoredRow {
  readonly stored: StoredPayload
}

/** Whose log is read, and what opens its payloads. */
export interface StoredLogKeys {
  readonly tenantId: string
  readonly logId: number
  readonly origin: string
  readonly payloadKeys: PayloadKeys
}

export interface StoredTile {
  readonly idx: number
  readonly data: Uint8Array
  readonly root: Uint8Array
}

/** Head and counts as they were at one moment. */
export interface LogSnapshot {
  readonly size: number
  readonly latest: Uint8Array
  readonly frontier: Uint8Array
  readonly entries: number
  readonly min_seq: number | null
  readonly max_seq: number | null
  readonly payloads: number
  readonly repeats: number
  readonly tiles: number
  /** What the counts of all subjects add up to. */
  readonly counted: number
}

/** One statement, so that appends going on meanwhile cannot come between head and counts. */
export async function selectSnapshot(tx: SqlTx, logId: number): Promise<LogSnapshot | undefined> {
  const [row] = await tx.query<LogSnapshot>(
    `select h.size, h.latest, h.frontier, e.entries, e.min_seq, e.max_seq,
       (select count(*) from ledger_payload where log_id = $1) as payloads,
       (select count(*) from ledger_idem where log_id = $1) as repeats,
       (select count(*) from ledger_tile where log_id = $1) as tiles,
       (select coalesce(sum(entries), 0)::bigint from ledger_subject where log_id = $1) as counted
     from ledger_head h,
       (select count(*) as entries, min(seq) as min_seq, max(seq) as max_seq from ledger_entry where log_id = $1) e
     where h.log_id = $1`,
    [logId],
  )
  return row
}

/**
 * Two ranges put together here: what a join of them costs depends on statistics that a young table does not have yet.
 */
export async function selectStoredEntries(
  tx: SqlTx,
  { tenantId, logId, origin, payloadKeys }: StoredLogKeys,
  fromSeq: number,
  untilSeq: number,
): Promise<StoredEntry[]> {
  const range = [logId, fromSeq, untilSeq] as const
  const entries = await selectEntryPage(tx, range)
  const read = async (): Promise<readonly (readonly [number, StoredPayload])[]> => {
    const payloads = await selectPayloadPage(tx, range)
    const opened = await openStored(payloadKeys, tx, tenantId, origin, payloads)
    return payloads.map(({ seq }, at) => [seq, opened[at]!])
  }
  let found = await read()
  // An erasure may have been committed between rows and keys.
  if (found.some(([, { state }]) => state === 'gone')) found = await read()
  const bySeq = new Map(found)
  return entries.map((entry) => ({ ...entry, stored: bySeq.get(entry.seq) ?? GONE }))
}

/** Entries with their payloads as they are sealed, for a copy. */
export async function selectSealedEntries(
  tx: SqlTx,
  logId: number,
  fromSeq: number,
  limit: number,
): Promise<
  readonly (Pick<PayloadRow, 'sealed' | 'dek_id' | 'erased_seq'> & { readonly leaf: Uint8Array })[]
> {
  return tx.query(
    `select e.leaf, p.sealed, p.dek_id, p.erased_seq
     from ledger_entry e left join ledger_payload p on p.log_id = e.log_id and p.seq = e.seq
     where e.log_id = $1 and e.seq >= $2 order by e.seq limit $3`,
    [logId, fromSeq, limit],
  )
}

export async function selectTiles(
  tx: SqlTx,
  logId: number,
  level: number,
  from: number,
  until: number,
): Promise<StoredTile[]> {
  return tx.query<StoredTile>(
    'select idx, data, root from ledger_tile where log_id = $1 and level = $2 and idx >= $3 and idx < $4 order by idx',
    [logId, level, from, until],
  )
}

export async function selectCheckpoints(tx: SqlTx, logId: number): Promise<StoredCheckpoint[]> {
  return tx.query<StoredCheckpoint>(
    'select size, root, note from ledger_checkpoint where log_id = $1 order by size',
    [logId],
  )
}
