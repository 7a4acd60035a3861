// Starts a run, or resumes the unfinished one that was started on the same terms.
import { canonicalize, uuidV7 } from '../kernel/index.ts'
import type { RunTerms, Subject } from '../verdict/index.ts'
import { runsUnconfirmed } from './confirmation.ts'
import type { Preview } from './confirmation.ts'
import { gatesFault } from './errors.ts'
import { instantText } from './run-view.ts'
import type { RunContext, StartedRun, StartRun } from './run-model.ts'
import type { RecordedPlan } from './service.ts'
import { insertRun, selectIntents, selectLastResults, selectLatestRun } from './store.ts'
import type { StoredRun } from './store.ts'

export async function startRun(
  context: RunContext,
  tenantId: string,
  actor: string,
  request: StartRun,
): Promise<StartedRun> {
  const planned = await context.plans.read(tenantId, request.planHash)
  const preview = context.plans.preview(tenantId, planned, request.parametersDigest)
  const terms = termsOfRun(planned, request, preview)
  const resumable =
    request.fresh === true
      ? undefined
      : await findResumable(context, tenantId, planned, terms, request.subject)
  const run =
    resumable ?? (await openRun(context, tenantId, actor, planned, terms, request.subject))
  return context.ports.sql.transaction({ tenantId }, async (tx) => {
    const results = await selectLastResults(tx, tenantId, run.runId)
    const finished = Object.fromEntries(
      results.map((result) => [result.gate, result.judgement.status]),
    )
    const intents = await selectIntents(tx, tenantId, run.runId)
    return {
      run,
      plan: planned.plan,
      preview,
      finished,
      unfinished: intents
        .map((intent) => intent.gate)
        .filter((gate) => !Object.hasOwn(finished, gate)),
      attempts: Object.fromEntries(intents.map((intent) => [intent.gate, intent.attempt])),
    }
  })
}

function termsOfRun(planned: RecordedPlan, request: StartRun, preview: Preview): RunTerms {
  if (request.confirmToken !== undefined && request.confirmToken !== preview.token) {
    throw gatesFault(
      'GATES_TOKEN_STALE',
      'expected the confirm token of this plan with these parameters, got one minted for something else',
      { details: { gates: preview.gates.map((gate) => gate.gate) } },
    )
  }
  const byToken = request.confirmToken === undefined ? [] : preview.gates.map((gate) => gate.gate)
  const byReview = planned.plan.gates
    .filter(
      (gate) =>
        planned.reviewers.length > 0 && gate.effect === 'read' && runsUnconfirmed(gate, true),
    )
    .map((gate) => gate.id)
  return {
    parameters: request.parameters,
    confirmed: [...new Set([...byReview, ...byToken])].sort(),
  }
}

// A run that crashed is found again by what it was started on: plan, terms and subject.
async function findResumable(
  context: RunContext,
  tenantId: string,
  planned: RecordedPlan,
  terms: RunTerms,
  subject: Subject,
): Promise<StoredRun | undefined> {
  const latest = await context.ports.sql.transaction({ tenantId }, (tx) =>
    selectLatestRun(tx, tenantId, planned.plan),
  )
  const isSame =
    latest !== undefined &&
    latest.finishedAt === null &&
    latest.planHash === planned.planHash &&
    canonicalize(latest.terms) === canonicalize(terms) &&
    canonicalize(latest.subject) === canonicalize(subject)
  return isSame ? latest : undefined
}

async function openRun(
  context: RunContext,
  tenantId: string,
  actor: string,
  planned: RecordedPlan,
  terms: RunTerms,
  subject: Subject,
): Promise<StoredRun> {
  const { sql, clock, random, ledger } = context.ports
  const run: StoredRun = {
    runId: uuidV7(clock.nowMs(), random.bytes(10)),
    planHash: planned.planHash,
    service: planned.plan.service,
    version: planned.plan.version,
    terms,
    subject,
    startedAt: instantText(context),
    finishedAt: null,
  }
  await sql.transaction({ tenantId }, async (tx) => {
    await insertRun(tx, tenantId, run)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'run.started',
        actor,
        subject: `${run.service}@${run.version}`,
        payload: { plan: run.planHash, run: run.runId, subject, terms },
        refs: [run.planHash],
      },
    ])
  })
  return run
}
