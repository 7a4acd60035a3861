// All SQL of API keys.
import type { AccessRole, SqlTx } from '../../kernel/index.ts'
import type { ApiKey } from './model.ts'
import { API_KEY_LIMIT } from './model.ts'
import type { RowPage } from '../../web/index.ts'

export interface StoredApiKey extends ApiKey {
  /** PHC string. */
  readonly secretHash: string
}

/** As everybody but the hash's reader may know it. */
export function withoutHash(stored: StoredApiKey): ApiKey {
  const { secretHash: _, ...key } = stored
  return key
}

interface ApiKeyRow {
  tenant_id: string
  key_id: string
  name: string
  role: AccessRole
  environments: string | null
  secret_hash: string
  created_at: string
  created_by: string
  expires_at: string | null
  lifetime_s: number | null
  last_used_at: string | null
  predecessor: string | null
  revoked_at: string | null
}

function apiKeyOfRow(row: ApiKeyRow): StoredApiKey {
  return {
    tenantId: row.tenant_id,
    keyId: row.key_id,
    name: row.name,
    role: row.role,
    environments: row.environments === null ? null : (JSON.parse(row.environments) as string[]),
    secretHash: row.secret_hash,
    createdAt: row.created_at,
    createdBy: row.created_by,
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
    lifetimeS: row.lifetime_s,
    ...(row.last_used_at === null ? {} : { lastUsedAt: row.last_used_at }),
    ...(row.predecessor === null ? {} : { predecessor: row.predecessor }),
    ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
  }
}

/** @returns false when the predecessor has a successor already */
export async function insertApiKey(tx: SqlTx, key: StoredApiKey): Promise<boolean> {
  const rows = await tx.query(
    `insert into identity_api_key
       (tenant_id, key_id, name, role, environments, secret_hash, created_at, created_by, expires_at, lifetime_s, predecessor)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (tenant_id, predecessor) do nothing returning key_id`,
    [
      key.tenantId,
      key.keyId,
      key.name,
      key.role,
      key.environments === null ? null : JSON.stringify(key.environments),
      key.secretHash,
      key.createdAt,
      key.createdBy,
      key.expiresAt ?? null,
      key.lifetimeS,
      key.predecessor ?? null,
    ],
  )
  return rows.length === 1
}

/**
 * Without the tenant, which only the key tells: asked in the deployment's own scope, for keys that were not verified yet.
 * Ids are unique in the deployment.
 */
export async function selectApiKeyAnywhere(
  tx: SqlTx,
  keyId: string,
): Promise<StoredApiKey | undefined> {
  const rows = await tx.query<ApiKeyRow>('select * from identity_api_key where key_id = $1', [
    keyId,
  ])
  return rows[0] && apiKeyOfRow(rows[0])
}

/** How keys that were verified stand now, whosesoever they are; in the deployment's own scope. */
export async function selectApiKeyStates(
  tx: SqlTx,
  keyIds: readonly string[],
): Promise<ReadonlyMap<string, Pick<ApiKey, 'expiresAt' | 'revokedAt'>>> {
  const rows = await tx.query<Pick<ApiKeyRow, 'key_id' | 'expires_at' | 'revoked_at'>>(
    'select key_id, expires_at, revoked_at from identity_api_key where key_id = any($1)',
    [keyIds],
  )
  return new Map(
    rows.map((row) => [
      row.key_id,
      {
        ...(row.expires_at === null ? {} : { expiresAt: row.expires_at }),
        ...(row.revoked_at === null ? {} : { revokedAt: row.revoked_at }),
      },
    ]),
  )
}

export async function lockApiKey(
  tx: SqlTx,
  tenantId: string,
  keyId: string,
): Promise<StoredApiKey | undefined> {
  const rows = await tx.query<ApiKeyRow>(
    'select * from identity_api_key where tenant_id = $1 and key_id = $2 for update',
    [tenantId, keyId],
  )
  return rows[0] && apiKeyOfRow(rows[0])
}

export async function countApiKeys(tx: SqlTx, tenantId: string): Promise<number> {
  const rows = await tx.query<{ count: number }>(
    'select count(*)::int as count from identity_api_key where tenant_id = $1',
    [tenantId],
  )
  return rows[0]?.count ?? 0
}

export async function selectApiKeys(
  tx: SqlTx,
  tenantId: string,
  { limit = API_KEY_LIMIT, after }: RowPage = {},
): Promise<StoredApiKey[]> {
  const rows = await tx.query<ApiKeyRow>(
    `select * from identity_api_key
     where tenant_id = $1 and ($3::text is null or (created_at, key_id) >
       (select created_at, key_id from identity_api_key where tenant_id = $1 and key_id = $3))
     order by created_at, key_id limit $2`,
    [tenantId, limit, after ?? null],
  )
  return rows.map(apiKeyOfRow)
}

export async function updateApiKeyEnd(
  tx: SqlTx,
  tenantId: string,
  keyId: string,
  expiresAt: string,
): Promise<void> {
  await tx.query(
    'update identity_api_key set expires_at = $3 where tenant_id = $1 and key_id = $2',
    [tenantId, keyId, expiresAt],
  )
}

export async function updateApiKeyUse(
  tx: SqlTx,
  tenantId: string,
  keyId: string,
  usedAt: string,
): Promise<void> {
  await tx.query(
    `update identity_api_key set last_used_at = $3
     where tenant_id = $1 and key_id = $2 and (last_used_at is null or last_used_at < $3)`,
    [tenantId, keyId, usedAt],
  )
}

/**
 * Of many keys at once, whosesoever they are; in the deployment's own scope. One that somebody holds is passed over: who asks
 * for leave to enter does not wait for a change of a key, and servers that note the same keys do not wait for each other.
 */
export async function updateApiKeyUses(
  tx: SqlTx,
  usedAtOf: ReadonlyMap<string, string>,
): Promise<void> {
  await tx.query(
    `update identity_api_key k set last_used_at = f.used_at
     from (select a.tenant_id, a.key_id, u.used_at
       from unnest($1::text[], $2::timestamptz[]) as u (key_id, used_at) join identity_api_key a on a.key_id = u.key_id
       where a.last_used_at is null or a.last_used_at < u.used_at for update of a skip locked) f
     where k.tenant_id = f.tenant_id and k.key_id = f.key_id`,
    [[...usedAtOf.keys()], [...usedAtOf.values()]],
  )
}

export async function updateApiKeyRevocation(
  tx: SqlTx,
  tenantId: string,
  keyId: string,
  revocation: { readonly at: string; readonly by: string; readonly reason: string },
): Promise<void> {
  await tx.query(
    `update identity_api_key
     set revoked_at = $3, revoked_by = $4, revocation_reason = $5
     where tenant_id = $1 and key_id = $2`,
    [tenantId, keyId, revocation.at, revocation.by, revocation.reason],
  )
}
