// Accepts a role's signature on a release.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest, Principal } from '../kernel/index.ts'
import { subjectsOf } from '../proof/index.ts'
import type { SignOffPredicate } from '../proof/index.ts'
import type { OpenedStatement } from '../identity/index.ts'
import { PHASES } from '../verdict/index.ts'
import type { Phase, SignOff } from '../verdict/index.ts'
import { releaseFault } from './errors.ts'
import type { ReleaseReview } from './model.ts'
import { parseReleaseName } from '../gates/index.ts'
import { gatherRelease, hashReview, reviewRelease } from './review.ts'
import type { GatheredRelease } from './review.ts'
import type { ReleaseContext } from './context.ts'
import { insertSignOff, lockSignOffs, selectSignOffs } from './store.ts'

/** Words that race for one release look at each other this often. */
const SIGN_LIMIT_COUNT = 5

export async function recordSignOff(
  context: ReleaseContext,
  caller: Principal,
  envelope: Uint8Array,
): Promise<ReleaseReview> {
  const opened = await openSignOff(context, caller.tenantId, envelope)
  for (let tries = 0; tries < SIGN_LIMIT_COUNT; tries++) {
    const review = await trySignOff(context, caller, envelope, opened)
    if (review !== undefined) return review
  }
  throw releaseFault(
    'RELEASE_FACTS_MOVING',
    `expected ${opened.predicate.release} to rest while it is signed, others signed it ${SIGN_LIMIT_COUNT} times`,
  )
}

/** That of the run that is signed about; a sign-off about another run than the newest there is refused when it is recorded. */
export async function environmentOfSignOff(
  context: ReleaseContext,
  tenantId: string,
  envelope: Uint8Array,
): Promise<string> {
  const { predicate } = await openSignOff(context, tenantId, envelope)
  return context.runs.environmentOf(tenantId, predicate.run)
}

function openSignOff(
  context: ReleaseContext,
  tenantId: string,
  envelope: Uint8Array,
): Promise<OpenedStatement<'sign-off'>> {
  return context.ports.identity.openStatement(tenantId, envelope, 'sign-off', ['person'])
}

/** Undefined when somebody else signed in between: what may be said depends on what was said before. */
async function trySignOff(
  context: ReleaseContext,
  caller: Principal,
  envelope: Uint8Array,
  opened: OpenedStatement<'sign-off'>,
): Promise<ReleaseReview | undefined> {
  const { tenantId } = caller
  const { sql, clock, evidence, identity, ledger } = context.ports
  const claim = opened.predicate
  const environment = await context.runs.environmentOf(tenantId, claim.run)
  const release = { ...parseReleaseName(claim.release), environment }
  const gathered = await gatherRelease(context, tenantId, release)
  assertEligible(opened, gathered)
  assertTimely(opened, gathered, clock.nowMs())
  assertSubject(opened, gathered)
  const { reviewHash, phase } = signedReview(context, gathered, claim.reviewHash)
  if (claim.reviewHash !== reviewHash || claim.run !== gathered.view.run.runId) {
    throw releaseFault(
      'RELEASE_REVIEW_CHANGED',
      `expected a signature over ${reviewHash}, got one over ${claim.reviewHash}`,
    )
  }
  await evidence.keep(tenantId, opened.id, envelope)
  const signOff = signOffOf(claim, opened)
  const at = new Date(clock.nowMs()).toISOString()
  const isRecorded = await sql.transaction({ tenantId }, async (tx) => {
    await lockSignOffs(tx, tenantId, release)
    const known = await selectSignOffs(tx, tenantId, release)
    if (known.length !== gathered.signOffs.length) return false
    const speaker = await identity.assertInForce(tx, tenantId, opened.signer.id, environment)
    await identity.assertOwnWord(tx, caller, opened.signer)
    if (!(await insertSignOff(tx, tenantId, { ...signOff, ...release, runId: claim.run }, at)))
      return true
    await evidence.recordStatementInTx(tx, tenantId, opened.row, at)
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'sign-off.recorded',
        actor: opened.signer.id,
        subject: claim.release,
        payload: {
          decision: claim.decision,
          environment,
          reviewHash,
          role: claim.role,
          run: claim.run,
          ...speaker,
        },
        refs: [opened.id],
      },
    ])
    return true
  })
  return isRecorded ? reviewRelease(context, tenantId, release, phase) : undefined
}

