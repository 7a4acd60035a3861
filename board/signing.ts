// Signs what a person says with the key that this browser holds for them, and makes and registers one where there is none.
import { pinnedGate, sealAnswer } from '../src/gates/signed-answer.ts'
import { sealPlanReview } from '../src/gates/signed-review.ts'
import { Unsent } from '../src/client/index.ts'
import { keyIdFor, makeHeldKey, signerOf } from '../src/release/browser.ts'
import { sealChange, sealSignOff, sealWaiverRequest } from '../src/release/signed-word.ts'
import type { WaiverWish } from '../src/release/signed-word.ts'
import { browserVerifyPorts } from '../src/verify/browser.ts'
import { own } from './own-api.ts'
import type { GateResult, PlanGate, RegisteredWaiver, Review, SignOff, Who } from './answers.ts'
import { api } from './api.ts'
import { boardFault, isSilent } from './board-fault.ts'
import { dropKey, findKey, keepKey, shelfTrouble } from './key-shelf.ts'
import type { OwnKey } from './operations-answers.ts'
import type { PlanAnswer } from './plan-answers.ts'
import { serverNow } from './reach.ts'

const { digest } = browserVerifyPorts

/** What a key is refused with that is no longer the one that the page showed, or was revoked since. */
export const KEY_OVER = ['IDENTITY_KEY_TAKEN', 'IDENTITY_REVOKED', 'BOARD_KEY_CHANGED']

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

/** Who signs, with the key that was shown to them. */
interface SignTerms {
  readonly who: Who
  /** Undefined where a new one is made. */
  readonly ownKey: OwnKey | undefined
}

/** Signed, and not answered yet: a second press sends the same bytes. */
const words = new Unsent<{ readonly sealed: Sealed; readonly keyId: string }>(isSilent)

type Sealed = Awaited<ReturnType<typeof sealSignOff>>

export async function signOff(terms: SignTerms, review: Review, wish: SignWish): Promise<Receipt> {
  const { release, reviewHash, runId } = review
  const { sealed, keyId, answer } = await sendWord(
    terms,
    { about: ['sign-off', release, runId, reviewHash, wish], role: wish.role },
    (signer) => sealSignOff({ digest, signer }, review, { ...wish, atMs: serverNow() }),
    own.signOff,
  )
  const entry = await placeOf('sign-off.recorded', release, sealed.id)
  return { ...wish, release, statement: sealed.id, entry, keyId, over: reviewHash, after: answer }
}

/** A review of a plan needs no role: whoever may start what it does may say that they read it. */
export async function reviewPlan(
  terms: SignTerms,
  { plan, planHash }: PlanAnswer,
): Promise<Signed> {
  const { sealed, keyId } = await sendWord(
    terms,
    { about: ['plan review', planHash] },
    (signer) => sealPlanReview({ digest, signer }, { plan, planHash }, serverNow()),
    own.reviewPlan,
  )
  const entry = await placeOf('plan.reviewed', `${plan.service}@${plan.version}`, sealed.id)
  return { statement: sealed.id, entry, keyId, over: planHash }
}

/** Consent to exactly this request of somebody else. */
export async function approveWaiver(
  terms: SignTerms,
  service: string,
  { request: { id }, statement }: RegisteredWaiver,
): Promise<void> {
  const change = { kind: 'approved', id, statement }
  await sendWord(
    terms,
    { about: ['approval', service, change] },
    async (signer) => {
      const place = { service, audience: await own.audience(), atMs: serverNow() }
      return sealChange({ digest, signer }, place, change)
    },
    own.change,
  )
}

export async function askWaiver(terms: SignTerms, wish: WaiverWish): Promise<void> {
  await sendWord(
    terms,
    { about: ['waiver', wish] },
    async (signer) => {
      const place = { audience: await own.audience(), atMs: serverNow() }
      return sealWaiverRequest({ digest, signer }, place, wish)
    },
    own.askWaiver,
  )
}

interface Word {
  /** Names what is said. */
  readonly about: readonly unknown[]
  /** In which it is said; absent where that needs none. */
  readonly role?: string
}

