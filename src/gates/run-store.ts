// All SQL of runs: started once, found again, executed by one holder at a time, finished once.
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import { DEFAULT_ENVIRONMENT } from './naming.ts'
import type { RunTerms, Subject } from '../verdict/index.ts'

export interface StoredRun {
  readonly runId: string
  readonly planHash: ContentDigest
  readonly service: string
  readonly version: string
  readonly terms: RunTerms
  readonly subject: Subject
  readonly startedAt: string
  readonly finishedAt: string | null
  /** Walked to its end and waits for a person, or only a part of it was asked for. */
  readonly isWaiting: boolean
  /** Who executes it now; absent when nobody does. */
  readonly lease?: RunLease
}

/** Who executes a run. */
export interface RunHolder {
  /** Chosen by the runner, new for each process. */
  readonly id: string
  /** Name of the machine, so that a process on the same one can tell whether this one still lives. */
  readonly machine: string
  readonly pid: number
}

export interface RunLease {
  readonly holder: RunHolder
  /** RFC 3339; unless it is renewed until then, anybody may take the run over. */
  readonly until: string
}

/** What of a run may be kept in memory; its terms only ever gain confirmed gates. */
export type FixedRun = Omit<StoredRun, 'finishedAt' | 'isWaiting' | 'lease'>

/** What a run is found again by, besides release and plan. */
export interface RunIdentity {
  /** MAC over the real values, the workspace and the subject; null for runs older than it. */
  readonly pin: string | null
}

interface RunRow {
  run_id: string
  plan_hash: ContentDigest
  service: string
  version: string
  terms: string
  subject: string
  started_at: string
  finished_at: string | null
  pin: string | null
  is_waiting: boolean
  holder: string | null
  held_until: string | null
}

function runOfRow(row: RunRow): StoredRun {
  return {
    runId: row.run_id,
    planHash: row.plan_hash,
    service: row.service,
    version: row.version,
    terms: JSON.parse(row.terms) as RunTerms,
    subject: JSON.parse(row.subject) as Subject,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    isWaiting: row.is_waiting,
    ...(row.holder === null || row.held_until === null
      ? {}
      : { lease: { holder: JSON.parse(row.holder) as RunHolder, until: row.held_until } }),
  }
}

