// All SQL of releases, sign-offs and decisions.
import type { ContentDigest, SqlTx } from '../kernel/index.ts'
import type { SignOff, VerdictValue } from '../verdict/index.ts'

export interface ReleaseKey {
  readonly service: string
  readonly version: string
  /** Where it is looked at; the release's own environment when nobody names one. What is stored of a release is of all of them. */
  readonly environment?: string | undefined
}

export interface StoredDecision {
  readonly statementId: ContentDigest
  readonly runId: string
  readonly inputsDigest: ContentDigest
  readonly verdict: VerdictValue
  readonly decidedAtMs: number
}

/** @returns false when the release was open already. */
export async function insertRelease(
  tx: SqlTx,
  tenantId: string,
  release: ReleaseKey & { readonly author: string | null },
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into release_release (tenant_id, service, version, author, created_at)
     values ($1, $2, $3, $4, $5) on conflict do nothing returning service`,
    [tenantId, release.service, release.version, release.author, createdAt],
  )
  return rows.length === 1
}

/** @returns the author (null when none was named), or undefined when the release was never opened. */
export async function selectAuthor(
  tx: SqlTx,
  tenantId: string,
  release: ReleaseKey,
): Promise<string | null | undefined> {
  const rows = await tx.query<{ author: string | null }>(
    'select author from release_release where tenant_id = $1 and service = $2 and version = $3',
    [tenantId, release.service, release.version],
  )
  return rows[0]?.author
}

/** @returns false when this very statement was recorded before. */
export async function insertSignOff(
  tx: SqlTx,
  tenantId: string,
  signOff: SignOff & ReleaseKey & { readonly runId: string },
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into release_sign_off
       (tenant_id, statement_id, service, version, run_id, role, principal_id, decision, review_hash,
        signed_at_ms, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning statement_id`,
    [
      tenantId,
      signOff.statement,
      signOff.service,
      signOff.version,
      signOff.runId,
      signOff.role,
      signOff.principal,
      signOff.decision,
      signOff.reviewHash,
      signOff.atMs,
      createdAt,
    ],
  )
  return rows.length === 1
}

/** All sign-offs ever given on the release; which of them still count is the decision's to say. */
/** Sign-offs of one release are recorded one after the other, on every server. */
export async function lockSignOffs(
  tx: SqlTx,
  tenantId: string,
  { service, version }: ReleaseKey,
): Promise<void> {
  const name = JSON.stringify(['seaworthy.sign-offs', tenantId, service, version])
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))::text', [name])
}

export async function selectSignOffs(
  tx: SqlTx,
  tenantId: string,
  release: ReleaseKey,
): Promise<SignOff[]> {
  const rows = await tx.query<{
    role: string
    principal_id: string
    decision: SignOff['decision']
    review_hash: ContentDigest
    signed_at_ms: number
    statement_id: ContentDigest
  }>(
    `select role, principal_id, decision, review_hash, signed_at_ms, statement_id
     from release_sign_off where tenant_id = $1 and service = $2 and version = $3
     order by signed_at_ms, statement_id`,
    [tenantId, release.service, release.version],
  )
  return rows.map((row) => ({
    role: row.role,
    principal: row.principal_id,
    decision: row.decision,
    reviewHash: row.review_hash,
    atMs: row.signed_at_ms,
    statement: row.statement_id,
  }))
}

/** @returns false when the very same inputs were decided already. */
export async function insertDecision(
  tx: SqlTx,
  tenantId: string,
  decision: StoredDecision & ReleaseKey,
  createdAt: string,
): Promise<boolean> {
  const rows = await tx.query(
    `insert into release_decision
       (tenant_id, statement_id, service, version, run_id, inputs_digest, verdict, decided_at_ms, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning statement_id`,
    [
      tenantId,
      decision.statementId,
      decision.service,
      decision.version,
      decision.runId,
      decision.inputsDigest,
      decision.verdict,
      decision.decidedAtMs,
      createdAt,
    ],
  )
  return rows.length === 1
}

/** By the digest of its inputs: which decision said the very same. */
export async function selectDecisionOn(
  tx: SqlTx,
  tenantId: string,
  inputsDigest: string,
): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>(
    'select * from release_decision where tenant_id = $1 and inputs_digest = $2',
    [tenantId, inputsDigest],
  )
  return rows[0] && decisionOfRow(rows[0])
}

export async function selectDecision(
  tx: SqlTx,
  tenantId: string,
  statementId: string,
): Promise<StoredDecision | undefined> {
  const rows = await tx.query<DecisionRow>(
    'select * from release_decision where tenant_id = $1 and statement_id = $2',
    [tenantId, statementId],
  )
  return rows[0] && decisionOfRow(rows[0])
}

interface DecisionRow {
  statement_id: ContentDigest
  run_id: string
  inputs_digest: ContentDigest
  verdict: VerdictValue
  decided_at_ms: number
}

function decisionOfRow(row: DecisionRow): StoredDecision {
  return {
    statementId: row.statement_id,
    runId: row.run_id,
    inputsDigest: row.inputs_digest,
    verdict: row.verdict,
    decidedAtMs: row.decided_at_ms,
  }
}
