// SQL of erasure: what a person's keys seal, what is taken away, and what says so.
import type { SqlTx } from '../../kernel/index.ts'

export interface OwnedKey {
  readonly dekId: number
  readonly class: string
  /** Hexadecimal SHA-256 of the key as it lies wrapped. */
  readonly wrappedHash: string
}

/** Keys in force of these owners. */
export async function selectOwnedKeys(
  tx: SqlTx,
  tenantId: string,
  owners: readonly string[],
): Promise<readonly OwnedKey[]> {
  const rows = await tx.query<{ dek_id: number; class: string; wrapped_hash: string }>(
    `select dek_id, class, encode(sha256(wrapped), 'hex') as wrapped_hash from ledger_dek
     where tenant_id = $1 and wrapped is not null and owner in (select decode(o, 'hex') from unnest($2::text[]) as u (o))
     order by dek_id`,
    [tenantId, owners],
  )
  return rows.map((row) => ({
    dekId: row.dek_id,
    class: row.class,
    wrappedHash: row.wrapped_hash,
  }))
}

/** Sealed payloads under each of the keys. */
export async function countSealed(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ dek_id: number; count: number }>(
    `select p.dek_id, count(*) as count from ledger_payload p join ledger_log l on l.log_id = p.log_id
     where l.tenant_id = $1 and p.dek_id = any ($2::int[]) and p.sealed is not null group by p.dek_id`,
    [tenantId, dekIds],
  )
  return new Map(rows.map((row) => [row.dek_id, row.count]))
}

/** Entries that name somebody and whose payloads are under the tenant's own key. */
export async function countNaming(
  tx: SqlTx,
  tenantId: string,
  needles: readonly string[],
): Promise<number> {
  const named = needles
    .map((_, at) => `position(convert_to($${at + 2}, 'UTF8') in e.leaf) > 0`)
    .join(' or ')
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from ledger_log l
       join ledger_payload p on p.log_id = l.log_id and p.sealed is not null
       join ledger_dek k on k.tenant_id = l.tenant_id and k.dek_id = p.dek_id and k.class = 'tenant'
       join ledger_entry e on e.log_id = p.log_id and e.seq = p.seq
     where l.tenant_id = $1 and (${named})`,
    [tenantId, ...needles],
  )
  return row?.count ?? 0
}

export async function hasClearRows(tx: SqlTx, tenantId: string): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    `select exists (select from ledger_payload p join ledger_log l on l.log_id = p.log_id
       where l.tenant_id = $1 and p.payload is not null) as found`,
    [tenantId],
  )
  return row?.found === true
}

export interface SealedPlace {
  readonly logId: number
  readonly seq: number
  readonly leafHash: Uint8Array
}

/** What the keys seal, in the order of log and position, behind a place. */
export async function selectSealed(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
  after: Pick<SealedPlace, 'logId' | 'seq'>,
  limit: number,
): Promise<readonly SealedPlace[]> {
  return placesOf(
    await tx.query<PlaceRow>(
      `select p.log_id, p.seq, e.leaf_hash
       from ledger_log l join ledger_payload p on p.log_id = l.log_id
         join ledger_entry e on e.log_id = p.log_id and e.seq = p.seq
       where l.tenant_id = $1 and p.dek_id = any ($2::int[]) and p.sealed is not null and (p.log_id, p.seq) > ($3, $4)
       order by p.log_id, p.seq limit $5`,
      [tenantId, dekIds, after.logId, after.seq, limit],
    ),
  )
}

/** Erased entries that name an attestation, in the same order. */
export async function selectErased(
  tx: SqlTx,
  tenantId: string,
  by: Pick<SealedPlace, 'logId' | 'seq'>,
  after: Pick<SealedPlace, 'logId' | 'seq'>,
  limit: number,
): Promise<readonly SealedPlace[]> {
  return placesOf(
    await tx.query<PlaceRow>(
      `select p.log_id, p.seq, e.leaf_hash
       from ledger_log l join ledger_payload p on p.log_id = l.log_id
         join ledger_entry e on e.log_id = p.log_id and e.seq = p.seq
       where l.tenant_id = $1 and p.erased_log = $2 and p.erased_seq = $3 and (p.log_id, p.seq) > ($4, $5)
       order by p.log_id, p.seq limit $6`,
      [tenantId, by.logId, by.seq, after.logId, after.seq, limit],
    ),
  )
}

interface PlaceRow {
  readonly log_id: number
  readonly seq: number
  readonly leaf_hash: Uint8Array
}

function placesOf(rows: readonly PlaceRow[]): readonly SealedPlace[] {
  return rows.map((row) => ({ logId: row.log_id, seq: row.seq, leafHash: row.leaf_hash }))
}

export async function destroyKeys(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
): Promise<void> {
  await tx.query('select ledger_destroy_keys($1, $2)', [tenantId, dekIds])
}

/** @returns how many rows lost their ciphertext */
export async function eraseRows(
  tx: SqlTx,
  tenantId: string,
  logId: number,
  seqs: readonly number[],
  by: Pick<SealedPlace, 'logId' | 'seq'>,
): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'select ledger_erase($1, $2, $3, $4, $5) as count',
    [tenantId, logId, seqs, by.logId, by.seq],
  )
  return row?.count ?? 0
}

/** Of these entries, those that an entry of the same log says were erased, with its position. */
export async function selectErasedBy(
  tx: SqlTx,
  logId: number,
  seqs: readonly number[],
): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ seq: number; erased_seq: number }>(
    `select seq, erased_seq from ledger_payload
     where log_id = $1 and seq = any ($2::bigint[]) and erased_log = log_id and erased_seq is not null`,
    [logId, seqs],
  )
  return new Map(rows.map((row) => [row.seq, row.erased_seq]))
}
