// Records what runners and people submit about a gate; the status is always recomputed here from the evidence.
import { canonicalize } from '../kernel/index.ts'
import type { Principal, SeaworthyError, SqlTx } from '../kernel/index.ts'
import type { PrincipalKind, RegisteredPrincipal } from '../identity/index.ts'
import { subjectsOf } from '../proof/index.ts'
import type { GateRunPredicate, StatementSubject } from '../proof/index.ts'
import { admitGate, definitionHashOf, judgeGate, parseCapture } from '../verdict/index.ts'
import type { Admission, AttemptFacts, Judgement, Plan, PlanGate } from '../verdict/index.ts'
import { consumedProblem } from './consumed.ts'
import { gatesFault } from './errors.ts'
import { lostFault } from './run-lease.ts'
import { instantText, readFixedRun } from './run-view.ts'
import type { GateIntent, RunContext } from './run-model.ts'
import { insertIntent, insertResult } from './store.ts'
import type { FixedRun } from './run-store.ts'
import type { AttemptName, AttemptOutcome } from './store.ts'

/** Clocks of runner and control plane may differ by this much (release.md section 4). */
const CLOCK_SKEW_LIMIT_MS = 5 * 60 * 1000
/** Of one attempt; a runner keeps 500 reports, three streams and the capture at most. */
const EVIDENCE_COUNT_LIMIT = 1_000
/** Of one attempt; a runner keeps 32 MiB of reports and three streams of 4 MiB, which masking makes longer by a third at most. */
const EVIDENCE_LIMIT_BYTES = 128 * 1024 * 1024

export async function recordIntent(
  context: RunContext,
  tenantId: string,
  actor: string,
  intent: GateIntent,
): Promise<void> {
  const { sql, ledger } = context.ports
  const { run, gate } = await findAdmittedGate(context, tenantId, intent.runId, intent.gate)
  const isManual = gate.check.type === 'manual'
  await sql.transaction({ tenantId }, async (tx) => {
    const outcome = await insertIntent(
      tx,
      tenantId,
      intent,
      instantText(context),
      isManual,
      intent.holder ?? null,
    )
    if (!outcome.isHeld && !isManual && outcome.finishedAt === null) throw lostFault(run.runId)
    if (!outcome.isAdded) throw explainRefusal(intent, outcome, isManual)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'gate.intended',
        actor,
        subject: `${run.service}@${run.version}`,
        payload: { attempt: intent.attempt, gate: intent.gate, run: run.runId },
        refs: [run.planHash],
      },
    ])
  })
}

/** @param caller who hands it on: with a session that is the person whose key signed, and nobody else */
export async function recordGateRun(
  context: RunContext,
  caller: Principal,
  runId: string,
  envelope: Uint8Array,
): Promise<Judgement> {
  const { sql, evidence, identity, ledger } = context.ports
  const { tenantId } = caller
  const opened = await identity.openStatement(tenantId, envelope, 'gate-run', [
    'runner',
    'person',
    'control-plane',
  ])
  const claim = opened.predicate
  const { run, plan, gate } = await findAdmittedGate(context, tenantId, runId, claim.gate)
  const isManual = gate.check.type === 'manual'
  assertBound(context, claim, run, gate, plan.environment)
  assertSigner(gate, opened.signer, claim.runner.id)
  assertSubject(opened.subject, run)
  await assertConsumed(context, tenantId, gate, claim)
  const judgement = await judgeEvidence(context, tenantId, gate, run, claim)
  const result = {
    gate: gate.id,
    attempt: claim.attempt,
    judgement,
    evidence: claim.evidence,
    statement: opened.id,
    finishedAtMs: Date.parse(claim.finishedAt),
  }
  const at = instantText(context)
  const recordRows = async (tx: SqlTx): Promise<void> => {
    const speaker = await identity.assertInForce(tx, tenantId, opened.signer.id, plan.environment)
    await identity.assertOwnWord(tx, caller, opened.signer)
    const outcome = await insertResult(tx, tenantId, runId, result, at, isManual)
    if (!outcome.isAdded) {
      const attempt = { runId, gate: gate.id, attempt: claim.attempt }
      if (!outcome.isIntended) {
        throw refuseClaim(
          `expected an attempt of ${gate.id} that was announced, got attempt ${claim.attempt}`,
        )
      }
      throw explainRefusal(attempt, outcome, isManual)
    }
    await evidence.recordInTx(tx, tenantId, claim.evidence, opened.row, at)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'gate.recorded',
        actor: opened.signer.id,
        subject: `${run.service}@${run.version}`,
        payload: {
          attempt: claim.attempt,
          environment: plan.environment,
          gate: gate.id,
          run: runId,
          status: judgement.status,
          // Machines are nobody; who answers by hand is somebody.
          ...(opened.signer.kind === 'person' ? speaker : {}),
        },
        refs: [...new Set([opened.id, ...claim.evidence.map((ref) => ref.digest)])],
      },
    ])
  }
  // Both are waited for before the commit: a row names only what is on the disk.
  await sql.transaction({ tenantId }, (tx) =>
    Promise.all([recordRows(tx), evidence.keep(tenantId, opened.id, envelope)]),
  )
  return judgement
}