export async function insertRun(
  tx: SqlTx,
  tenantId: string,
  run: StoredRun,
  pin: string | null = null,
): Promise<void> {
  await tx.query(
    `insert into gates_run (tenant_id, run_id, plan_hash, service, version, terms, subject, started_at, pin)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenantId,
      run.runId,
      run.planHash,
      run.service,
      run.version,
      JSON.stringify(run.terms),
      JSON.stringify(run.subject),
      run.startedAt,
      pin,
    ],
  )
}

export async function selectRun(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<StoredRun | undefined> {
  const rows = await tx.query<RunRow>(
    'select * from gates_run where tenant_id = $1 and run_id = $2',
    [tenantId, runId],
  )
  return rows[0] && runOfRow(rows[0])
}

/** The newest run of a release in one environment; run ids sort by time. */
export async function selectLatestRun(
  tx: SqlTx,
  tenantId: string,
  release: { readonly service: string; readonly version: string; readonly environment: string },
): Promise<(StoredRun & RunIdentity) | undefined> {
  const rows = await tx.query<RunRow>(
    `select * from gates_run where tenant_id = $1 and service = $2 and version = $3 and environment = $4
     order by run_id desc limit 1`,
    [tenantId, release.service, release.version, release.environment],
  )
  return rows[0] && { ...runOfRow(rows[0]), pin: rows[0].pin }
}

/** Of the run that was started last, in whichever environment. */
export async function selectNewestRunId(
  tx: SqlTx,
  tenantId: string,
  release: { readonly service: string; readonly version: string },
): Promise<string | undefined> {
  const rows = await tx.query<{ run_id: string }>(
    `select run_id from gates_run where tenant_id = $1 and service = $2 and version = $3
     order by run_id desc limit 1`,
    [tenantId, release.service, release.version],
  )
  return rows[0]?.run_id
}

/** Where a release was run, the first one in front; empty where it never was. */
export async function selectRunEnvironments(
  tx: SqlTx,
  tenantId: string,
  release: { readonly service: string; readonly version: string },
): Promise<readonly string[]> {
  const rows = await tx.query<{ environment: string }>(
    `select environment from gates_run where tenant_id = $1 and service = $2 and version = $3
     group by environment order by min(run_id)`,
    [tenantId, release.service, release.version],
  )
  return rows.map(({ environment }) => environment)
}

/** Ids of runs rise with time, so they are the place in the list. */
export async function selectRunPage(
  tx: SqlTx,
  tenantId: string,
  limit: number,
  before: string | null,
): Promise<StoredRun[]> {
  const rows = await tx.query<RunRow>(
    `select * from gates_run where tenant_id = $1 and ($3::text is null or run_id < $3)
     order by run_id desc limit $2`,
    [tenantId, limit, before],
  )
  return rows.map(runOfRow)
}

/** A release that was run, with its newest run. */
export interface RunRelease {
  readonly service: string
  readonly version: string
  /** Its own: the one that is meant when nobody names one. */
  readonly environment: string
  /** In whichever environment. */
  readonly latestRunId: string
}

/** Releases by their newest run, newest first; the run is the place in the list. */
export async function selectReleasePage(
  tx: SqlTx,
  tenantId: string,
  limit: number,
  before: string | null,
): Promise<RunRelease[]> {
  const rows = await tx.query<Omit<RunRelease, 'latestRunId'> & { latest: string }>(
    `select service, version, max(run_id) as latest,
       coalesce(max(environment) filter (where environment = $4), (array_agg(environment order by run_id))[1]) as environment
     from gates_run where tenant_id = $1
     group by service, version having $3::text is null or max(run_id) < $3
     order by latest desc limit $2`,
    [tenantId, limit, before, DEFAULT_ENVIRONMENT],
  )
  return rows.map(({ latest, ...release }) => ({ ...release, latestRunId: latest }))
}

export async function updateRunFinished(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  finishedAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `update gates_run set finished_at = $3, is_waiting = false, holder = null, held_until = null
     where tenant_id = $1 and run_id = $2 and finished_at is null returning run_id`,
    [tenantId, runId, finishedAt],
  )
  return rows.length === 1
}

/** Waits until nobody else starts or confirms a run of the release, to the end of the transaction. */
export async function lockRelease(
  tx: SqlTx,
  tenantId: string,
  release: { readonly service: string; readonly version: string },
): Promise<void> {
  const name = JSON.stringify(['seaworthy.run', tenantId, release.service, release.version])
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name])
}

export async function updateRunTerms(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  terms: RunTerms,
): Promise<void> {
  await tx.query('update gates_run set terms = $3 where tenant_id = $1 and run_id = $2', [
    tenantId,
    runId,
    JSON.stringify(terms),
  ])
}

/** Gives the run to a holder; who held it before can no longer announce anything. */
export async function updateRunLease(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  lease: RunLease,
): Promise<void> {
  await tx.query(
    `update gates_run set holder = $3, held_until = $4, is_waiting = false
     where tenant_id = $1 and run_id = $2`,
    [tenantId, runId, JSON.stringify(lease.holder), lease.until],
  )
}

/** @returns false when somebody else holds the run by now */
export async function renewRunLease(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  holderId: string,
  until: string,
): Promise<boolean> {
  const rows = await tx.query(
    `update gates_run set held_until = $4
     where tenant_id = $1 and run_id = $2 and holder::json ->> 'id' = $3 returning run_id`,
    [tenantId, runId, holderId, until],
  )
  return rows.length === 1
}

/** Lets the run go and leaves it open. @returns false when somebody else holds it by now */
export async function releaseRunLease(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  holderId: string,
  isWaiting: boolean,
): Promise<boolean> {
  const rows = await tx.query(
    `update gates_run set holder = null, held_until = null, is_waiting = $4
     where tenant_id = $1 and run_id = $2 and holder::json ->> 'id' = $3 returning run_id`,
    [tenantId, runId, holderId, isWaiting],
  )
  return rows.length === 1
}
