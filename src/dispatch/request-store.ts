// All SQL of requests for runs: asked once, taken by one runner, ended once.
import type { ContentDigest, Sql, SqlTx } from '../kernel/index.ts'
import type { RequestState, RunnerOffer, RunWish, StoredRequest } from './model.ts'

interface RequestRow {
  request_id: string
  plan_hash: ContentDigest
  service: string
  version: string
  environment: string
  wish: string
  asked_by: string
  asked_at: string
  expires_at: string
  state: RequestState
  state_at: string
  reason: string | null
  run_id: string | null
  runner_id: string | null
  holder_id: string | null
  held_until: string | null
  is_cancel_asked: boolean
}

function requestOfRow(row: RequestRow): StoredRequest {
  return {
    requestId: row.request_id,
    planHash: row.plan_hash,
    service: row.service,
    version: row.version,
    environment: row.environment,
    wish: JSON.parse(row.wish) as RunWish,
    askedBy: row.asked_by,
    askedAt: row.asked_at,
    expiresAt: row.expires_at,
    state: row.state,
    stateAt: row.state_at,
    reason: row.reason,
    runId: row.run_id,
    runnerId: row.runner_id,
    holderId: row.holder_id,
    heldUntil: row.held_until,
    isCancelAsked: row.is_cancel_asked,
  }
}

/** @returns false when one of the same release in the same environment is open already */
export async function insertRequest(
  tx: SqlTx,
  tenantId: string,
  request: StoredRequest,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into dispatch_request
       (tenant_id, request_id, plan_hash, service, version, environment, wish, asked_by, asked_at, expires_at, state, state_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $9)
     on conflict (tenant_id, service, version, environment) where state in ('waiting', 'claimed', 'running')
     do nothing returning request_id`,
    [
      tenantId,
      request.requestId,
      request.planHash,
      request.service,
      request.version,
      request.environment,
      JSON.stringify(request.wish),
      request.askedBy,
      request.askedAt,
      request.expiresAt,
      request.state,
    ],
  )
  return rows.length === 1
}

export async function selectRequest(
  tx: SqlTx,
  tenantId: string,
  requestId: string,
): Promise<StoredRequest | undefined> {
  const rows = await tx.query<RequestRow>(
    'select * from dispatch_request where tenant_id = $1 and request_id = $2',
    [tenantId, requestId],
  )
  return rows[0] && requestOfRow(rows[0])
}

/** The same, held until the transaction ends: of several who want to change it one comes first. */
export async function lockRequest(
  tx: SqlTx,
  tenantId: string,
  requestId: string,
): Promise<StoredRequest | undefined> {
  const rows = await tx.query<RequestRow>(
    'select * from dispatch_request where tenant_id = $1 and request_id = $2 for update',
    [tenantId, requestId],
  )
  return rows[0] && requestOfRow(rows[0])
}

export interface RequestFilter {
  readonly service?: string | undefined
  readonly version?: string | undefined
  readonly environment?: string | undefined
  readonly isOpen?: boolean | undefined
}

/** Newest first; ids rise with time, so they are the place in the list. */
export async function selectRequestPage(
  tx: SqlTx,
  tenantId: string,
  filter: RequestFilter,
  limit: number,
  before: string | null,
): Promise<StoredRequest[]> {
  const rows = await tx.query<RequestRow>(
    `select * from dispatch_request
     where tenant_id = $1 and ($3::uuid is null or request_id < $3::uuid)
       and ($4::text is null or service = $4) and ($5::text is null or version = $5)
       and ($6::boolean is not true or state in ('waiting', 'claimed', 'running'))
       and ($7::text is null or environment = $7)
     order by request_id desc limit $2`,
    [
      tenantId,
      limit,
      before,
      filter.service ?? null,
      filter.version ?? null,
      filter.isOpen ?? null,
      filter.environment ?? null,
    ],
  )
  return rows.map(requestOfRow)
}

/** Requests that the runner may take now, oldest first; what others wait for, however long ago they asked, is not in its way. */
export async function selectWaiting(
  tx: SqlTx,
  tenantId: string,
  { services, environments, labels }: RunnerOffer,
  now: string,
  limit: number,
): Promise<StoredRequest[]> {
  const rows = await tx.query<RequestRow>(
    `select * from dispatch_request
     where tenant_id = $1 and expires_at > $2 and not is_cancel_asked
       and (state = 'waiting' or (state = 'claimed' and held_until < $2))
       and environment = any($4::text[]) and ($5::text[] is null or service = any($5::text[]))
       and (wish::jsonb -> 'labels') <@ $6::jsonb
     order by request_id limit $3`,
    [tenantId, now, limit, environments, services, JSON.stringify(labels)],
  )
  return rows.map(requestOfRow)
}

export interface RequestChange {
  readonly state: RequestState
  readonly at: string
  readonly reason?: string | undefined
  readonly runId?: string | undefined
  readonly runnerId?: string | undefined
  readonly holderId?: string | undefined
  readonly heldUntil?: string | undefined
}

/** What is not named in the change is kept, but for the reason, which belongs to the state. */
export async function updateRequest(
  tx: SqlTx,
  tenantId: string,
  requestId: string,
  change: RequestChange,
): Promise<void> {
  await tx.query(
    `update dispatch_request
     set state = $3, state_at = $4, reason = $5, run_id = coalesce($6, run_id),
         runner_id = coalesce($7, runner_id), holder_id = coalesce($8, holder_id), held_until = $9
     where tenant_id = $1 and request_id = $2`,
    [
      tenantId,
      requestId,
      change.state,
      change.at,
      change.reason ?? null,
      change.runId ?? null,
      change.runnerId ?? null,
      change.holderId ?? null,
      change.heldUntil ?? null,
    ],
  )
}

export async function updateCancelAsked(
  tx: SqlTx,
  tenantId: string,
  requestId: string,
): Promise<void> {
  await tx.query(
    'update dispatch_request set is_cancel_asked = true where tenant_id = $1 and request_id = $2',
    [tenantId, requestId],
  )
}

/** Open requests of every tenant, for whoever watches them. */
export async function countOpenRequests(
  sql: Sql,
): Promise<readonly { readonly state: RequestState; readonly count: number }[]> {
  return sql.transaction('system', (tx) =>
    tx.query<{ state: RequestState; count: number }>(
      `select state, count(*) as count from dispatch_request
       where state in ('waiting', 'claimed', 'running') group by state`,
    ),
  )
}