/** The review that was signed: that of the default phase, or of whichever phase has this hash. */
function signedReview(
  context: ReleaseContext,
  gathered: GatheredRelease,
  claimed: string,
): { readonly reviewHash: ContentDigest; readonly phase: Phase | undefined } {
  const reviewHash = hashReview(context, gathered)
  const phase =
    claimed === reviewHash
      ? undefined
      : PHASES.find((each) => hashReview(context, gathered, each) === claimed)
  return phase === undefined
    ? { reviewHash, phase }
    : { reviewHash: hashReview(context, gathered, phase), phase }
}

function signOffOf(claim: SignOffPredicate, opened: OpenedStatement<'sign-off'>): SignOff {
  return {
    role: claim.role,
    principal: opened.signer.id,
    decision: claim.decision,
    reviewHash: claim.reviewHash,
    atMs: Date.parse(claim.at),
    statement: opened.id,
  }
}

function assertEligible(opened: OpenedStatement<'sign-off'>, gathered: GatheredRelease): void {
  const reason = refusalOf(opened, gathered)
  if (reason !== undefined) throw releaseFault('RELEASE_SIGN_OFF_REFUSED', reason)
}

function refusalOf(
  opened: OpenedStatement<'sign-off'>,
  gathered: GatheredRelease,
): string | undefined {
  const { predicate: claim, signer } = opened
  const roles = gathered.view.plan.signOffs.flatMap(({ role, anyOf }) => [role, ...(anyOf ?? [])])
  if (claim.principal !== signer.id) {
    return `expected the sign-off of ${JSON.stringify(claim.principal.slice(0, 100))} under their own key, got the key of ${signer.id}`
  }
  const standing = standingRejection(gathered, claim.role, signer.person)
  // A rejection stands whatever plan is run afterwards, so it can be withdrawn in a role that this plan does not ask for.
  if (!roles.includes(claim.role) && !(claim.decision === 'WITHDRAW' && standing)) {
    return `expected one of the roles ${roles.join(', ') || '(none)'}, got ${JSON.stringify(claim.role.slice(0, 100))}`
  }
  if (!signer.roles.includes(claim.role)) {
    return `expected somebody with the role ${claim.role}, got ${signer.id} with ${signer.roles.join(', ') || 'no role'}`
  }
  if (claim.decision === 'WITHDRAW')
    return standing ? undefined : `expected a rejection as ${claim.role} to withdraw, there is none`
  if (claim.decision === 'APPROVE' && standing)
    return `expected the rejection as ${claim.role} to be withdrawn first (reject --withdraw)`
  // Whoever wrote the change may say no to it, never yes.
  if (claim.decision === 'APPROVE' && gathered.author === signer.person)
    return `expected somebody other than the author of the change, got ${signer.id}`
  return undefined
}

/** Whether the person's last word on rejecting in this role is a rejection. */
function standingRejection(gathered: GatheredRelease, role: string, person: string): boolean {
  const words = gathered.signOffs.filter(
    (each) => each.role === role && (each.person ?? each.principal) === person,
  )
  return words.findLast((each) => each.decision !== 'APPROVE')?.decision === 'REJECT'
}

/** Clocks of the signer and of the control plane may differ by this much (release.md section 4). */
export const CLOCK_SKEW_LIMIT_MS = 5 * 60 * 1000

// The latest word of a person counts, so their words must be in the order of their times, under whichever of their keys:
// a rejection dated before their own approval or withdrawal would otherwise be lost without a sound.
function assertTimely(
  { predicate: claim, signer }: OpenedStatement<'sign-off'>,
  gathered: GatheredRelease,
  nowMs: number,
): void {
  const atMs = Date.parse(claim.at)
  if (Math.abs(atMs - nowMs) > CLOCK_SKEW_LIMIT_MS) {
    throw refuseSignOff(
      `expected a time within five minutes of ${new Date(nowMs).toISOString()}, got ${claim.at}`,
    )
  }
  const earlier = gathered.signOffs.filter(
    (signOff) => (signOff.person ?? signOff.principal) === signer.person,
  )
  const lastMs = Math.max(0, ...earlier.map((signOff) => signOff.atMs))
  if (atMs <= lastMs) {
    throw refuseSignOff(
      `expected a time after this person's last word of ${new Date(lastMs).toISOString()}, got ${claim.at}`,
    )
  }
}

function assertSubject(opened: OpenedStatement<'sign-off'>, gathered: GatheredRelease): void {
  if (canonicalize(opened.subject) !== canonicalize(subjectsOf(gathered.view.run.subject))) {
    throw refuseSignOff(
      'expected a statement about the subject of the run, got one about something else',
    )
  }
}

function refuseSignOff(reason: string): Error {
  return releaseFault('RELEASE_SIGN_OFF_REFUSED', reason)
}
