// Starts a run, or takes up an open one on the same terms, and gives it to the runner that asks.
import type { IssuedPreview } from '../action/index.ts'
import { canonicalBytes, hexOf } from '../kernel/index.ts'
import type { Json, Principal, SqlTx } from '../kernel/index.ts'
import { runsUnconfirmed } from './confirmation.ts'
import { gatesFault } from './errors.ts'
import { isSameConfirm, runConfirmAction } from './run-action.ts'
import { assertNotHeld, takeRun } from './run-lease.ts'
import type { RunContext, RunStart, StandingWaivers, StartedRun, StartRun } from './run-model.ts'
import {
  appendConfirmed,
  appendWaived,
  assertOwnSubject,
  findOpenRun,
  openRun,
} from './run-opening.ts'
import type { RunWish } from './run-opening.ts'
import type { RecordedPlan } from './service.ts'
import { lockRelease } from './run-store.ts'
import type { StoredRun } from './run-store.ts'
import { readRun } from './run-view.ts'
import { selectIntents, selectLastResults } from './store.ts'

export async function startRun(
  context: RunContext,
  principal: Principal,
  request: StartRun,
): Promise<StartedRun> {
  const { tenantId, id: actor } = principal
  const planned = await context.plans.read(tenantId, request.planHash)
  assertOwnSubject(planned.plan, request.subject)
  const pin = sealPin(context, tenantId, request.parametersDigest)
  const params = paramsOf(request, pin)
  const action = runConfirmAction(context, request.replaces)
  if (request.confirmToken !== undefined) {
    await context.actions.confirm(principal, action, request.confirmToken, (shown) =>
      isSameConfirm(shown, params),
    )
  }
  const wish: RunWish = {
    ...planned,
    parameters: request.parameters,
    pin,
    subject: request.subject,
  }
  const waivers = await context.ports.findWaivers(tenantId, planned.plan, request.subject)
  const { run, isResumed } = await context.ports.sql.transaction({ tenantId }, (tx) =>
    chooseRun(context, tx, tenantId, actor, { planned, wish, waivers }, request),
  )
  const waiting = waitingGates(planned, run, request.gates)
  const preview: IssuedPreview | null =
    waiting.length === 0 ? null : await context.actions.preview(principal, action, params)
  return {
    ...(await describeStart(context, tenantId, run)),
    plan: planned.plan,
    isResumed,
    preview,
  }
}

/** What of a request says which run it takes, and for whom. */
type RunTaking = Pick<StartRun, 'confirmToken' | 'resume' | 'runner' | 'replaces'>

export async function chooseRun(
  context: RunContext,
  tx: SqlTx,
  tenantId: string,
  actor: string,
  wanted: {
    readonly planned: RecordedPlan
    readonly wish: RunWish
    readonly waivers: StandingWaivers
  },
  request: RunTaking,
): Promise<{ run: StoredRun; isResumed: boolean }> {
  const { planned, wish, waivers } = wanted
  await lockRelease(tx, tenantId, wish.plan)
  const open = await findOpenRun(tx, tenantId, wish)
  const known = request.confirmToken === undefined ? takenUp(open, request) : open
  // Starting anew beside a run that is being executed would do its changes twice.
  if (open !== undefined) assertNotHeld(context, open, request.replaces)
  const chosen = known ?? (await openRun(context, tx, tenantId, actor, wish))
  const reads = reviewedReads(planned)
  const confirmed = await appendConfirmed(context, tx, tenantId, actor, chosen, reads, 'review')
  const run = await appendWaived(context, tx, tenantId, actor, confirmed, waivers)
  const isResumed = known !== undefined
  if (request.runner === undefined) return { run, isResumed }
  return {
    run: await takeRun(context, tx, tenantId, run, request.runner, request.replaces),
    isResumed,
  }
}

/** Which open run the request goes on with; none means a new one. @throws GATES_RUN_NOT_RESUMABLE */
function takenUp(open: StoredRun | undefined, request: RunTaking): StoredRun | undefined {
  switch (request.resume ?? 'cut-off') {
    case 'none':
      return undefined
    case 'cut-off':
      return open?.isWaiting === true ? undefined : open
    case 'open':
      return open
    case 'must':
      if (open !== undefined) return open
      throw gatesFault(
        'GATES_RUN_NOT_RESUMABLE',
        'expected an open run of this plan with these parameters, this subject and this workspace, found none',
      )
  }
}

/** A review vouches for what only reads; everything else still asks. */
function reviewedReads({ plan, reviewers }: RecordedPlan): readonly string[] {
  if (reviewers.length === 0) return []
  return plan.gates
    .filter((gate) => gate.effect === 'read' && runsUnconfirmed(gate, true))
    .map((gate) => gate.id)
}

function waitingGates(
  { plan, reviewers }: RecordedPlan,
  run: StoredRun,
  chosen: readonly string[] | undefined,
): readonly string[] {
  const wanted = chosen === undefined ? undefined : new Set(chosen)
  return plan.gates
    .filter((gate) => wanted === undefined || wanted.has(gate.id))
    .filter((gate) => !runsUnconfirmed(gate, reviewers.length > 0))
    .filter((gate) => !run.terms.confirmed.includes(gate.id))
    .map((gate) => gate.id)
}

/** @throws GATES_RUN_UNKNOWN */
export async function readStart(
  context: RunContext,
  tenantId: string,
  runId: string,
): Promise<RunStart> {
  const run = await readRun(context, tenantId, runId)
  const { plan } = await context.plans.read(tenantId, run.planHash)
  return { ...(await describeStart(context, tenantId, run)), plan }
}

export async function describeStart(
  context: RunContext,
  tenantId: string,
  run: StoredRun,
): Promise<Omit<RunStart, 'plan'>> {
  return context.ports.sql.transaction({ tenantId }, async (tx) => {
    const results = await selectLastResults(tx, tenantId, run.runId)
    const attemptOf = new Map(results.map((result) => [result.gate, result.attempt]))
    const finished = Object.fromEntries(
      results.map((result) => [result.gate, result.judgement.status]),
    )
    const intents = await selectIntents(tx, tenantId, run.runId)
    return {
      run,
      finished,
      // Also a gate that has a result, when a later attempt at it was cut off.
      unfinished: intents
        .filter((intent) => (attemptOf.get(intent.gate) ?? 0) < intent.attempt)
        .map((intent) => intent.gate),
      attempts: Object.fromEntries(intents.map((intent) => [intent.gate, intent.attempt])),
    }
  })
}

function paramsOf(request: StartRun, pin: string): Json {
  const { planHash, parameters, subject, gates, call } = request
  const { service, version, environment, digests, commit } = subject
  return {
    planHash,
    parameters,
    pin,
    subject: {
      service,
      version,
      environment,
      digests,
      ...(commit === undefined ? {} : { commit }),
    },
    ...(gates === undefined ? {} : { gates }),
    ...(call === undefined ? {} : { call }),
  }
}

/** What is stored of the pin: a plain digest over a short secret could be guessed. */
export function sealPin(context: RunContext, tenantId: string, pin: string): string {
  const bytes = canonicalBytes({ pin, tenant: tenantId, use: 'seaworthy.run-pin/1' })
  return hexOf(context.ports.digest.hmacSha256(context.ports.confirmSecret, bytes))
}
