// All SQL of the evidence room.
import type { EvidenceRef } from '../verdict/index.ts'
import type { SqlTx } from '../kernel/index.ts'

export interface StatementRow {
  readonly id: string
  readonly predicateType: string
  readonly keyId: string
}

export async function insertObjects(
  tx: SqlTx,
  tenantId: string,
  refs: readonly EvidenceRef[],
  createdAt: string,
): Promise<void> {
  if (refs.length === 0) return
  const { text, values } = objectInsert(refs, 3)
  await tx.query(text, [tenantId, createdAt, ...values])
}

const STATEMENT_COLUMNS = '(tenant_id, created_at, statement_id, predicate_type, key_id)'

export async function insertStatement(
  tx: SqlTx,
  tenantId: string,
  statement: StatementRow,
  createdAt: string,
): Promise<void> {
  await tx.query(
    `insert into evidence_statement ${STATEMENT_COLUMNS} values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [tenantId, createdAt, statement.id, statement.predicateType, statement.keyId],
  )
}

/** One statement of SQL, because a gate waits for each of them. */
export async function insertStatementWithObjects(
  tx: SqlTx,
  tenantId: string,
  refs: readonly EvidenceRef[],
  statement: StatementRow,
  createdAt: string,
): Promise<void> {
  if (refs.length === 0) return insertStatement(tx, tenantId, statement, createdAt)
  const { text, values } = objectInsert(refs, 6)
  await tx.query(
    `with objects as (${text})
     insert into evidence_statement ${STATEMENT_COLUMNS}
     select $1, $2::timestamptz, $3, $4, $5 on conflict do nothing`,
    [tenantId, createdAt, statement.id, statement.predicateType, statement.keyId, ...values],
  )
}

/** $1 is the tenant, $2 the time; the values of the refs stand from `first` on. */
function objectInsert(
  refs: readonly EvidenceRef[],
  first: number,
): { text: string; values: (string | number)[] } {
  const rows = refs.map((_, at) => {
    const [digest, type, size] = [0, 1, 2].map((offset) => `$${first + 3 * at + offset}`)
    return `($1, $2::timestamptz, ${digest}, ${type}, ${size}::bigint)`
  })
  return {
    text: `insert into evidence_object (tenant_id, created_at, digest, media_type, size_bytes)
       values ${rows.join(', ')} on conflict do nothing`,
    values: refs.flatMap((ref) => [ref.digest, ref.mediaType, ref.sizeBytes]),
  }
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

/** What stored bytes are, as far as it was recorded. */
export type ObjectRow = Pick<EvidenceRef, 'digest' | 'mediaType' | 'sizeBytes'>

/** A recorded statement, with when that was. */
export interface RecordedStatement extends StatementRow {
  readonly createdAt: string
}

export async function selectObjects(
  tx: SqlTx,
  tenantId: string,
  digests: readonly string[],
): Promise<ObjectRow[]> {
  const rows = await tx.query<{
    digest: EvidenceRef['digest']
    media_type: string
    size_bytes: number
  }>(
    `select digest, media_type, size_bytes from evidence_object
     where tenant_id = $1 and digest = any ($2::text[])`,
    [tenantId, digests],
  )
  return rows.map((row) => ({
    digest: row.digest,
    mediaType: row.media_type,
    sizeBytes: row.size_bytes,
  }))
}

export async function selectStatements(
  tx: SqlTx,
  tenantId: string,
  ids: readonly string[],
): Promise<RecordedStatement[]> {
  const rows = await tx.query<{
    statement_id: string
    predicate_type: string
    key_id: string
    created_at: string
  }>(
    `select statement_id, predicate_type, key_id, created_at from evidence_statement
     where tenant_id = $1 and statement_id = any ($2::text[])`,
    [tenantId, ids],
  )
  return rows.map((row) => ({
    id: row.statement_id,
    predicateType: row.predicate_type,
    keyId: row.key_id,
    createdAt: row.created_at,
  }))
}
