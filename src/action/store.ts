// All SQL of previews: shown once, closed once.
import type { ActionPreview, Json, SqlTx } from '../kernel/index.ts'

export interface StoredPreview {
  readonly action: string
  readonly principal: string
  readonly params: Json
  readonly preview: ActionPreview
  readonly createdAt: string
  readonly expiresAt: string
  readonly nonce: string
  /** Somebody else than `principal` has to confirm. */
  readonly asksSecondPerson: boolean
  /** `null` while the token can still be used. */
  readonly outcome: 'confirmed' | 'void' | null
}

interface PreviewRow {
  action: string
  principal: string
  params: string
  preview: string
  created_at: string
  expires_at: string
  nonce: string
  asks_second_person: boolean
  outcome: StoredPreview['outcome']
}

function previewOfRow(row: PreviewRow): StoredPreview {
  return {
    action: row.action,
    principal: row.principal,
    params: JSON.parse(row.params) as Json,
    preview: JSON.parse(row.preview) as ActionPreview,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    nonce: row.nonce,
    asksSecondPerson: row.asks_second_person,
    outcome: row.outcome,
  }
}

export async function insertPreview(
  tx: SqlTx,
  tenantId: string,
  tokenDigest: string,
  shown: Omit<StoredPreview, 'outcome'>,
): Promise<void> {
  await tx.query(
    `insert into action_preview
       (tenant_id, token_digest, action, principal, params, preview, created_at, expires_at, nonce, asks_second_person)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tenantId,
      tokenDigest,
      shown.action,
      shown.principal,
      JSON.stringify(shown.params),
      JSON.stringify(shown.preview),
      shown.createdAt,
      shown.expiresAt,
      shown.nonce,
      shown.asksSecondPerson,
    ],
  )
}

export async function selectPreview(
  tx: SqlTx,
  tenantId: string,
  tokenDigest: string,
): Promise<StoredPreview | undefined> {
  const rows = await tx.query<PreviewRow>(
    `select action, principal, params, preview, created_at, expires_at, nonce, asks_second_person,
       outcome
     from action_preview where tenant_id = $1 and token_digest = $2`,
    [tenantId, tokenDigest],
  )
  return rows[0] && previewOfRow(rows[0])
}

/** Closes a preview; of any number of callers exactly one gets true. */
export async function closePreview(
  tx: SqlTx,
  tenantId: string,
  tokenDigest: string,
  outcome: 'confirmed' | 'void',
  closedAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `update action_preview set outcome = $3, closed_at = $4
     where tenant_id = $1 and token_digest = $2 and outcome is null returning token_digest`,
    [tenantId, tokenDigest, outcome, closedAt],
  )
  return rows.length === 1
}
