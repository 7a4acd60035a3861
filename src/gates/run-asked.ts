// Starts a run that somebody asked a waiting runner for: on the terms they gave and confirmed, in one transaction with the mark of who asks.
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { AskedMarks, AskedRun, RunContext, StartedRun } from './run-model.ts'
import { appendConfirmed } from './run-opening.ts'
import { chooseRun, describeStart, sealPin } from './run-start.ts'

/**
 * @param hold taken before the log's turn, as others take it who end what is asked for
 * @param mark written together with the run; whatever it throws, no run was started
 * @throws GATES_RUN_HELD, GATES_PLAN_UNKNOWN
 */
export async function startAskedRun(
  context: RunContext,
  tenantId: string,
  asked: AskedRun,
  { hold, mark }: AskedMarks,
): Promise<StartedRun> {
  const { parameters, subject, askedBy, resume, runner } = asked
  const planned = await context.plans.read(tenantId, asked.planHash)
  const pin = sealPin(context, tenantId, askedPin(context, asked))
  const waivers = await context.ports.findWaivers(tenantId, planned.plan, subject)
  const wanted = { planned, wish: { ...planned, parameters, pin, subject }, waivers }
  const { run, isResumed } = await context.ports.sql.transaction({ tenantId }, async (tx) => {
    await hold(tx)
    const chosen = await chooseRun(context, tx, tenantId, askedBy, wanted, { resume, runner })
    const { confirmed } = asked
    const known = chosen.run
    const run = await appendConfirmed(context, tx, tenantId, askedBy, known, confirmed, 'token')
    await mark(tx, run.runId)
    return { ...chosen, run }
  })
  const start = await describeStart(context, tenantId, run)
  return { ...start, plan: planned.plan, isResumed, preview: null }
}

/** Runs that were asked for stand in folders of their own, so that no run of somebody's workspace is taken for one of them. */
function askedPin(
  { ports }: RunContext,
  { parameters, subject }: Pick<AskedRun, 'parameters' | 'subject'>,
): string {
  const { service, version, environment, digests, commit } = subject
  const named = {
    service,
    version,
    environment,
    digests,
    ...(commit === undefined ? {} : { commit }),
  }
  const pinned = canonicalBytes({ parameters, subject: named, workspace: 'asked-run' })
  return contentDigest(ports.digest.sha256(pinned))
}
