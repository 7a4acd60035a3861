// A worker's SQL: it sees every tenant, so each statement runs in the deployment's own scope.
import type { Json, SqlTx } from '../kernel/index.ts'
import { ERROR_LIMIT_LENGTH } from './model.ts'
import type { Settlement, TakenJob } from './model.ts'

/** Jobs that became due in one look. */
const DUE_LIMIT_COUNT = 1_000
/** Jobs that are forgotten in one statement. */
const FORGET_LIMIT_COUNT = 5_000

export async function insertWorker(tx: SqlTx, workerId: string, nowAt: string): Promise<void> {
  await tx.query('insert into job_worker (worker_id, beats, started_at) values ($1::uuid, 0, $2)', [
    workerId,
    nowAt,
  ])
}

/** A worker that signs off leaves nothing behind: what it still holds begins again, without an attempt lost. */
export async function deleteWorker(tx: SqlTx, workerId: string): Promise<void> {
  await tx.query('delete from job_worker where worker_id = $1::uuid', [workerId])
  await tx.query(
    `update job_item set state = 'ready', worker_id = null, attempt = attempt - 1
     where state = 'active' and worker_id = $1::uuid`,
    [workerId],
  )
}

export interface WorkerBeat {
  readonly id: string
  readonly beats: number
}

/** Counts one further and reads what the others counted; undefined when this worker was declared dead. */
export async function updateBeat(
  tx: SqlTx,
  workerId: string,
): Promise<readonly WorkerBeat[] | undefined> {
  const own = await tx.query(
    'update job_worker set beats = beats + 1 where worker_id = $1::uuid returning beats',
    [workerId],
  )
  if (own.length === 0) return undefined
  const rows = await tx.query<{ worker_id: string; beats: number }>(
    'select worker_id, beats from job_worker where worker_id <> $1::uuid',
    [workerId],
  )
  return rows.map(({ worker_id: id, beats }) => ({ id, beats }))
}

export async function selectWorkers(tx: SqlTx): Promise<readonly WorkerBeat[]> {
  const rows = await tx.query<{ worker_id: string; beats: number }>(
    'select worker_id, beats from job_worker',
  )
  return rows.map(({ worker_id: id, beats }) => ({ id, beats }))
}

/**
 * Takes a worker that counts no further out of the list and gives its jobs to the others. An attempt that ended with its
 * worker counts: a job that kills workers dies with its last attempt.
 * @param limits attempts of each kind @returns how many jobs came back; undefined when it counted after all
 */
export async function buryWorker(
  tx: SqlTx,
  { id, beats }: WorkerBeat,
  limits: ReadonlyMap<string, number>,
  nowAt: string,
): Promise<number | undefined> {
  const gone = await tx.query(
    'delete from job_worker where worker_id = $1::uuid and beats = $2 returning worker_id',
    [id, beats],
  )
  if (gone.length === 0) return undefined
  const rows = await tx.query(
    `update job_item j set
       state = case when j.attempt >= l.attempts then 'dead' else 'ready' end, worker_id = null,
       error = 'the worker that ran it ended', ended_at = case when j.attempt >= l.attempts then $4::timestamptz end
     from job_item o left join unnest($2::text[], $3::int[]) as l (kind, attempts) on l.kind = o.kind
     where o.state = 'active' and o.worker_id = $1::uuid and j.tenant_id = o.tenant_id and j.job_id = o.job_id
       and j.state = 'active' and j.worker_id = $1::uuid
     returning j.job_id`,
    [id, [...limits.keys()], [...limits.values()], nowAt],
  )
  return rows.length
}

/** What became due may be taken now. @returns when the next one is due */
export async function updateDue(tx: SqlTx, nowAt: string): Promise<string | undefined> {
  await tx.query(
    `update job_item j set state = 'ready'
     from (select tenant_id, job_id from job_item where state = 'waiting' and due_at <= $1
       order by due_at limit $2 for update skip locked) as d
     where j.tenant_id = d.tenant_id and j.job_id = d.job_id`,
    [nowAt, DUE_LIMIT_COUNT],
  )
  const [next] = await tx.query<{ due_at: string | null }>(
    `select min(due_at) as due_at from job_item where state = 'waiting'`,
  )
  return next?.due_at ?? undefined
}