// A runner is done when its run is finished; people may still answer manual gates.
function explainRefusal(
  { runId, gate, attempt }: AttemptName,
  outcome: AttemptOutcome,
  isManual: boolean,
): SeaworthyError {
  if (outcome.finishedAt !== null && !isManual) {
    return gatesFault(
      'GATES_RUN_FINISHED',
      `expected an open run, got ${runId}, which finished at ${outcome.finishedAt}`,
    )
  }
  return gatesFault(
    'GATES_ATTEMPT_TAKEN',
    `expected a new attempt of ${gate}, got attempt ${attempt} again`,
  )
}

// A manual gate is not admitted to a runner, yet it is exactly what a person's answer is for.
async function findAdmittedGate(
  context: RunContext,
  tenantId: string,
  runId: string,
  gateId: string,
): Promise<{ readonly run: FixedRun; readonly plan: Plan; readonly gate: PlanGate }> {
  const known = await readFixedRun(context, tenantId, runId)
  const plan = await context.plans.readPinned(tenantId, known.planHash)
  const gate = plan.gates.find((candidate) => candidate.id === gateId)
  if (gate === undefined) {
    throw gatesFault(
      'GATES_GATE_UNKNOWN',
      `expected a gate of the plan, got ${JSON.stringify(gateId.slice(0, 200))}`,
    )
  }
  const isAdmitted = (admission: Admission): boolean =>
    admission.admitted || (gate.check.type === 'manual' && admission.status === 'PENDING')
  if (isAdmitted(admitGate(gate, known.terms))) return { run: known, plan, gate }
  const run = await readFixedRun(context, tenantId, runId, true)
  const admission = admitGate(gate, run.terms)
  if (admission.admitted || isAdmitted(admission)) return { run, plan, gate }
  throw gatesFault(
    'GATES_GATE_BLOCKED',
    `expected a gate that may run, got ${gate.id}: ${admission.reason}`,
  )
}

function assertBound(
  context: RunContext,
  claim: GateRunPredicate,
  run: FixedRun,
  gate: PlanGate,
  environment: string,
): void {
  const expected: readonly (readonly [string, string, string])[] = [
    ['run', run.runId, claim.run],
    ['plan', run.planHash, claim.plan],
    ['definition', definitionHashOf(context.ports.digest, gate), claim.definition],
    ['environment', environment, claim.environment],
  ]
  for (const [what, wanted, got] of expected) {
    if (wanted !== got) {
      throw gatesFault(
        'GATES_STATEMENT_REFUSED',
        `expected the ${what} ${wanted}, got ${JSON.stringify(got.slice(0, 100))}`,
      )
    }
  }
  const { startedAtMs, finishedAtMs } = attemptFactsOf(claim)
  if (
    finishedAtMs < startedAtMs ||
    startedAtMs < Date.parse(run.startedAt) - CLOCK_SKEW_LIMIT_MS ||
    finishedAtMs > context.ports.clock.nowMs() + CLOCK_SKEW_LIMIT_MS
  ) {
    throw gatesFault(
      'GATES_STATEMENT_REFUSED',
      `expected a time that has passed, got ${claim.startedAt} to ${claim.finishedAt}`,
    )
  }
}

