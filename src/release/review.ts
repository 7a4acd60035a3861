// Builds what people sign and what the decision reads, from what is stored now.
import type { ContentDigest } from '../kernel/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { RunView } from '../gates/index.ts'
import { foldRegister, termsOf } from '../register/index.ts'
import type { RegisterTerms } from '../register/index.ts'
import { decide, defaultPhaseOf, reviewHashOf } from '../verdict/index.ts'
import type { DecisionInputs, Phase, SignOff } from '../verdict/index.ts'
import type { ReleaseReview } from './model.ts'
import type { ReleaseContext } from './context.ts'
import { selectActs, selectWaiverUses } from './register-store.ts'
import type { StoredAct } from './register-store.ts'
import { selectAuthor, selectSignOffs } from './store.ts'
import type { ReleaseKey } from './store.ts'

export interface GatheredRelease {
  readonly view: RunView
  /** The person who wrote the change. */
  readonly author: string | null
  readonly signOffs: readonly SignOff[]
  /** Changes of the service's register, in order. */
  readonly acts: readonly StoredAct[]
  readonly waiverUses: Readonly<Record<string, number>>
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
}

export async function gatherRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<GatheredRelease> {
  const view = await context.runs.readLatest(tenantId, release)
  const people = await context.ports.identity.list(tenantId)
  const persons = new Map(people.map((each) => [each.id, each.person]))
  const personOf = (principal: string): string => persons.get(principal) ?? principal
  return context.ports.sql.transaction({ tenantId }, async (tx) => {
    const author = (await selectAuthor(tx, tenantId, release)) ?? null
    const signOffs = await selectSignOffs(tx, tenantId, release)
    return {
      view,
      author: author === null ? null : personOf(author),
      signOffs: signOffs.map((each) => {
        const person = personOf(each.principal)
        return person === each.principal ? each : { ...each, person }
      }),
      acts: await selectActs(tx, tenantId, release.service),
      waiverUses: await selectWaiverUses(tx, tenantId, release.service),
      names: Object.fromEntries(people.map((each) => [each.id, each.displayName])),
    }
  })
}

export function registerTermsOf({ acts, view, waiverUses }: GatheredRelease): RegisterTerms {
  const { register } = foldRegister(acts)
  return termsOf(register, view.run.subject, new Map(Object.entries(waiverUses)))
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
    signOffs,
    ...registerTermsOf(gathered),
    ...at,
  }
}

/** The review hash does not cover time, checkpoint or integrity, so placeholders stand in for them here. */
export function hashReview(
  context: ReleaseContext,
  gathered: GatheredRelease,
  phase?: Phase,
): ContentDigest {
  const inputs = freezeInputs(gathered, unverifiedAt(0), phase)
  return reviewHashOf(context.ports.digest, gathered.view.plan, inputs)
}

/** Inputs of a look at the release, before anybody verified anything. */
function unverifiedAt(asOfMs: number): Pick<DecisionInputs, 'asOfMs' | 'checkpoint' | 'integrity'> {
  return {
    asOfMs,
    checkpoint: { origin: '', size: 0, root: '' },
    integrity: { ok: true, findings: [] },
  }
}

export function presentReview(
  context: ReleaseContext,
  gathered: GatheredRelease,
  phase?: Phase,
): ReleaseReview {
  const { view, signOffs, names } = gathered
  const { clock, digest } = context.ports
  const inputs = freezeInputs(gathered, unverifiedAt(clock.nowMs()), phase)
  return {
    release: formatReleaseName(view.run),
    runId: view.run.runId,
    reviewHash: hashReview(context, gathered, phase),
    subject: view.run.subject,
    plan: view.plan,
    planHash: view.run.planHash,
    results: view.results,
    signOffs,
    verdict: decide(digest, view.plan, inputs),
    terms: registerTermsOf(gathered),
    names,
  }
}