export async function selectReadyKinds(
  tx: SqlTx,
  kinds: readonly string[],
): Promise<readonly string[]> {
  const rows = await tx.query<{ kind: string }>(
    `select k.kind from unnest($1::text[]) as k (kind)
     where exists (select from job_item i where i.kind = k.kind and i.state = 'ready')`,
    [kinds],
  )
  return rows.map(({ kind }) => kind)
}

export interface Taking {
  readonly workerId: string
  readonly kind: string
  readonly limit: number
  /** Of each tenant, over all workers. */
  readonly tenantLimit: number | undefined
  readonly nowAt: string
}

/**
 * Takes jobs of one kind: by priority, and then from the tenant of which the fewest run. Only one worker at a time takes jobs of a kind, so what
 * runs is counted and taken as one; a job can leave `active` meanwhile, but none can enter it.
 * @returns undefined when this worker was declared dead
 */
export async function takeJobs(tx: SqlTx, taking: Taking): Promise<TakenJob[] | undefined> {
  // Whoever buries this worker waits for the commit, and then sees what was taken.
  const alive = await tx.query(
    `select worker_id, pg_advisory_xact_lock(hashtextextended('seaworthy.job:' || $2::text, 0))::text
     from job_worker where worker_id = $1::uuid for key share`,
    [taking.workerId, taking.kind],
  )
  if (alive.length === 0) return undefined
  const rows = await tx.query<{
    tenant_id: string
    job_id: string
    attempt: number
    payload: string
    traceparent: string | null
  }>(TAKE, [
    taking.kind,
    taking.limit,
    taking.tenantLimit ?? taking.limit,
    taking.tenantLimit !== undefined,
    taking.workerId,
    taking.nowAt,
  ])
  return rows.map((row) => ({
    tenantId: row.tenant_id,
    id: row.job_id,
    kind: taking.kind,
    attempt: row.attempt,
    payload: JSON.parse(row.payload) as Json,
    trace: row.traceparent,
  }))
}

// The recursion walks the index from tenant to tenant, so that a tenant with a million jobs costs no more than one with one.
const TAKE = `with recursive tenants as (
    (select i.tenant_id from job_item i where i.kind = $1 and i.state = 'ready' order by i.tenant_id limit 1)
    union all
    select (select i.tenant_id from job_item i where i.kind = $1 and i.state = 'ready' and i.tenant_id > t.tenant_id
      order by i.tenant_id limit 1)
    from tenants t where t.tenant_id is not null
  ), room as (
    select t.tenant_id, a.taken, case when $4::boolean then $3::int - a.taken else $3::int end as free
    from tenants t cross join lateral (select count(*) as taken from job_item i
      where i.kind = $1 and i.tenant_id = t.tenant_id and i.state = 'active') a
    where t.tenant_id is not null
  ), chosen as (
    select r.tenant_id, n.job_id from room r cross join lateral (
      select i.job_id, i.priority, i.due_at,
        row_number() over (order by i.priority desc, i.due_at, i.job_id) as nth
      from job_item i where i.kind = $1 and i.tenant_id = r.tenant_id and i.state = 'ready'
      order by i.priority desc, i.due_at, i.job_id limit least(greatest(r.free, 0), $2::int)) n
    order by n.priority desc, r.taken + n.nth, n.due_at limit $2::int
  )
  update job_item j set state = 'active', worker_id = $5::uuid, attempt = j.attempt + 1, started_at = $6, again_at = null,
    progress = null, note = null
  from chosen c where j.tenant_id = c.tenant_id and j.job_id = c.job_id and j.state = 'ready'
  returning j.tenant_id, j.job_id, j.attempt, j.payload, j.traceparent`

