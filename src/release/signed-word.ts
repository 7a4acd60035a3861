// Door of release for a browser: what a person signs about a release or a register, the same as at the command line.
import { canonicalize } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import {
  buildStatement,
  sealStatement,
  serviceSubject,
  signerIdOf,
  subjectsOf,
} from '../proof/index.ts'
import type {
  ReleaseIdentity,
  SealedEnvelope,
  SignOffPredicate,
  SignTerms,
  WaiverPredicate,
} from '../proof/index.ts'

/** What a person has before them. */
export interface SeenReview {
  /** `service@version`. */
  readonly release: string
  readonly runId: string
  readonly reviewHash: ContentDigest
  readonly subject: ReleaseIdentity
}

export interface SignOffWord {
  readonly role: string
  readonly decision: SignOffPredicate['decision']
  readonly comment: string
  readonly atMs: number
}

export async function sealSignOff(
  terms: SignTerms,
  review: SeenReview,
  { role, decision, comment, atMs }: SignOffWord,
): Promise<SealedEnvelope> {
  const statement = buildStatement('sign-off', subjectsOf(review.subject), {
    release: review.release,
    run: review.runId,
    role,
    principal: signerIdOf(terms),
    decision,
    reviewHash: review.reviewHash,
    at: new Date(atMs).toISOString(),
    comment,
  })
  return sealStatement(terms.digest, terms.signer, statement)
}

/** Where a change of a register counts, and when it was said. */
export interface ChangePlace {
  readonly service: string
  /** Origin of the ledger that it is for. */
  readonly audience: string
  readonly atMs: number
}

/** @param change its shape is the room `register`'s to read */
export async function sealChange(
  terms: SignTerms,
  { service, audience, atMs }: ChangePlace,
  change: object,
): Promise<SealedEnvelope> {
  const statement = buildStatement('approval', serviceSubject(terms.digest, service), {
    what: 'change',
    service,
    audience,
    principal: signerIdOf(terms),
    at: new Date(atMs).toISOString(),
    // Refuses what has no exact form in signed text, such as a member that is there and undefined.
    change: JSON.parse(canonicalize(change)) as Record<string, never>,
  })
  return sealStatement(terms.digest, terms.signer, statement)
}

/** What a request for a waiver says, but for who asks, when, and for which ledger. */
export type WaiverWish = Omit<WaiverPredicate, 'principal' | 'at' | 'audience'>

export async function sealWaiverRequest(
  terms: SignTerms,
  { audience, atMs }: Omit<ChangePlace, 'service'>,
  wish: WaiverWish,
): Promise<SealedEnvelope> {
  const statement = buildStatement('waiver', serviceSubject(terms.digest, wish.service), {
    ...wish,
    audience,
    principal: signerIdOf(terms),
    at: new Date(atMs).toISOString(),
  })
  return sealStatement(terms.digest, terms.signer, statement)
}
