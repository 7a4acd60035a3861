// SQL of those who ask for jobs and look at them; a worker's own is in worker-store.ts.
import type { JobWish, Json, SqlTx } from '../kernel/index.ts'
import { PAGE_LIMIT_COUNT } from './model.ts'
import type { JobState, StoredJob } from './model.ts'

interface JobRow {
  readonly job_id: string
  readonly kind: string
  readonly key: string | null
  readonly state: JobState
  readonly priority: number
  readonly attempt: number
  readonly due_at: string
  readonly created_at: string
  readonly started_at: string | null
  readonly ended_at: string | null
  readonly progress: number | null
  readonly note: string | null
  readonly error: string | null
  readonly result: string | null
}

function jobOfRow(row: JobRow): StoredJob {
  return {
    id: row.job_id,
    kind: row.kind,
    key: row.key,
    state: row.state,
    priority: row.priority,
    attempt: row.attempt,
    dueAt: row.due_at,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    progress: row.progress,
    note: row.note,
    error: row.error,
    result: row.result === null ? null : (JSON.parse(row.result) as Json),
  }
}

/** @returns the ids in no order; of a key that is open already the id that it has. `again_at` must outlive the run under way. */
export async function insertJobs(
  tx: SqlTx,
  wishes: readonly (JobWish & { readonly id: string })[],
  nowMs: number,
): Promise<readonly string[]> {
  const at = (ms: number): string => new Date(ms).toISOString()
  const rows = await tx.query<{ job_id: string }>(
    `insert into job_item as j (tenant_id, job_id, kind, key, state, priority, due_at, payload, created_at, traceparent)
     select w.tenant_id, w.job_id, w.kind, nullif(w.key, ''), case when w.due_at > $1 then 'waiting' else 'ready' end,
       w.priority, w.due_at, w.payload, $1, nullif(w.traceparent, '')
     from unnest($2::text[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::timestamptz[], $8::text[], $9::text[])
       as w (tenant_id, job_id, kind, key, priority, due_at, payload, traceparent)
     order by w.tenant_id, w.kind, w.key
     on conflict (tenant_id, kind, key) where key is not null and state in ('waiting', 'ready', 'active')
     do update set
       state = case when j.state = 'waiting' and excluded.due_at <= $1 then 'ready' else j.state end,
       due_at = case when j.state = 'active' then j.due_at else least(j.due_at, excluded.due_at) end,
       again_at = case when j.state = 'active' then least(j.again_at, excluded.due_at) end,
       priority = greatest(j.priority, excluded.priority),
       traceparent = coalesce(excluded.traceparent, j.traceparent)
     returning job_id`,
    [
      at(nowMs),
      wishes.map(({ tenantId }) => tenantId),
      wishes.map(({ id }) => id),
      wishes.map(({ kind }) => kind),
      wishes.map(({ key }) => key ?? ''),
      wishes.map(({ priority }) => priority ?? 0),
      wishes.map(({ dueMs }) => at(dueMs ?? nowMs)),
      wishes.map(({ payload }) => JSON.stringify(payload ?? null)),
      wishes.map(({ trace }) => trace ?? ''),
    ],
  )
  return rows.map(({ job_id }) => job_id)
}

export interface JobFilter {
  readonly state?: JobState | undefined
  readonly kind?: string | undefined
  /** Only jobs older than this one. */
  readonly before?: string | undefined
}

/** Newest first. */
export async function selectJobs(
  tx: SqlTx,
  tenantId: string,
  filter: JobFilter,
  limit = PAGE_LIMIT_COUNT,
): Promise<readonly StoredJob[]> {
  const rows = await tx.query<JobRow>(
    `select job_id, kind, key, state, priority, attempt, due_at, created_at, started_at, ended_at, progress, note, error, result
     from job_item
     where tenant_id = $1 and ($2 = '' or state = $2) and ($3 = '' or kind = $3) and ($4 = '' or job_id < $4::uuid)
     order by job_id desc limit $5`,
    [tenantId, filter.state ?? '', filter.kind ?? '', filter.before ?? '', limit],
  )
  return rows.map(jobOfRow)
}

export async function selectJob(
  tx: SqlTx,
  tenantId: string,
  id: string,
): Promise<StoredJob | undefined> {
  const rows = await tx.query<JobRow>(
    `select job_id, kind, key, state, priority, attempt, due_at, created_at, started_at, ended_at, progress, note, error, result
     from job_item where tenant_id = $1 and job_id = $2::uuid for update`,
    [tenantId, id],
  )
  return rows[0] && jobOfRow(rows[0])
}

export async function isKeyOpen(
  tx: SqlTx,
  tenantId: string,
  kind: string,
  key: string,
): Promise<boolean> {
  const rows = await tx.query(
    `select job_id from job_item
     where tenant_id = $1 and kind = $2 and key = $3 and state in ('waiting', 'ready', 'active')`,
    [tenantId, kind, key],
  )
  return rows.length > 0
}

/** Begins again with a first attempt. */
export async function updateToRetry(
  tx: SqlTx,
  tenantId: string,
  id: string,
  nowAt: string,
): Promise<void> {
  await tx.query(
    `update job_item set state = 'ready', attempt = 0, due_at = $3, error = null, ended_at = null, is_stopping = false
     where tenant_id = $1 and job_id = $2::uuid`,
    [tenantId, id, nowAt],
  )
}

/** What runs is told to stop; everything else is over at once. */
export async function updateToCancel(
  tx: SqlTx,
  tenantId: string,
  id: string,
  nowAt: string,
): Promise<void> {
  await tx.query(
    `update job_item set
       is_stopping = state = 'active',
       ended_at = case when state = 'active' then null else $3::timestamptz end,
       state = case when state = 'active' then state else 'cancelled' end
     where tenant_id = $1 and job_id = $2::uuid`,
    [tenantId, id, nowAt],
  )
}
