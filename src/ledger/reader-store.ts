// SQL of readers: which logs a reader has not read to the end, and what comes next.
import type { SqlTx } from '../kernel/index.ts'
import { PAYLOAD_COLUMNS } from './payload/stored.ts'
import type { PayloadRow } from './payload/stored.ts'
import type { StoredLeaf } from './store.ts'

export async function selectLogsBehind(
  tx: SqlTx,
  reader: string,
  limit: number,
): Promise<readonly { readonly tenantId: string }[]> {
  const rows = await tx.query<{ tenant_id: string }>(
    `select l.tenant_id from ledger_head h join ledger_log l on l.log_id = h.log_id
       left join ledger_reader r on r.log_id = h.log_id and r.reader = $1
     where h.size > coalesce(r.next_seq, 0) limit $2`,
    [reader, limit],
  )
  return rows.map(({ tenant_id: tenantId }) => ({ tenantId }))
}

export interface UnreadLog {
  readonly logId: number
  readonly origin: string
  readonly size: number
  readonly unread: number
}

/** The oldest log first: a tenant's logs follow each other. */
export async function selectUnread(
  tx: SqlTx,
  reader: string,
  tenantId: string,
): Promise<readonly UnreadLog[]> {
  const rows = await tx.query<{
    log_id: number
    origin: string
    size: number
    unread: number
  }>(
    `select l.log_id, l.origin, h.size, h.size - coalesce(r.next_seq, 0) as unread
     from ledger_log l join ledger_head h on h.log_id = l.log_id
       left join ledger_reader r on r.log_id = h.log_id and r.reader = $1
     where l.tenant_id = $2 and h.size > coalesce(r.next_seq, 0) order by l.epoch`,
    [reader, tenantId],
  )
  return rows.map(({ log_id: logId, ...row }) => ({ logId, ...row }))
}

/**
 * Keeps erasures of the tenant away to the end of the transaction, so that no payload is copied by whoever read it before: an
 * erasure empties the copies that it sees. Before the reader's place and, in an erasure, before the log's turn.
 */
export async function lockCopies(tx: SqlTx, tenantId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock_shared(hashtextextended($1, 0))', [
    copiesOf(tenantId),
  ])
}

/** Waits until nobody copies payloads of the tenant, and lets nobody begin. */
export async function stopCopies(tx: SqlTx, tenantId: string): Promise<void> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [copiesOf(tenantId)])
}

function copiesOf(tenantId: string): string {
  return `seaworthy.ledger-copies ${tenantId}`
}

/** Holds the reader's place to the end of the transaction; undefined when somebody else does. */
export async function lockReader(
  tx: SqlTx,
  reader: string,
  logId: number,
): Promise<number | undefined> {
  await tx.query(
    'insert into ledger_reader (log_id, reader, next_seq) values ($1, $2, 0) on conflict do nothing',
    [logId, reader],
  )
  const [row] = await tx.query<{ next_seq: number }>(
    'select next_seq from ledger_reader where log_id = $1 and reader = $2 for update skip locked',
    [logId, reader],
  )
  return row?.next_seq
}

export async function advanceReader(
  tx: SqlTx,
  reader: string,
  logId: number,
  nextSeq: number,
): Promise<void> {
  await tx.query('update ledger_reader set next_seq = $3 where log_id = $1 and reader = $2', [
    logId,
    reader,
    nextSeq,
  ])
  // Nobody asks where an entry came from once every reader has passed it.
  await tx.query(
    `delete from ledger_trace t where t.log_id = $1 and t.seq < $2 and not exists (
       select from ledger_reader r where r.log_id = $1 and r.next_seq < $2)`,
    [logId, nextSeq],
  )
}

export async function selectPayloads(
  tx: SqlTx,
  logId: number,
  fromSeq: number,
  limit: number,
): Promise<readonly (StoredLeaf & { readonly trace: string | null; readonly row: PayloadRow })[]> {
  const rows = await tx.query<
    PayloadRow & {
      seq: number
      leaf: Uint8Array
      leaf_hash: Uint8Array
      traceparent: string | null
    }
  >(
    `select e.seq, e.leaf, e.leaf_hash, ${PAYLOAD_COLUMNS}, t.traceparent
     from ledger_entry e left join ledger_payload p on p.log_id = e.log_id and p.seq = e.seq
       left join ledger_trace t on t.log_id = e.log_id and t.seq = e.seq
     where e.log_id = $1 and e.seq >= $2 order by e.seq limit $3`,
    [logId, fromSeq, limit],
  )
  return rows.map(({ seq, leaf, leaf_hash: leafHash, traceparent: trace, ...row }) => ({
    seq,
    leaf,
    leafHash,
    trace,
    row,
  }))
}

/** What is stored of one entry's payload. */
export async function selectPayload(
  tx: SqlTx,
  logId: number,
  seq: number,
): Promise<PayloadRow | undefined> {
  const [row] = await tx.query<PayloadRow>(
    `select ${PAYLOAD_COLUMNS} from ledger_payload p where p.log_id = $1 and p.seq = $2`,
    [logId, seq],
  )
  return row
}
