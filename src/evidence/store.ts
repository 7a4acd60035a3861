// All SQL of the evidence room.
import type { EvidenceRef } from '../verdict/index.ts'
import type { SqlTx } from '../kernel/index.ts'

export async function insertObjects(
  tx: SqlTx,
  tenantId: string,
  refs: readonly EvidenceRef[],
  createdAt: string,
): Promise<void> {
  if (refs.length === 0) return
  // One statement for all refs: a gate has up to five and each round trip is part of its overhead.
  const rows = refs.map((_, i) => `($1, $${3 * i + 3}, $${3 * i + 4}, $${3 * i + 5}, $2)`)
  await tx.query(
    `insert into evidence_object (tenant_id, digest, media_type, size_bytes, created_at)
     values ${rows.join(', ')} on conflict do nothing`,
    [tenantId, createdAt, ...refs.flatMap((ref) => [ref.digest, ref.mediaType, ref.sizeBytes])],
  )
}

export async function insertStatement(
  tx: SqlTx,
  tenantId: string,
  statement: { readonly id: string; readonly predicateType: string; readonly keyId: string },
  createdAt: string,
): Promise<void> {
  await tx.query(
    `insert into evidence_statement (tenant_id, statement_id, predicate_type, key_id, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [tenantId, statement.id, statement.predicateType, statement.keyId, createdAt],
  )
}

export async function selectMediaType(
  tx: SqlTx,
  tenantId: string,
  digest: string,
): Promise<string | undefined> {
  const rows = await tx.query<{ media_type: string }>(
    'select media_type from evidence_object where tenant_id = $1 and digest = $2',
    [tenantId, digest],
  )
  return rows[0]?.media_type
}
