// What will happen to releases under way and is worth knowing before: a Go, a waiver or evidence that ends, a role that is waited for. Reads only.
import type { Foreseen } from '../notification/index.ts'
import { describeMoment } from '../register/index.ts'
import { standingsOf } from '../verdict/index.ts'
import type { Verdict } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import type { ReleaseReview } from './model.ts'
import { replayDecision } from './replay.ts'
import { reviewRelease } from './review.ts'
import type { ReleaseKey } from './store.ts'

/** The newest ones; whatever is older has nothing that is still awaited. */
const RELEASE_LIMIT_COUNT = 50
/** Told when so much of its time is left, and never earlier than a day before. */
const LEFT_SHARE = 1 / 4
const LEAD_LIMIT_MS = 24 * 3_600_000
const GO: readonly string[] = ['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO']
const SIGN_OFF_RULE = '7.6-sign-off'

export async function foreseeReleases(
  context: ReleaseContext,
  tenantId: string,
): Promise<readonly Foreseen[]> {
  const foreseen: Foreseen[] = []
  for (const release of await context.runs.listReleasePage(tenantId, RELEASE_LIMIT_COUNT))
    foreseen.push(...(await foreseeRelease(context, tenantId, release)))
  return foreseen
}

async function foreseeRelease(
  context: ReleaseContext,
  tenantId: string,
  { service, version, environment }: ReleaseKey,
): Promise<readonly Foreseen[]> {
  const key = { service, version, environment }
  const nowMs = context.ports.clock.nowMs()
  const review = await reviewRelease(context, tenantId, key)
  const { latestDecision } = review
  if (latestDecision === null || !GO.includes(latestDecision.verdict))
    return [
      ...waiversThatEnd(review, nowMs),
      ...evidenceThatEnds(context, review, nowMs),
      ...rolesAwaited(review),
    ]
  const { verdict } = await replayDecision(context, tenantId, key)
  const endMs = verdict.expiresAtMs ?? 0
  // A Go that has ended is over: it was used, or the release is decided anew.
  if (endMs <= nowMs) return []
  return [
    ...goThatEnds(review, verdict, nowMs),
    ...waiversThatEnd(review, nowMs),
    ...evidenceThatEnds(context, review, nowMs).filter(({ atMs }) => (atMs ?? 0) <= endMs),
  ]
}

function isNear(nowMs: number, fromMs: number, atMs: number): boolean {
  const leftMs = atMs - nowMs
  return leftMs > 0 && leftMs <= Math.min(LEAD_LIMIT_MS, (atMs - fromMs) * LEFT_SHARE)
}

type Ending = Pick<Foreseen, 'event' | 'thing' | 'what'> & { readonly atMs: number }

/** Instants decide; the zone is for reading alone, so no change of clocks moves anything. */
function ending({ timezone, release }: ReleaseReview, found: Ending): Foreseen {
  return { ...found, release, atText: describeMoment(found.atMs, timezone) }
}

function goThatEnds(review: ReleaseReview, verdict: Verdict, nowMs: number): readonly Foreseen[] {
  const [first] = verdict.horizons ?? []
  if (first === undefined || !isNear(nowMs, verdict.asOfMs, first.atMs)) return []
  const what = `the ${verdict.value} (${first.what})`
  const thing = verdict.decisionHash
  return [ending(review, { event: 'go-ending', thing, what, atMs: first.atMs })]
}

function waiversThatEnd(review: ReleaseReview, nowMs: number): readonly Foreseen[] {
  return review.terms.waivers.flatMap(({ id, revoked, issuedAtMs, expiresAtMs }) =>
    !revoked && isNear(nowMs, issuedAtMs, expiresAtMs)
      ? [
          ending(review, {
            event: 'waiver-ending',
            thing: id,
            what: `the waiver ${id}`,
            atMs: expiresAtMs,
          }),
        ]
      : [],
  )
}

/** Of gates that have to hold and do; the evidence of others is missed by nobody. */
function evidenceThatEnds(
  { ports }: ReleaseContext,
  review: ReleaseReview,
  nowMs: number,
): readonly Foreseen[] {
  const { plan, results } = review
  const standings = standingsOf(ports.digest, plan, { asOfMs: nowMs, results })
  return [...standings.values()].flatMap(({ gate, status, result, expiresAtMs }) => {
    const isGreen = status === 'PASS' || status === 'WARN'
    if (gate.severity !== 'required' || !isGreen || expiresAtMs === undefined) return []
    if (!isNear(nowMs, result?.finishedAtMs ?? nowMs, expiresAtMs)) return []
    const what = `the evidence of ${gate.id}`
    return [ending(review, { event: 'evidence-ending', thing: gate.id, what, atMs: expiresAtMs })]
  })
}

/** Only when nothing else is missing: before that, whoever signs would sign what changes. */
function rolesAwaited({ release, verdict, reviewHash }: ReleaseReview): readonly Foreseen[] {
  const isReady = verdict.reasons.every(({ rule }) => rule === SIGN_OFF_RULE)
  if (!isReady) return []
  return verdict.reasons.map(({ text }) => ({
    event: 'sign-off-wanted',
    release,
    thing: `${reviewHash} ${text}`,
    what: text,
    atMs: null,
    atText: null,
  }))
}
