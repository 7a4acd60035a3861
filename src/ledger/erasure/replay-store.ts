// SQL of replayed erasures: keys that are there again, and what they seal.
import type { SqlTx } from '../../kernel/index.ts'
import type { RegisteredErasure } from './register.ts'

/** Erasures whose keys one statement looks for. */
const PIECE_ERASURES = 1_000

export interface RevivedKey {
  readonly tenantId: string
  readonly dekId: number
  readonly erasure: RegisteredErasure
}

/** Keys that the register says were destroyed, and that lie in this database exactly as they did before. */
export async function selectRevived(
  tx: SqlTx,
  erasures: readonly RegisteredErasure[],
): Promise<readonly RevivedKey[]> {
  const found: RevivedKey[] = []
  for (let from = 0; from < erasures.length; from += PIECE_ERASURES) {
    const piece = erasures.slice(from, from + PIECE_ERASURES)
    const named = piece.flatMap((erasure) => erasure.keys.map((key) => ({ ...key, erasure })))
    const rows = await tx.query<{ n: number }>(
      `select r.n::int as n from unnest($1::text[], $2::int[], $3::text[]) with ordinality as r (tenant, dek, hash, n)
       join ledger_dek k on k.tenant_id = r.tenant and k.dek_id = r.dek
       where k.wrapped is not null and sha256(k.wrapped) = decode(r.hash, 'hex') order by r.n`,
      [
        named.map(({ erasure }) => erasure.tenant),
        named.map(({ dekId }) => dekId),
        named.map(({ wrappedHash }) => wrappedHash),
      ],
    )
    for (const { n } of rows) {
      const { erasure, dekId } = named[n - 1]!
      found.push({ tenantId: erasure.tenant, dekId, erasure })
    }
  }
  return found
}

/** Leaf hash of the entry at a place, in whichever of the tenant's logs; undefined when it is not there. */
export async function selectLeafHash(
  tx: SqlTx,
  tenantId: string,
  origin: string,
  seq: number,
): Promise<Uint8Array | undefined> {
  const [row] = await tx.query<{ leaf_hash: Uint8Array }>(
    `select e.leaf_hash from ledger_log l join ledger_entry e on e.log_id = l.log_id
     where l.tenant_id = $1 and l.origin = $2 and e.seq = $3`,
    [tenantId, origin, seq],
  )
  return row?.leaf_hash
}

/** Of these keys, those that are destroyed. */
export async function selectDestroyed(
  tx: SqlTx,
  tenantId: string,
  dekIds: readonly number[],
): Promise<readonly number[]> {
  const rows = await tx.query<{ dek_id: number }>(
    `select dek_id from ledger_dek where tenant_id = $1 and dek_id = any ($2::int[]) and wrapped is null`,
    [tenantId, dekIds],
  )
  return rows.map((row) => row.dek_id)
}