/** What a worker no longer holds is left alone: somebody else runs it. */
export async function settleJobs(
  tx: SqlTx,
  workerId: string,
  settlements: readonly Settlement[],
  nowMs: number,
): Promise<void> {
  const at = (ms: number): string => new Date(ms).toISOString()
  await tx.query(SETTLE, [
    workerId,
    at(nowMs),
    settlements.map(({ job }) => job.tenantId),
    settlements.map(({ job }) => job.id),
    settlements.map(({ state }) => state),
    settlements.map(({ dueMs }) => (dueMs === undefined ? '' : at(dueMs))),
    settlements.map(({ error }) => (error ?? '').slice(0, ERROR_LIMIT_LENGTH)),
    settlements.map(({ result }) => (result === undefined ? '' : JSON.stringify(result))),
  ])
}

// When it runs again. What is over runs again when it was asked for meanwhile; a failure only after its pause. Read from `j`,
// because somebody may ask while this statement waits for the row.
const GOES = `(case s.state
    when 'waiting' then s.due::timestamptz
    when 'released' then null
    else least(nullif(s.due, '')::timestamptz, j.again_at) end)`

const SETTLE = `update job_item j set
    state = case when s.state = 'released' then 'ready' when ${GOES} is null then s.state
      when ${GOES} <= $2 then 'ready' else 'waiting' end,
    due_at = coalesce(${GOES}, j.due_at),
    attempt = case when s.state = 'released' then j.attempt - 1
      when s.state <> 'waiting' and ${GOES} is not null then 0 else j.attempt end,
    again_at = null, worker_id = null, is_stopping = false,
    progress = case when s.state = 'done' and ${GOES} is null then 1 else j.progress end,
    error = case when s.state = 'released' then j.error else nullif(s.error, '') end,
    result = nullif(s.result, ''),
    ended_at = case when s.state <> 'released' and ${GOES} is null then $2::timestamptz end
  from unnest($3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[])
    as s (tenant_id, job_id, state, due, error, result)
  where j.tenant_id = s.tenant_id and j.job_id = s.job_id and j.state = 'active' and j.worker_id = $1::uuid`

/** Forgets what has been done, or was cancelled, before a moment. */
export async function deleteOver(
  tx: SqlTx,
  kinds: readonly string[],
  beforeAt: readonly string[],
): Promise<void> {
  await tx.query(
    `delete from job_item j using (
       select i.tenant_id, i.job_id from unnest($1::text[], $2::timestamptz[]) as k (kind, before_at)
       join job_item i on i.kind = k.kind and i.state in ('done', 'cancelled') and i.ended_at <= k.before_at
       limit $3) as o
     where j.tenant_id = o.tenant_id and j.job_id = o.job_id`,
    [kinds, beforeAt, FORGET_LIMIT_COUNT],
  )
}

export async function updateProgress(
  tx: SqlTx,
  workerId: string,
  told: readonly { readonly job: TakenJob; readonly share: number; readonly note: string }[],
): Promise<void> {
  await tx.query(
    `update job_item j set progress = t.share, note = nullif(t.note, '')
     from unnest($2::text[], $3::uuid[], $4::real[], $5::text[]) as t (tenant_id, job_id, share, note)
     where j.tenant_id = t.tenant_id and j.job_id = t.job_id and j.state = 'active' and j.worker_id = $1::uuid`,
    [
      workerId,
      told.map(({ job }) => job.tenantId),
      told.map(({ job }) => job.id),
      told.map(({ share }) => share),
      told.map(({ note }) => note),
    ],
  )
}

export async function selectStopping(tx: SqlTx, workerId: string): Promise<readonly string[]> {
  const rows = await tx.query<{ job_id: string }>(
    `select job_id from job_item where worker_id = $1::uuid and state = 'active' and is_stopping`,
    [workerId],
  )
  return rows.map(({ job_id }) => job_id)
}
