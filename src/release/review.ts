// Builds what people sign and what the decision reads, from what is stored now.
import type { ContentDigest } from '../kernel/index.ts'
import type { RunView } from '../gates/index.ts'
import { defaultPhaseOf, reviewHashOf } from '../verdict/index.ts'
import type { DecisionInputs, Phase, SignOff } from '../verdict/index.ts'
import { GO_LIFETIME_MS } from './model.ts'
import type { ReleaseReview } from './model.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { selectAuthor, selectSignOffs } from './store.ts'
import type { ReleaseKey } from './store.ts'

export interface GatheredRelease {
  readonly view: RunView
  readonly author: string | null
  readonly signOffs: readonly SignOff[]
}

export async function gatherRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<GatheredRelease> {
  const view = await context.runs.readLatest(tenantId, release)
  return context.ports.sql.transaction({ tenantId }, async (tx) => ({
    view,
    author: (await selectAuthor(tx, tenantId, release)) ?? null,
    signOffs: await selectSignOffs(tx, tenantId, release),
  }))
}

/** Decision inputs of the gathered facts; the caller adds what it verified. */
export function freezeInputs(
  gathered: GatheredRelease,
  at: Pick<DecisionInputs, 'asOfMs' | 'checkpoint' | 'integrity'>,
  phase: Phase | undefined = defaultPhaseOf(gathered.view.plan),
): DecisionInputs {
  const { view, author, signOffs } = gathered
  return {
    format: 'seaworthy-decision-inputs/1',
    plan: view.run.planHash,
    run: view.run.runId,
    terms: view.run.terms,
    subject: view.run.subject,
    ...(author === null ? {} : { author }),
    ...(phase === undefined ? {} : { phase }),
    results: view.results,
    risks: [],
    waivers: [],
    conditions: [],
    policy: { nonWaivable: [], goLifetimeMs: GO_LIFETIME_MS, minimumErrorBudget: 0 },
    signOffs,
    freeze: [],
    ...at,
  }
}

/** The review hash does not cover time, checkpoint or integrity, so placeholders stand in for them here. */
export function hashReview(context: ReleaseContext, gathered: GatheredRelease): ContentDigest {
  const inputs = freezeInputs(gathered, {
    asOfMs: 0,
    checkpoint: { origin: '', size: 0, root: '' },
    integrity: { ok: true, findings: [] },
  })
  return reviewHashOf(context.ports.digest, gathered.view.plan, inputs)
}

export function presentReview(context: ReleaseContext, gathered: GatheredRelease): ReleaseReview {
  const { view, signOffs } = gathered
  return {
    release: formatReleaseName(view.run),
    runId: view.run.runId,
    reviewHash: hashReview(context, gathered),
    subject: view.run.subject,
    plan: view.plan,
    planHash: view.run.planHash,
    results: view.results,
    signOffs,
  }
}
