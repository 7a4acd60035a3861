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

/** What a person has before them: a pinned plan, by its hash. */
export interface SeenPlan {
  readonly planHash: ContentDigest
  readonly plan: {
    readonly service: string
    readonly version: string
    readonly environment: string
  }
}

export async function sealPlanReview(
  terms: SignTerms,
  { plan, planHash }: SeenPlan,
  atMs: number,
): Promise<SealedEnvelope> {
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
