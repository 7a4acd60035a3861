// SQL of the audit log's own table, which is searched instead of the ledger.
import type { SqlTx, SqlValue } from '../kernel/index.ts'
import type { AuditEntry, AuditFilter, AuditRecord } from './model.ts'

export async function insertAuditEntries(
  tx: SqlTx,
  tenantId: string,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return
  await tx.query(
    `insert into audit_entry (tenant_id, seq, at, actor, action, resource, result, record)
     select $1, e.seq, e.at, e.actor, e.action, e.resource, e.result, e.record
     from unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
       as e (seq, at, actor, action, resource, result, record)`,
    [
      tenantId,
      entries.map(({ seq }) => seq),
      entries.map(({ at }) => at),
      entries.map(({ actor }) => actor),
      entries.map(({ action }) => action),
      entries.map(({ resource }) => resource),
      entries.map(({ result }) => result),
      entries.map(({ seq: _seq, at: _at, actor: _actor, ...record }) => JSON.stringify(record)),
    ],
  )
}

interface EntryRow {
  readonly seq: number
  readonly at: string
  readonly actor: string
  readonly record: string
}

/** Newest first; `before` is the position of the last one that was shown. */
export async function selectAuditPage(
  tx: SqlTx,
  tenantId: string,
  filter: AuditFilter,
  limit: number,
  before?: number,
): Promise<readonly AuditEntry[]> {
  const values: SqlValue[] = [tenantId]
  const place = (value: SqlValue): string => `$${values.push(value)}`
  const conditions = ['tenant_id = $1']
  for (const column of ['actor', 'action', 'result'] as const) {
    const value = filter[column]
    if (value !== undefined) conditions.push(`${column} = ${place(value)}`)
  }
  const { resource, from, until } = filter
  if (resource !== undefined) {
    // `0` is the character after the slash, so the range is what lies below; its bounds are plain, so that an index serves them.
    const below = `resource collate "C" >= ${place(`${resource}/`)} and resource collate "C" < ${place(`${resource}0`)}`
    conditions.push(`(resource collate "C" = ${place(resource)} or (${below}))`)
  }
  if (from !== undefined) conditions.push(`at >= ${place(from)}::timestamptz`)
  if (until !== undefined) conditions.push(`at < ${place(until)}::timestamptz`)
  if (before !== undefined) conditions.push(`seq < ${place(before)}`)
  const rows = await tx.query<EntryRow>(
    `select seq, at, actor, record from audit_entry where ${conditions.join(' and ')} order by seq desc limit ${place(limit)}`,
    values,
  )
  return rows.map(entryOfRow)
}

function entryOfRow({ seq, at, actor, record }: EntryRow): AuditEntry {
  return { seq, at, actor, ...(JSON.parse(record) as AuditRecord) }
}
