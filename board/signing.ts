// Signs what a person says with the key that this browser holds for them, and makes and registers one where there is none.
import { pinnedGate, sealAnswer } from '../src/gates/signed-answer.ts'
import { sealPlanReview } from '../src/gates/signed-review.ts'
import { makeHeldKey, signerOf } from '../src/release/browser.ts'
import { sealChange, sealSignOff, sealWaiverRequest } from '../src/release/signed-word.ts'
import type { WaiverWish } from '../src/release/signed-word.ts'
import { browserVerifyPorts } from '../src/verify/browser.ts'
import { own } from './own-api.ts'
import type { GateResult, PlanGate, RegisteredWaiver, Review, SignOff, Who } from './answers.ts'
import { api } from './api.ts'
import { boardFault } from './board-fault.ts'
import { dropKey, findKey, keepKey, shelfTrouble } from './key-shelf.ts'
import type { OwnKey } from './operations-answers.ts'
import type { PlanAnswer } from './plan-answers.ts'
import { serverNow } from './reach.ts'

const { digest } = browserVerifyPorts

/** What a key is refused with that was revoked after the page looked. */
export const KEY_OVER = ['IDENTITY_KEY_TAKEN', 'IDENTITY_REVOKED']

/** How it stands with the key of this browser. */
export type KeyState =
  | { readonly state: 'unable'; readonly why: string }
  /** None yet, or one that no server knows: it is registered with the first word. */
  | { readonly state: 'new' }
  | { readonly state: 'in force' | 'ended'; readonly key: OwnKey }

export interface OwnKeys {
  readonly here: KeyState
  /** Newest first, the one of this browser among them. */
  readonly all: readonly OwnKey[]
}

export async function lookAtKeys(who: Who): Promise<OwnKeys> {
  const all = await own.keys()
  const why = await shelfTrouble()
  if (why !== undefined) return { here: { state: 'unable', why }, all }
  const held = await findKey(who)
  const text = held && base64Of(held.publicKey)
  const key = all.find(({ publicKey }) => publicKey === text)
  if (key === undefined) return { here: { state: 'new' }, all }
  return { here: { state: key.revokedAt === undefined ? 'in force' : 'ended', key }, all }
}

/** What was signed, and where it is recorded. */
export interface Signed {
  /** Digest of the signed statement. */
  readonly statement: string
  /** Position in the ledger; undefined where it could not be looked up. */
  readonly entry: number | undefined
  readonly keyId: string
  /** Digest of what it is about. */
  readonly over: string
}

export interface SignWish {
  readonly role: string
  readonly decision: SignOff['decision']
  readonly comment: string
}

export interface Receipt extends SignWish, Signed {
  readonly release: string
  /** The release as it stands with this word. */
  readonly after: Review
}

export async function signOff(who: Who, review: Review, wish: SignWish): Promise<Receipt> {
  const { signer, keyId } = await openKey(who, wish.role)
  const sealed = await sealSignOff({ digest, signer }, review, { ...wish, atMs: serverNow() })
  const after = await own.signOff(sealed.bytes)
  const { release, reviewHash } = review
  const entry = await placeOf('sign-off.recorded', release, sealed.id)
  return { ...wish, release, statement: sealed.id, entry, keyId, over: reviewHash, after }
}

/** A review of a plan needs no role: whoever may start what it does may say that they read it. */
export async function reviewPlan(who: Who, { plan, planHash }: PlanAnswer): Promise<Signed> {
  const { signer, keyId } = await openKey(who)
  const sealed = await sealPlanReview({ digest, signer }, { plan, planHash }, serverNow())
  await own.reviewPlan(sealed.bytes)
  const entry = await placeOf('plan.reviewed', `${plan.service}@${plan.version}`, sealed.id)
  return { statement: sealed.id, entry, keyId, over: planHash }
}

/** Consent to exactly this request of somebody else. */
export async function approveWaiver(
  who: Who,
  service: string,
  { request: { id }, statement }: RegisteredWaiver,
): Promise<void> {
  const { signer } = await openKey(who)
  const place = { service, audience: await own.audience(), atMs: serverNow() }
  const change = { kind: 'approved', id, statement }
  await own.change((await sealChange({ digest, signer }, place, change)).bytes)
}

export async function askWaiver(who: Who, wish: WaiverWish): Promise<void> {
  const { signer } = await openKey(who)
  const place = { audience: await own.audience(), atMs: serverNow() }
  await own.askWaiver((await sealWaiverRequest({ digest, signer }, place, wish)).bytes)
}

export interface AnswerWish {
  readonly runId: string
  /** Of the plan that the person has before them. */
  readonly planHash: `sha256:${string}`
  /** As the person has it before them. */
  readonly gate: PlanGate
  readonly answer: boolean
  readonly note: string
  /** Values by slot id. */
  readonly slots: Readonly<Record<string, string>>
}

export async function answerGate(
  who: Who,
  { runId, planHash, gate: shown, ...wish }: AnswerWish,
): Promise<Pick<GateResult, 'status' | 'reason'>> {
  const { signer, id } = await openKey(who)
  const { run, plan, attempts } = await api.run(runId)
  const gateId = shown.id
  const gate = pinnedGate({ digest, planHash }, plan, shown)
  if (gate === undefined)
    throw boardFault('BOARD_PLAN_CHANGED', `expected ${gateId} as the plan ${planHash} has it`)
  const attempt = (attempts[gateId] ?? 0) + 1
  const runner = { id, version: 'board' }
  const binding = { runId, planHash, subject: run.subject, runner, signer, digest }
  const sealed = await sealAnswer(binding, gate, { ...wish, attempt, atMs: serverNow() })
  return own.answer(runId, gateId, attempt, sealed)
}

/** The word is recorded whether or not its place is found. */
function placeOf(type: string, subject: string, statement: string): Promise<number | undefined> {
  return own.entryOf(type, subject, statement).catch(() => undefined)
}

/** Registered each time: that is no change, and says whether the key is in force and for which roles. */
async function openKey(
  who: Who,
  role?: string,
): Promise<{
  readonly signer: ReturnType<typeof signerOf>
  readonly id: string
  readonly keyId: string
}> {
  const held = (await findKey(who)) ?? (await keepKey(who, await makeHeldKey()))
  const { id, keyId, roles } = await own.registerKey(base64Of(held.publicKey))
  const isEnough = role === undefined || roles.includes(role) || !who.signsAs.includes(role)
  if (isEnough) return { signer: signerOf(held), id, keyId }
  // The account may sign in more roles than when the key was registered, and keys keep the roles that they had.
  await own.revokeKey(id, 'replaced by a key with all roles of the account')
  await dropKey(who)
  const next = await keepKey(who, await makeHeldKey())
  const replaced = await own.registerKey(base64Of(next.publicKey))
  return { signer: signerOf(next), id: replaced.id, keyId: replaced.keyId }
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
