// Decides the newest decision again from its frozen inputs, and says whether the same comes out.
import { utf8Text } from '../kernel/index.ts'
import { formatReleaseName } from '../gates/index.ts'
import { decide, parseDecisionInputs, parsePlan } from '../verdict/index.ts'
import type { Verdict } from '../verdict/index.ts'
import type { ReleaseContext } from './context.ts'
import { releaseFault } from './errors.ts'
import { readLatestDecision } from './latest-decision.ts'
import type { ReleaseKey } from './store.ts'

export interface ReplayedDecision {
  readonly release: string
  readonly statement: string
  readonly verdict: Verdict
  /** What the signed decision says otherwise; empty when it says the same. */
  readonly differences: readonly string[]
}

/** @throws RELEASE_DECISION_MISSING */
export async function replayDecision(
  context: ReleaseContext,
  tenantId: string,
  release: ReleaseKey,
): Promise<ReplayedDecision> {
  const { digest, evidence, identity } = context.ports
  const stored = await readLatestDecision(context, tenantId, release)
  if (stored === undefined)
    throw releaseFault(
      'RELEASE_DECISION_MISSING',
      `expected a decision about ${formatReleaseName(release)}, found none`,
    )
  const read = async (id: string): Promise<unknown> =>
    JSON.parse(utf8Text(await evidence.read(tenantId, id)))
  const inputs = parseDecisionInputs(await read(stored.inputsDigest))
  const verdict = decide(digest, parsePlan(await read(inputs.plan)), inputs)
  const envelope = await evidence.read(tenantId, stored.statementId)
  const { predicate } = await identity.openStatement(tenantId, envelope, 'decision', [
    'control-plane',
  ])
  const pairs = [
    ['verdict', verdict.value, predicate.verdict],
    ['verdict without waivers', verdict.raw, predicate.raw],
    ['review hash', verdict.reviewHash, predicate.reviewHash],
    ['decision hash', verdict.decisionHash, predicate.decisionHash],
  ] as const
  const differences = pairs
    .filter(([, now, then]) => now !== then)
    .map(([name, now, then]) => `${name}: now ${now}, signed ${then}`)
  return {
    release: formatReleaseName(release),
    statement: stored.statementId,
    verdict,
    differences,
  }
}
