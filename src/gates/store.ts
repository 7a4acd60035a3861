// All SQL of plans, attempts and results.
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import type { EvidenceRef, Judgement, Plan } from '../verdict/index.ts'

export interface StoredResult {
  readonly gate: string
  readonly attempt: number
  readonly judgement: Judgement
  readonly evidence: readonly EvidenceRef[]
  readonly statement: ContentDigest
  readonly finishedAtMs: number
}

/** @returns false when the plan was there already. */
export async function insertPlan(
  tx: SqlTx,
  tenantId: string,
  planHash: string,
  plan: Plan,
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into gates_plan (tenant_id, plan_hash, service, version, environment, created_at)
     values ($1, $2, $3, $4, $5, $6) on conflict do nothing returning plan_hash`,
    [tenantId, planHash, plan.service, plan.version, plan.environment, createdAt],
  )
  return rows.length === 1
}

export async function insertReview(
  tx: SqlTx,
  tenantId: string,
  review: { readonly planHash: string; readonly principalId: string; readonly statementId: string },
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into gates_review (tenant_id, plan_hash, principal_id, statement_id, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning principal_id`,
    [tenantId, review.planHash, review.principalId, review.statementId, createdAt],
  )
  return rows.length === 1
}

export async function isPlanRecorded(
  tx: SqlTx,
  tenantId: string,
  planHash: string,
): Promise<boolean> {
  const rows = await tx.query('select 1 from gates_plan where tenant_id = $1 and plan_hash = $2', [
    tenantId,
    planHash,
  ])
  return rows.length > 0
}

export async function selectReviewers(
  tx: SqlTx,
  tenantId: string,
  planHash: string,
): Promise<string[]> {
  const rows = await tx.query<{ principal_id: string }>(
    'select principal_id from gates_review where tenant_id = $1 and plan_hash = $2 order by principal_id limit 100',
    [tenantId, planHash],
  )
  return rows.map((row) => row.principal_id)
}

/** Who reviewed the plan, each with the signed approval. */
export async function selectReviews(
  tx: SqlTx,
  tenantId: string,
  planHash: string,
): Promise<{ principal: string; statement: ContentDigest }[]> {
  return tx.query<{ principal: string; statement: ContentDigest }>(
    `select principal_id as principal, statement_id as statement from gates_review
     where tenant_id = $1 and plan_hash = $2 order by statement_id limit 100`,
    [tenantId, planHash],
  )
}

/** Where an attempt stands after it was to be announced or recorded. */
export interface AttemptOutcome {
  readonly isAdded: boolean
  readonly isIntended: boolean
  /** When its run was finished; null while it is open. */
  readonly finishedAt: string | null
}

export interface IntentOutcome extends AttemptOutcome {
  /** Whether the caller is the one that executes the run. */
  readonly isHeld: boolean
}

export interface AttemptName {
  readonly runId: string
  readonly gate: string
  readonly attempt: number
}

/**
 * Announces an attempt once: by whoever holds the run, or by anybody and also in a finished run when it `isAnswer`.
 * One statement: a gate waits for it.
 */
export async function insertIntent(
  tx: SqlTx,
  tenantId: string,
  intent: AttemptName,
  createdAt: string,
  isAnswer: boolean,
  holderId: string | null = null,
): Promise<IntentOutcome> {
  const [row] = await tx.query<{
    finished_at: string | null
    is_added: boolean
    is_held: boolean
  }>(
    `with run as (
       select finished_at, holder::json ->> 'id' is not distinct from $7::text as is_held
       from gates_run where tenant_id = $1 and run_id = $2
     ), added as (
       insert into gates_intent (tenant_id, run_id, gate_id, attempt, created_at)
       select $1, $2, $3, $4::int, $5::timestamptz from run
       where $6::bool or (finished_at is null and is_held)
       on conflict do nothing returning attempt
     )
     select (select finished_at from run) as finished_at, (select is_held from run) as is_held,
       exists (select from added) as is_added`,
    [tenantId, intent.runId, intent.gate, intent.attempt, createdAt, isAnswer, holderId],
  )
  const isAdded = row?.is_added === true
  return {
    isAdded,
    isIntended: isAdded,
    isHeld: row?.is_held === true,
    finishedAt: row?.finished_at ?? null,
  }
}

