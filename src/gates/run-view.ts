// Reads a run and settles every gate's status from what was recorded.
import { settleRun } from '../verdict/index.ts'
import { selectEarlierAttempts, tellEarlier } from './earlier-attempts.ts'
import { gatesFault } from './errors.ts'
import { readEnvironments } from './release-scope.ts'
import type { LatestRun, ReleaseName, RunContext, RunView } from './run-model.ts'
import { selectLatestRun, selectRun, updateRunFinished } from './run-store.ts'
import type { FixedRun, StoredRun } from './run-store.ts'
import { selectIntents, selectLastResults, selectReviews } from './store.ts'

export function instantText(context: RunContext): string {
  return new Date(context.ports.clock.nowMs()).toISOString()
}

/** @throws GATES_RUN_UNKNOWN */
export async function readRun(
  context: RunContext,
  tenantId: string,
  runId: string,
): Promise<StoredRun> {
  const run = await context.ports.sql.transaction({ tenantId }, (tx) =>
    selectRun(tx, tenantId, runId),
  )
  if (run === undefined) {
    throw gatesFault(
      'GATES_RUN_UNKNOWN',
      `expected a known run, got ${JSON.stringify(runId.slice(0, 80))}`,
    )
  }
  return run
}

/** Runs kept in memory at most; the next one empties the shelf. */
const FIXED_RUN_LIMIT = 256

/**
 * What may be kept of a run, so that it is read from the database once. Another process may have confirmed more of its
 * gates meanwhile: whoever finds one not confirmed asks for it `anew`. @throws GATES_RUN_UNKNOWN
 */
export async function readFixedRun(
  context: RunContext,
  tenantId: string,
  runId: string,
  anew = false,
): Promise<FixedRun> {
  const key = JSON.stringify([tenantId, runId])
  const known = context.fixedRuns.get(key)
  if (known !== undefined && !anew) return known
  const run = await readRun(context, tenantId, runId)
  const { finishedAt: _, isWaiting: __, lease: ___, ...fixed } = run
  if (context.fixedRuns.size >= FIXED_RUN_LIMIT) context.fixedRuns.clear()
  context.fixedRuns.set(key, fixed)
  return fixed
}

/** @throws GATES_RUN_UNKNOWN */
export async function readLatestRun(
  context: RunContext,
  tenantId: string,
  release: ReleaseName,
): Promise<LatestRun> {
  const { environments, run } = await context.ports.sql.transaction({ tenantId }, async (tx) => {
    const found = await readEnvironments(tx, tenantId, release)
    const { environment } = found
    return {
      environments: found,
      run: await selectLatestRun(tx, tenantId, { ...release, environment }),
    }
  })
  // Runs are never removed, and one was seen in this environment.
  if (run === undefined) throw new TypeError(`expected the run in ${environments.environment}`)
  return { ...(await viewRun(context, tenantId, run)), environments }
}

export async function viewRun(
  context: RunContext,
  tenantId: string,
  run: StoredRun,
): Promise<RunView> {
  const { ports, plans } = context
  const { plan } = await plans.read(tenantId, run.planHash)
  const kept = await ports.sql.transaction({ tenantId }, async (tx) => ({
    stored: await selectLastResults(tx, tenantId, run.runId),
    intents: await selectIntents(tx, tenantId, run.runId),
    earlier: await selectEarlierAttempts(tx, tenantId, run.runId),
    reviews: await selectReviews(tx, tenantId, run.planHash),
  }))
  const { stored, intents, earlier, reviews } = kept
  const attempts = Object.fromEntries(intents.map((intent) => [intent.gate, intent.attempt]))
  const recorded = new Map(
    stored.map((result) => [result.gate, { ...result, environment: plan.environment }] as const),
  )
  const settled = settleRun(ports.digest, plan, run.terms, recorded)
  const lastAttempt = new Map(stored.map((result) => [result.gate, result.attempt]))
  const results = settled.map((result) =>
    tellEarlier(result, lastAttempt.get(result.gate) ?? 1, earlier.get(result.gate) ?? []),
  )
  return { run, plan, attempts, results, reviews }
}

export async function finishRun(
  context: RunContext,
  tenantId: string,
  actor: string,
  runId: string,
): Promise<RunView> {
  const { sql, ledger } = context.ports
  const run = await readRun(context, tenantId, runId)
  await sql.transaction({ tenantId }, async (tx) => {
    if (!(await updateRunFinished(tx, tenantId, runId, instantText(context)))) return
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'run.finished',
        actor,
        subject: `${run.service}@${run.version}`,
        payload: { environment: run.subject.environment, run: runId },
        refs: [run.planHash],
      },
    ])
  })
  return viewRun(context, tenantId, await readRun(context, tenantId, runId))
}
