// SQL of endpoints.
import type { SqlTx } from '../kernel/index.ts'
import type { CoolDown } from './cool-down.ts'
import type { StoredEndpoint } from './model.ts'
import type { RowPage } from '../web/index.ts'

interface EndpointRow {
  readonly endpoint_id: string
  readonly url: string
  readonly description: string
  readonly kinds: readonly string[]
  readonly has_body_signature: boolean
  readonly is_enabled: boolean
  readonly disabled_reason: string | null
  readonly secret_version: number
  readonly previous_until: string | null
  readonly failure_limit: number
  readonly first_rest_ms: number
  readonly longest_rest_ms: number
  readonly failures: number
  readonly rests: number
  readonly is_resting: boolean
  readonly rests_until: string | null
  readonly created_at: string
  readonly created_by: string
}

const msOf = (at: string | null): number | null => (at === null ? null : Date.parse(at))
const atOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

function endpointOfRow(row: EndpointRow): StoredEndpoint {
  return {
    id: row.endpoint_id,
    url: row.url,
    description: row.description,
    kinds: row.kinds,
    hasBodySignature: row.has_body_signature,
    isEnabled: row.is_enabled,
    disabledReason: row.disabled_reason,
    secretVersion: row.secret_version,
    previousUntilMs: msOf(row.previous_until),
    breaker: {
      failureLimit: row.failure_limit,
      firstRestMs: row.first_rest_ms,
      longestRestMs: row.longest_rest_ms,
    },
    failures: row.failures,
    rests: row.rests,
    isResting: row.is_resting,
    restsUntilMs: msOf(row.rests_until),
    createdAt: row.created_at,
    createdBy: row.created_by,
  }
}

export async function selectEndpoints(
  tx: SqlTx,
  tenantId: string,
  { limit, after }: RowPage = {},
): Promise<readonly StoredEndpoint[]> {
  const rows = await tx.query<EndpointRow>(
    `select * from webhook_endpoint where tenant_id = $1 and ($2::uuid is null or endpoint_id > $2::uuid)
     order by endpoint_id limit $3`,
    [tenantId, after ?? null, limit ?? null],
  )
  return rows.map(endpointOfRow)
}

/** Whoever comes second waits here. */
export async function lockEndpoint(
  tx: SqlTx,
  tenantId: string,
  id: string,
): Promise<StoredEndpoint | undefined> {
  const rows = await tx.query<EndpointRow>(
    'select * from webhook_endpoint where tenant_id = $1 and endpoint_id = $2::uuid for no key update',
    [tenantId, id],
  )
  return rows[0] && endpointOfRow(rows[0])
}

export async function selectEndpoint(
  tx: SqlTx,
  tenantId: string,
  id: string,
): Promise<StoredEndpoint | undefined> {
  const rows = await tx.query<EndpointRow>(
    'select * from webhook_endpoint where tenant_id = $1 and endpoint_id = $2::uuid',
    [tenantId, id],
  )
  return rows[0] && endpointOfRow(rows[0])
}

/** Writes it whole: as new, or over the one of its id. */
export async function upsertEndpoint(
  tx: SqlTx,
  tenantId: string,
  stored: StoredEndpoint,
): Promise<void> {
  await tx.query(
    `insert into webhook_endpoint (tenant_id, endpoint_id, url, description, kinds, has_body_signature, is_enabled,
       disabled_reason, secret_version, previous_until, failures, rests, is_resting, rests_until, created_at, created_by, failure_limit, first_rest_ms, longest_rest_ms)
     values ($1, $2::uuid, $3, $4, $5::text[], $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
     on conflict (tenant_id, endpoint_id) do update set url = excluded.url, description = excluded.description,
       kinds = excluded.kinds, has_body_signature = excluded.has_body_signature, is_enabled = excluded.is_enabled,
       disabled_reason = excluded.disabled_reason, secret_version = excluded.secret_version,
       previous_until = excluded.previous_until, failures = excluded.failures, rests = excluded.rests,
       is_resting = excluded.is_resting, rests_until = excluded.rests_until, failure_limit = excluded.failure_limit,
       first_rest_ms = excluded.first_rest_ms, longest_rest_ms = excluded.longest_rest_ms`,
    [
      tenantId,
      stored.id,
      stored.url,
      stored.description,
      stored.kinds,
      stored.hasBodySignature,
      stored.isEnabled,
      stored.disabledReason,
      stored.secretVersion,
      atOf(stored.previousUntilMs),
      stored.failures,
      stored.rests,
      stored.isResting,
      atOf(stored.restsUntilMs),
      stored.createdAt,
      stored.createdBy,
      stored.breaker.failureLimit,
      stored.breaker.firstRestMs,
      stored.breaker.longestRestMs,
    ],
  )
}

export async function updateCoolDown(
  tx: SqlTx,
  tenantId: string,
  id: string,
  { failures, rests, isResting, restsUntilMs }: CoolDown,
): Promise<void> {
  await tx.query(
    `update webhook_endpoint set failures = $3, rests = $4, is_resting = $5, rests_until = $6
     where tenant_id = $1 and endpoint_id = $2::uuid`,
    [tenantId, id, failures, rests, isResting, atOf(restsUntilMs)],
  )
}

export async function updateToDisabled(
  tx: SqlTx,
  tenantId: string,
  id: string,
  reason: string,
): Promise<void> {
  await tx.query(
    `update webhook_endpoint set is_enabled = false, disabled_reason = $3
     where tenant_id = $1 and endpoint_id = $2::uuid`,
    [tenantId, id, reason],
  )
}

/** Its deliveries go with it. @returns whether it was there */
export async function deleteEndpoint(tx: SqlTx, tenantId: string, id: string): Promise<boolean> {
  const rows = await tx.query(
    'delete from webhook_endpoint where tenant_id = $1 and endpoint_id = $2::uuid returning endpoint_id',
    [tenantId, id],
  )
  return rows.length > 0
}