export async function selectIntents(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<{ gate: string; attempt: number }[]> {
  return tx.query<{ gate: string; attempt: number }>(
    `select gate_id as gate, max(attempt) as attempt from gates_intent
     where tenant_id = $1 and run_id = $2 group by gate_id order by gate_id`,
    [tenantId, runId],
  )
}

/** Records the result of an announced attempt once, under the same rule about finished runs. */
export async function insertResult(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  result: StoredResult,
  createdAt: string,
  isAllowedLate: boolean,
): Promise<AttemptOutcome> {
  // Attempts are compared as numbers of any size: a hostile one must not fall out of the column's range.
  const [row] = await tx.query<{
    finished_at: string | null
    is_intended: boolean
    is_added: boolean
  }>(
    `with run as (
       select finished_at from gates_run where tenant_id = $1 and run_id = $2
     ), intended as (
       select attempt from gates_intent
       where tenant_id = $1 and run_id = $2 and gate_id = $3 and attempt::bigint = $4::bigint
     ), added as (
       insert into gates_result
         (tenant_id, run_id, gate_id, attempt, status, judgement, evidence, statement_id, finished_at_ms, created_at)
       select $1, $2, $3, intended.attempt, $5, $6, $7, $8, $9::bigint, $10::timestamptz from run, intended
       where run.finished_at is null or $11::bool
       on conflict do nothing returning attempt
     )
     select (select finished_at from run) as finished_at, exists (select from intended) as is_intended,
       exists (select from added) as is_added`,
    [
      tenantId,
      runId,
      result.gate,
      result.attempt,
      result.judgement.status,
      JSON.stringify(result.judgement),
      JSON.stringify(result.evidence),
      result.statement,
      result.finishedAtMs,
      createdAt,
      isAllowedLate,
    ],
  )
  return {
    isAdded: row?.is_added === true,
    isIntended: row?.is_intended === true,
    finishedAt: row?.finished_at ?? null,
  }
}

/** Results of the run that rest on any of these statements. */
export async function selectResultsOf(
  tx: SqlTx,
  tenantId: string,
  runId: string,
  statements: readonly ContentDigest[],
): Promise<Pick<StoredResult, 'gate' | 'judgement' | 'statement'>[]> {
  const rows = await tx.query<{
    gate_id: string
    judgement: string
    statement_id: ContentDigest
  }>(
    `select gate_id, judgement, statement_id from gates_result
     where tenant_id = $1 and run_id = $2 and statement_id in (select json_array_elements_text($3::json))`,
    [tenantId, runId, JSON.stringify(statements)],
  )
  return rows.map((row) => ({
    gate: row.gate_id,
    judgement: JSON.parse(row.judgement) as Judgement,
    statement: row.statement_id,
  }))
}

/** The last attempt of each gate of the run. */
export async function selectLastResults(
  tx: SqlTx,
  tenantId: string,
  runId: string,
): Promise<StoredResult[]> {
  const rows = await tx.query<{
    gate_id: string
    attempt: number
    judgement: string
    evidence: string
    statement_id: ContentDigest
    finished_at_ms: number
  }>(
    `select distinct on (gate_id) gate_id, attempt, judgement, evidence, statement_id, finished_at_ms
     from gates_result where tenant_id = $1 and run_id = $2 order by gate_id, attempt desc`,
    [tenantId, runId],
  )
  return rows.map((row) => ({
    gate: row.gate_id,
    attempt: row.attempt,
    judgement: JSON.parse(row.judgement) as Judgement,
    evidence: JSON.parse(row.evidence) as EvidenceRef[],
    statement: row.statement_id,
    finishedAtMs: row.finished_at_ms,
  }))
}
