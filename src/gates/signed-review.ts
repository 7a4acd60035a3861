// Door of gates for a browser: the approval that a person signs of a plan, the same as at the command line.
import type { ContentDigest } from '../kernel/index.ts'
import {
  buildStatement,
  releaseDigestOf,
  sealStatement,
  signerIdOf,
  subjectsOf,
} from '../proof/index.ts'
import type { SealedEnvelope, SignTerms } from '../proof/index.ts'
import { parsePlan, planHashOf } from '../verdict/index.ts'
import type { Plan } from '../verdict/index.ts'
import { gatesFault } from './errors.ts'

/** What a person has before them: a pinned plan, and the hash that a server gives for it. */
export interface SeenPlan {
  readonly planHash: ContentDigest
  /** The whole plan, of which only this much is known before it is parsed. */
  readonly plan: Pick<Plan, 'service' | 'version' | 'environment'>
}

/** @throws GATES_PLAN_DIFFERS when the hash is of another plan than the one that was read, VERDICT_PLAN_SHAPE_REFUSED */
export async function sealPlanReview(
  terms: SignTerms,
  { plan, planHash }: SeenPlan,
  atMs: number,
): Promise<SealedEnvelope> {
  const own = planHashOf(terms.digest, parsePlan(plan))
  if (own !== planHash)
    throw gatesFault('GATES_PLAN_DIFFERS', `expected the plan ${planHash}, got ${own}`)
  const { service, version, environment } = plan
  const release = releaseDigestOf(terms.digest, service, version, environment)
  const statement = buildStatement(
    'approval',
    subjectsOf({ service, version, digests: { release } }),
    {
      what: 'plan',
      digest: planHash,
      principal: signerIdOf(terms),
      at: new Date(atMs).toISOString(),
    },
  )
  return sealStatement(terms.digest, terms.signer, statement)
}