async function sendWord<Answer>(
  terms: SignTerms,
  { about, role }: Word,
  seal: (signer: Signer) => Promise<Sealed>,
  send: (envelope: Uint8Array) => Promise<Answer>,
): Promise<{ readonly sealed: Sealed; readonly keyId: string; readonly answer: Answer }> {
  return words.once(
    [terms.who.tenant, terms.who.id, ...about],
    async () => {
      const { signer, keyId } = await openKey(terms, role)
      return { sealed: await seal(signer), keyId }
    },
    async (made) => ({ ...made, answer: await send(made.sealed.bytes) }),
  )
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

const answers = new Unsent<{
  readonly sealed: Awaited<ReturnType<typeof sealAnswer>>
  readonly attempt: number
}>(isSilent)

export async function answerGate(
  terms: SignTerms,
  wish: AnswerWish,
): Promise<Pick<GateResult, 'status' | 'reason'>> {
  const { runId, planHash, gate } = wish
  const { tenant, id } = terms.who
  const about = [gate.id, wish.answer, wish.note, wish.slots]
  return answers.once(
    [tenant, id, runId, planHash, ...about],
    () => sealGateAnswer(terms, wish),
    ({ sealed, attempt }) => own.answer(runId, gate.id, attempt, sealed),
  )
}

async function sealGateAnswer(
  terms: SignTerms,
  { runId, planHash, gate: shown, ...wish }: AnswerWish,
): Promise<{
  readonly sealed: Awaited<ReturnType<typeof sealAnswer>>
  readonly attempt: number
}> {
  const { signer, id } = await openKey(terms)
  const { run, plan, attempts } = await api.run(runId)
  const gate = pinnedGate({ digest, planHash }, plan, shown)
  if (gate === undefined)
    throw boardFault('BOARD_PLAN_CHANGED', `expected ${shown.id} as the plan ${planHash} has it`)
  const attempt = (attempts[shown.id] ?? 0) + 1
  const runner = { id, version: 'board' }
  const binding = { runId, planHash, subject: run.subject, runner, signer, digest }
  return {
    sealed: await sealAnswer(binding, gate, { ...wish, attempt, atMs: serverNow() }),
    attempt,
  }
}

/** The word is recorded whether or not its place is found. */
function placeOf(type: string, subject: string, statement: string): Promise<number | undefined> {
  return own.entryOf(type, subject, statement).catch(() => undefined)
}

type Signer = ReturnType<typeof signerOf>

interface OpenKey {
  readonly signer: Signer
  readonly id: string
  readonly keyId: string
}

/**
 * Registered each time: that is no change, and says whether the key is in force.
 * @throws BOARD_KEY_CHANGED where it is another one than the person saw
 */
async function openKey({ who, ownKey }: SignTerms, role?: string): Promise<OpenKey> {
  const held = await findKey(who)
  const known =
    held && (await own.keys()).find((each) => each.publicKey === base64Of(held.publicKey))
  const shown = keyIdFor(who, ownKey, role)
  const used = keyIdFor(who, known, role)
  const isOwnNew = shown === undefined && used !== undefined && madeHere.has(used)
  if (used !== shown && !isOwnNew)
    throw boardFault('BOARD_KEY_CHANGED', `expected ${wordOfKey(shown)}, got ${wordOfKey(used)}`)
  if (known !== undefined && used === undefined) return replaceKey(who, known)
  const kept = held ?? (await keepKey(who, await makeHeldKey()))
  const { id, keyId } = await own.registerKey(base64Of(kept.publicKey))
  if (shown === undefined) madeHere.add(keyId)
  return { signer: signerOf(kept), id, keyId }
}

/** New keys of which this page told before it knew their names: a word that was refused is signed again with the same. */
const madeHere = new Set<string>()

/** The account may sign in more roles than when the key was registered, and keys keep the roles that they had. */
async function replaceKey(who: Who, former: OwnKey): Promise<OpenKey> {
  await own.revokeKey(former.id, 'replaced by a key with all roles of the account')
  await dropKey(who)
  const next = await keepKey(who, await makeHeldKey())
  const { id, keyId } = await own.registerKey(base64Of(next.publicKey))
  madeHere.add(keyId)
  return { signer: signerOf(next), id, keyId }
}

function wordOfKey(keyId: string | undefined): string {
  return keyId === undefined ? 'a new key' : `the key ${keyId.slice(0, 16)}`
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
