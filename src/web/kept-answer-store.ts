// All SQL of answers that are kept under idempotency keys.
import type { SqlTx } from '../kernel/index.ts'

export interface KeyName {
  readonly tenantId: string
  readonly principal: string
  /** As the caller sent it; it is never stored. */
  readonly key: string
  /** What is stored of it. */
  readonly storedKey: string
}

export interface KeptAnswer {
  readonly salt: Uint8Array
  readonly fingerprint: Uint8Array
  readonly status: number
  /** JSON text of `data`; null where it was too large. */
  readonly data: string | null
  /** False where the answer held more than is kept: secrets, or too much. */
  readonly isWhole: boolean
}

/**
 * Named by the key itself, of which the database sees a hash of 64 bits: servers of the version before take the same lock.
 * Of everybody who asks under one key at a time, one gets true; it is theirs until their transaction ends.
 */
export async function tryLockKey(
  tx: SqlTx,
  { tenantId, principal, key }: KeyName,
): Promise<boolean> {
  const name = JSON.stringify(['seaworthy.idempotency-key', tenantId, principal, key])
  const rows = await tx.query<{ is_mine: boolean }>(
    'select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as is_mine',
    [name],
  )
  return rows[0]?.is_mine === true
}

export async function selectKeptAnswer(
  tx: SqlTx,
  { tenantId, principal, key, storedKey }: KeyName,
  nowAt: string,
): Promise<KeptAnswer | undefined> {
  const [row] = await tx.query<{
    salt: Uint8Array
    fingerprint: Uint8Array
    status: number
    data: string | null
    is_whole: boolean
  }>(
    `select salt, fingerprint, status, data, is_whole from web_kept_answer
     where tenant_id = $1 and principal = $2 and key in ($3, $4) and expires_at > $5
     order by key = $3 desc limit 1`,
    // The version before stored keys as they came; its last ones end a day after it.
    [tenantId, principal, storedKey, key, nowAt],
  )
  if (row === undefined) return undefined
  const { salt, fingerprint, status, data, is_whole: isWhole } = row
  return { salt, fingerprint, status, data, isWhole }
}

/** @returns false when an answer is kept under the key already; waits for whoever is writing one */
export async function insertKeptAnswer(
  tx: SqlTx,
  { tenantId, principal, storedKey }: KeyName,
  { salt, fingerprint, status, data, isWhole }: KeptAnswer,
  { nowAt, expiresAt }: { readonly nowAt: string; readonly expiresAt: string },
): Promise<boolean> {
  const rows = await tx.query(
    `insert into web_kept_answer as kept
       (tenant_id, principal, key, salt, fingerprint, status, data, is_whole, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, principal, key) do update set
       salt = excluded.salt, fingerprint = excluded.fingerprint, status = excluded.status, data = excluded.data,
       is_whole = excluded.is_whole, created_at = excluded.created_at, expires_at = excluded.expires_at
       where kept.expires_at <= excluded.created_at
     returning key`,
    [tenantId, principal, storedKey, salt, fingerprint, status, data, isWhole, nowAt, expiresAt],
  )
  return rows.length === 1
}

/** Of every tenant. @returns how many were removed */
export async function deleteExpiredAnswers(
  tx: SqlTx,
  nowAt: string,
  limit: number,
): Promise<number> {
  const rows = await tx.query(
    `delete from web_kept_answer where (tenant_id, principal, key) in (
       select tenant_id, principal, key from web_kept_answer where expires_at <= $1
       order by expires_at limit $2 for update skip locked
     ) returning key`,
    [nowAt, limit],
  )
  return rows.length
}
