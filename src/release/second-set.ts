// The second set of a bundle: the results of a run after the deploy, held against what was decided on.
import { canonicalize, canonicalBytes } from '../kernel/index.ts'
import type { BundleFile } from '../proof/index.ts'
import { compareSets, refuseSecondSet } from '../verdict/index.ts'
import type { DecisionInputs, GateResult, Plan } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { releaseFault } from './errors.ts'

/** What a second set adds to a bundle. */
export interface SecondFiles {
  readonly files: readonly BundleFile[]
  readonly results: readonly GateResult[]
}

/**
 * @param plan the plan of the decision
 * @param runId without it there is nothing to add
 * @throws GATES_RUN_UNKNOWN; RELEASE_SECOND_RUN_REFUSED for the decided run itself, or one of something else
 */
export async function collectSecondSet(
  context: ReleaseContext,
  tenantId: string,
  plan: Plan,
  inputs: DecisionInputs,
  runId: string | undefined,
): Promise<SecondFiles> {
  if (runId === undefined) return { files: [], results: [] }
  const view = await context.runs.read(tenantId, runId)
  const { run, results } = view
  const why =
    run.runId === inputs.run
      ? 'expected another run than the one that was decided on'
      : refuseSecondSet(inputs.subject, run.subject)
  if (why !== undefined) throw releaseFault('RELEASE_SECOND_RUN_REFUSED', why)
  const second = {
    run: run.runId,
    plan: run.planHash,
    terms: run.terms,
    subject: run.subject,
    results,
  }
  const files = [
    { path: 'regenerated.json', bytes: canonicalBytes(compareSets(plan, inputs, second)) },
    ...(run.planHash === inputs.plan
      ? []
      : [
          {
            path: 'regenerated-plan.json',
            bytes: await context.ports.evidence.read(tenantId, run.planHash),
          },
        ]),
  ]
  return { files, results }
}

/** A gate recorded while the bundle was made would be in its ledger and not in its results. @throws RELEASE_FACTS_MOVING */
export async function assertUnmoved(
  context: ReleaseContext,
  tenantId: string,
  runId: string | undefined,
  results: readonly GateResult[],
): Promise<void> {
  if (runId === undefined) return
  const now = await context.runs.read(tenantId, runId)
  if (canonicalize(now.results) === canonicalize(results)) return
  throw releaseFault(
    'RELEASE_FACTS_MOVING',
    `expected the run ${runId} to rest while the bundle is made, it went on`,
  )
}
