// Builds what people sign and what the decision reads, from what is stored now.
import type { ContentDigest, Digest } from '../kernel/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import type { LatestRun } from '../gates/index.ts'
import { foldRegister, termsOf } from '../register/index.ts'
import type { RegisterTerms } from '../register/index.ts'
import {
  countSignOffs,
  decide,
  defaultPhaseOf,
  locksOf,
  reviewHashOf,
  RULES_EDITION,
} from '../verdict/index.ts'
import type { DecisionInputs, Phase, PlanReview, SignOff } from '../verdict/index.ts'
import type { ReleaseReview } from './model.ts'
import type { ReleaseContext } from './context.ts'
import { readLatestDecision } from './latest-decision.ts'
import { selectActs, selectWaiverUses } from './register-store.ts'
import type { StoredAct } from './register-store.ts'
import { selectAuthor, selectSignOffs } from './store.ts'
import type { ReleaseKey } from './store.ts'
import { countWaiverUses, readWaiverUses } from './waiver-uses.ts'
import type { UsesByWaiver } from './waiver-uses.ts'

export interface GatheredRelease {
  readonly view: LatestRun
  /** The person who wrote the change. */
  readonly author: string | null
  readonly signOffs: readonly SignOff[]
  readonly planReviews: readonly PlanReview[]
  /** Changes of the service's register, in order. */
  readonly acts: readonly StoredAct[]
  readonly waiverUses: UsesByWaiver
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
  const withPerson = <T extends { readonly principal: string }>(each: T): T => {
    const person = personOf(each.principal)
    return person === each.principal ? each : { ...each, person }
  }
  const gathered = await context.ports.sql.transaction({ tenantId }, async (tx) => {
    const author = (await selectAuthor(tx, tenantId, release)) ?? null
    const signOffs = await selectSignOffs(tx, tenantId, release)
    return {
      view,
      author: author === null ? null : personOf(author),
      signOffs: signOffs.map(withPerson),
      planReviews: view.reviews.map(withPerson),
      acts: await selectActs(tx, tenantId, release.service),
      uses: await selectWaiverUses(tx, tenantId, release.service),
      names: Object.fromEntries(people.map((each) => [each.id, each.displayName])),
    }
  })
  const { uses, ...rest } = gathered
  return { ...rest, waiverUses: await readWaiverUses(context.ports, tenantId, uses) }
}

/** The zone that people set for the service's releases. */
export function timezoneOf({ acts }: GatheredRelease): string {
  return foldRegister(acts).register.policy.timezone ?? 'UTC'
}

/** @param reviewHash what is decided on: earlier decisions over the same use no waiver twice */
export function registerTermsOf(
  { acts, view, waiverUses }: GatheredRelease,
  reviewHash?: ContentDigest,
): RegisterTerms {
  const uses = countWaiverUses(waiverUses, reviewHash)
  return termsOf(foldRegister(acts).register, view.run.subject, uses, { edition: RULES_EDITION })
}

/** Decision inputs of the gathered facts; the caller adds what it verified. */
export function freezeInputs(
  digest: Digest,
  gathered: GatheredRelease,
  at: Pick<DecisionInputs, 'asOfMs' | 'checkpoint' | 'integrity'>,
  phase: Phase | undefined = defaultPhaseOf(gathered.view.plan),
): DecisionInputs {
  const { view, author, signOffs, planReviews } = gathered
  const inputs: DecisionInputs = {
    format: 'seaworthy-decision-inputs/1',
    edition: RULES_EDITION,
    plan: view.run.planHash,
    run: view.run.runId,
    terms: view.run.terms,
    subject: view.run.subject,
    ...(author === null ? {} : { author }),
    ...(phase === undefined ? {} : { phase }),
    planReviews,
    results: view.results,
    signOffs,
    ...registerTermsOf(gathered),
    ...at,
  }
  const reviewHash = reviewHashOf(digest, view.plan, inputs)
  return { ...inputs, ...registerTermsOf(gathered, reviewHash) }
}

/** The review hash does not cover time, checkpoint or integrity, so placeholders stand in for them here. */
export function hashReview(
  context: ReleaseContext,
  gathered: GatheredRelease,
  phase?: Phase,
): ContentDigest {
  const inputs = freezeInputs(context.ports.digest, gathered, unverifiedAt(0), phase)
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

/** The release as it stands now, with what was recorded last. */
export async function reviewRelease(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
  phase?: Phase,
): Promise<ReleaseReview> {
  const gathered = await gatherRelease(context, tenantId, release)
  const latestDecision = (await readLatestDecision(context, tenantId, release)) ?? null
  const { view, signOffs, names } = gathered
  const { clock, digest } = context.ports
  const inputs = freezeInputs(digest, gathered, unverifiedAt(clock.nowMs()), phase)
  const reviewHash = hashReview(context, gathered, phase)
  const verdict = decide(digest, view.plan, inputs)
  const { rejections, gaps } = countSignOffs(view.plan, inputs, reviewHash)
  return {
    release: formatReleaseName(view.run),
    runId: view.run.runId,
    environments: view.environments.all,
    reviewHash,
    subject: view.run.subject,
    plan: view.plan,
    planHash: view.run.planHash,
    results: view.results,
    planReviews: gathered.planReviews,
    signOffs,
    quorum: { rejections, gaps },
    verdict,
    terms: registerTermsOf(gathered, reviewHash),
    timezone: timezoneOf(gathered),
    locks: locksOf(verdict, inputs.conditions),
    latestDecision,
    names,
  }
}
