// SQL of payload keys: the wrapped ones that a tenant has, and new ones.
import type { SqlTx } from '../../kernel/index.ts'

/** A key as it is stored, and as the journal keeps a new one. */
export interface WrappedKey {
  readonly dekId: number
  readonly class: string
  /** Hexadecimal keyed hash of whose data it opens. */
  readonly owner: string
  /** Hexadecimal. */
  readonly wrapped: string
}

export interface FoundKey extends WrappedKey {
  /** True once the transaction that made it has committed. */
  readonly isSettled: boolean
}

interface KeyRow {
  readonly dek_id: number
  readonly class: string
  readonly owner: string
  readonly wrapped: string
  readonly is_settled: boolean
}

/** Of `ledger_dek k`. */
const KEY_COLUMNS = `k.dek_id, k.class, encode(k.owner, 'hex') as owner, encode(k.wrapped, 'hex') as wrapped,
  k.made_by is distinct from pg_current_xact_id_if_assigned() as is_settled`

function foundOf({
  dek_id: dekId,
  class: of,
  owner,
  wrapped,
  is_settled: isSettled,
}: KeyRow): FoundKey {
  return { dekId, class: of, owner, wrapped, isSettled }
}

/** The keys in force for these owners, and the highest number that the tenant ever gave a key. */
export async function selectLiveKeys(
  tx: SqlTx,
  tenantId: string,
  owners: readonly string[],
): Promise<{ readonly keys: readonly FoundKey[]; readonly lastId: number }> {
  const rows = await tx.query<(KeyRow | { dek_id: null }) & { last_id: number }>(
    `select m.last_id, ${KEY_COLUMNS}
     from (select coalesce(max(dek_id), 0) as last_id from ledger_dek where tenant_id = $1) m
       left join ledger_dek k on k.tenant_id = $1 and k.wrapped is not null
         and k.owner in (select decode(o, 'hex') from unnest($2::text[]) as u (o))`,
    [tenantId, owners],
  )
  const keys = rows.flatMap((row) => (row.dek_id === null ? [] : [foundOf(row)]))
  return { keys, lastId: rows[0]?.last_id ?? 0 }
}

/** What is there of these keys; a destroyed one is left out. */
export async function selectWrapped(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
): Promise<readonly FoundKey[]> {
  const rows = await tx.query<KeyRow>(
    `select ${KEY_COLUMNS} from ledger_dek k
     where tenant_id = $1 and dek_id = any ($2::int[]) and wrapped is not null`,
    [tenantId, dekIds],
  )
  return rows.map(foundOf)
}

/** The key that was made last and is still there; undefined when there is none. */
export async function selectNewestKey(tx: SqlTx, tenantId: string): Promise<FoundKey | undefined> {
  const [row] = await tx.query<KeyRow>(
    `select ${KEY_COLUMNS} from ledger_dek k where tenant_id = $1 and wrapped is not null
     order by dek_id desc limit 1`,
    [tenantId],
  )
  return row === undefined ? undefined : foundOf(row)
}

/** How many of these keys were destroyed. */
export async function countDestroyed(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
): Promise<number> {
  if (dekIds.length === 0) return 0
  const [row] = await tx.query<{ count: number }>(
    `select count(*) as count from ledger_dek
     where tenant_id = $1 and dek_id = any ($2::int[]) and wrapped is null`,
    [tenantId, dekIds],
  )
  return row?.count ?? 0
}

export async function insertKeys(
  tx: SqlTx,
  tenantId: string,
  keys: readonly WrappedKey[],
): Promise<void> {
  if (keys.length === 0) return
  await tx.query('select ledger_add_keys($1, $2, $3, $4, $5)', [
    tenantId,
    keys.map(({ dekId }) => dekId),
    keys.map((key) => key.class),
    keys.map(({ owner }) => owner),
    keys.map(({ wrapped }) => wrapped),
  ])
}
