// What a runner decides on its own side before it executes what was asked of it: whatever the control plane says, only a reviewed plan that it was started for.
import type { Digest, SignatureVerifier } from '../../kernel/index.ts'
import { bytesOfBase64, canonicalize } from '../../kernel/index.ts'
import type { ClaimedRequest } from '../../dispatch/index.ts'
import { offerGap, unconfirmedOptions } from '../../dispatch/index.ts'
import { waitingChanges } from '../../gates/index.ts'
import type { StartedRun } from '../../gates/index.ts'
import type { PresentedPrincipal } from '../../identity/index.ts'
import {
  keyIdOf,
  parseEnvelope,
  parseStatement,
  STATEMENT_MEDIA_TYPE,
  verifyEnvelope,
} from '../../proof/index.ts'
import { askedParameters, parsePlan, planHashOf } from '../../verdict/index.ts'
import type { Plan } from '../../verdict/index.ts'
import type { StartTerms } from './start-terms.ts'

export interface OwnSide {
  readonly digest: Digest
  readonly verifier: SignatureVerifier
  readonly terms: Pick<StartTerms, 'offer' | 'reviewers' | 'isReadsOnly'>
  /** Everybody who is registered with the tenant. */
  readonly people: readonly PresentedPrincipal[]
  /** The bytes of a signed statement. */
  readStatement(digest: string): Promise<Uint8Array>
}

/** Why this runner does not execute the request, in one sentence; undefined when it does. */
export async function objectionTo(
  side: OwnSide,
  { request, plan: told, reviews }: ClaimedRequest,
): Promise<string | undefined> {
  const gap = offerGap(side.terms.offer, request)
  if (gap !== undefined) return `it ${gap}`
  const plan = parsePlan(told)
  if (planHashOf(side.digest, plan) !== request.planHash)
    return 'the plan it was given is not the one that is pinned'
  const names = [request, request.wish.subject]
  if (names.some(({ service, version, environment }) => !isOf(plan, service, version, environment)))
    return 'the request names another release or environment than the plan'
  const taken = new Set(plan.gates.flatMap(askedParameters))
  const idle = Object.keys(request.wish.parameters).filter((name) => !taken.has(name))
  if (idle.length > 0) return `no gate of the plan takes ${idle.join(', ')}`
  const [option] = unconfirmedOptions(plan, request.wish.parameters)
  if (option !== undefined)
    return `the value of ${option.name} could turn into an option of ${option.gate}, which nobody confirms`
  const changes = waitingChanges(plan, true, undefined).map(({ of }) => of)
  if (side.terms.isReadsOnly && changes.length > 0)
    return `it runs reads only, and these are more: ${changes.slice(0, 5).join(', ')}`
  const reviewers = await provenReviewers(side, plan, request.planHash, reviews)
  if (reviewers.length === 0)
    return side.terms.reviewers.length === 0
      ? 'no review of the plan has a valid signature of a registered person'
      : 'none of the people whose review it believes has reviewed the plan'
  return undefined
}

function isOf(plan: Plan, service: string, version: string, environment: string): boolean {
  return plan.service === service && plan.version === version && plan.environment === environment
}

/** Who signed an approval of exactly this plan, by keys looked at here. */
async function provenReviewers(
  side: OwnSide,
  plan: Plan,
  planHash: string,
  reviews: ClaimedRequest['reviews'],
): Promise<readonly string[]> {
  const proven: string[] = []
  for (const { principal, statement } of reviews) {
    const person = side.people.find(({ id }) => id === principal)
    if (person?.kind !== 'person') continue
    if (side.terms.reviewers.length > 0 && !side.terms.reviewers.includes(person.id)) continue
    const bytes = await side.readStatement(statement)
    if (await isApproval(side, bytes, person, planHash)) proven.push(person.id)
  }
  return proven
}

async function isApproval(
  { digest, verifier }: OwnSide,
  bytes: Uint8Array,
  person: PresentedPrincipal,
  planHash: string,
): Promise<boolean> {
  const envelope = parseEnvelope(bytes)
  if (!envelope.ok || envelope.value.payloadType !== STATEMENT_MEDIA_TYPE) return false
  const statement = parseStatement(envelope.value.payload)
  if (!statement.ok || statement.value.kind !== 'approval') return false
  const { predicate } = statement.value
  if (predicate.what !== 'plan' || predicate.digest !== planHash) return false
  const publicKey = bytesOfBase64(person.publicKey)
  const keyId = keyIdOf(digest, publicKey)
  // The id of a person is made from their key: a control plane that gives out another key for it is found out.
  if (predicate.principal !== person.id || person.id !== `person-${keyId.slice(0, 16)}`)
    return false
  const key = { keyId, algorithm: 'ecdsa-p256-sha256' as const, publicKey }
  return (await verifyEnvelope(verifier, envelope.value, [key])) !== undefined
}

/** Why what the control plane started is not what was agreed to; undefined when it is. */
export function startedObjection(
  { request }: ClaimedRequest,
  { run, plan }: StartedRun,
  digest: Digest,
): string | undefined {
  if (run.planHash !== request.planHash || planHashOf(digest, plan) !== request.planHash)
    return 'the run it was given is of another plan'
  if (canonicalize(run.terms.parameters) !== canonicalize(request.wish.parameters))
    return 'the run it was given has other parameters'
  // It is what the runner signs results about.
  if (canonicalize(run.subject) !== canonicalize(request.wish.subject))
    return 'the run it was given is about something else'
  const agreed = new Set(waitingChanges(plan, true, undefined).map(({ of }) => of))
  const wished = new Set(request.wish.confirmed)
  const added = run.terms.confirmed.find((gate) => agreed.has(gate) && !wished.has(gate))
  return added === undefined ? undefined : `nobody who asked has confirmed ${added}`
}
