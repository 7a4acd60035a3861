// SQL of templates.
import type { SqlTx } from '../kernel/index.ts'
import type { RowPage } from '../web/index.ts'

export interface StoredTemplate {
  readonly name: string
  readonly title: string
  readonly text: string
  readonly contentHash: string
  readonly changedAt: string
  readonly changedBy: string
}

interface TemplateRow {
  readonly name: string
  readonly title: string
  readonly text: string
  readonly content_hash: string
  readonly changed_at: string
  readonly changed_by: string
}

export async function selectTemplates(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: RowPage = {},
): Promise<readonly StoredTemplate[]> {
  const rows = await tx.query<TemplateRow>(
    `select * from notification_template where tenant_id = $1 and ($2::text is null or name > $2)
     order by name limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map((row) => ({
    name: row.name,
    title: row.title,
    text: row.text,
    contentHash: row.content_hash,
    changedAt: row.changed_at,
    changedBy: row.changed_by,
  }))
}

export async function upsertTemplate(
  tx: SqlTx,
  tenantId: string,
  stored: StoredTemplate,
): Promise<void> {
  await tx.query(
    `insert into notification_template (tenant_id, name, title, text, content_hash, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, name) do update set title = excluded.title, text = excluded.text,
       content_hash = excluded.content_hash, changed_at = excluded.changed_at, changed_by = excluded.changed_by`,
    [
      tenantId,
      stored.name,
      stored.title,
      stored.text,
      stored.contentHash,
      stored.changedAt,
      stored.changedBy,
    ],
  )
}

/** @returns whether it was there */
export async function deleteTemplate(tx: SqlTx, tenantId: string, name: string): Promise<boolean> {
  const rows = await tx.query(
    'delete from notification_template where tenant_id = $1 and name = $2 returning name',
    [tenantId, name],
  )
  return rows.length > 0
}
