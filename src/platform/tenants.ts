// The tenant table, the one thing every slice's rows point at.
import type { Sql } from '../kernel/index.ts'

/** Makes the tenant when it is not there yet. @param createdAt RFC 3339 @returns whether it was made */
export async function ensureTenant(
  sql: Sql,
  tenantId: string,
  createdAt: string,
): Promise<boolean> {
  const rows = await sql.transaction('system', (tx) =>
    tx.query(
      'insert into tenant (tenant_id, name, created_at) values ($1, $1, $2) on conflict do nothing returning tenant_id',
      [tenantId, createdAt],
    ),
  )
  return rows.length === 1
}