/** Who may tell of a check. */
function tellerOf({ check }: PlanGate): PrincipalKind {
  if (check.type === 'manual') return 'person'
  return check.type === 'builtin' && check.on === undefined ? 'control-plane' : 'runner'
}

// What is accepted here must verify later: whatever a bundle would be refused for is refused now.
function assertSigner(gate: PlanGate, signer: RegisteredPrincipal, runnerId: string): void {
  const wanted = tellerOf(gate)
  if (signer.kind !== wanted) {
    throw refuseClaim(
      `expected the signature of a ${wanted} for ${gate.id}, got one of a ${signer.kind}`,
    )
  }
  if (runnerId !== signer.id) {
    throw refuseClaim(
      `expected the runner ${signer.id}, whose key signed, got ${JSON.stringify(runnerId.slice(0, 100))}`,
    )
  }
}

function assertSubject(subject: readonly StatementSubject[], run: FixedRun): void {
  if (canonicalize(subject) !== canonicalize(subjectsOf(run.subject))) {
    throw refuseClaim(
      'expected a statement about the subject of the run, got one about something else',
    )
  }
}

// An attempt has to have run with what its producers' results hold; that another result may count by now, the decision sees.
async function assertConsumed(
  context: RunContext,
  tenantId: string,
  gate: PlanGate,
  claim: GateRunPredicate,
): Promise<void> {
  const problem = await consumedProblem(context, tenantId, gate, claim)
  if (problem !== undefined) throw refuseClaim(problem)
}

function refuseClaim(reason: string): SeaworthyError {
  return gatesFault('GATES_STATEMENT_REFUSED', reason)
}

/** When the attempt ran and what it took from other gates, as its statement says. */
function attemptFactsOf(claim: GateRunPredicate): AttemptFacts {
  return {
    ...(claim.consumed === undefined ? {} : { consumed: claim.consumed }),
    startedAtMs: Date.parse(claim.startedAt),
    finishedAtMs: Date.parse(claim.finishedAt),
  }
}

/** All of it is held in memory at once, and a statement may name the same bytes any number of times. */
function assertBounded({ evidence }: GateRunPredicate): void {
  const sizeBytes = evidence.reduce((sum, ref) => sum + ref.sizeBytes, 0)
  if (evidence.length > EVIDENCE_COUNT_LIMIT)
    throw refuseClaim(
      `expected at most ${EVIDENCE_COUNT_LIMIT} pieces of evidence, got ${evidence.length}`,
    )
  if (sizeBytes > EVIDENCE_LIMIT_BYTES)
    throw refuseClaim(
      `expected at most ${EVIDENCE_LIMIT_BYTES} bytes of evidence, got ${sizeBytes}`,
    )
}

/** The judgement of a gate from stored evidence. @throws GATES_STATEMENT_REFUSED when names or sizes do not fit. */
export async function judgeEvidence(
  context: RunContext,
  tenantId: string,
  gate: PlanGate,
  run: FixedRun,
  claim: GateRunPredicate,
): Promise<Judgement> {
  assertBounded(claim)
  const bytes: Record<string, Uint8Array> = {}
  for (const ref of claim.evidence) {
    const stored = await context.ports.evidence.read(tenantId, ref.digest)
    if (stored.length !== ref.sizeBytes || ref.name in bytes) {
      throw gatesFault(
        'GATES_STATEMENT_REFUSED',
        `expected the evidence ${ref.name} once with ${stored.length} bytes, got ${ref.sizeBytes}`,
      )
    }
    bytes[ref.name] = stored
  }
  const capture = bytes['capture']
  if (capture === undefined)
    throw gatesFault('GATES_STATEMENT_REFUSED', 'expected evidence named capture')
  return judgeGate(gate, parseCapture(capture), bytes, run.terms, attemptFactsOf(claim))
}
