// Signs what a person says with the key that this browser holds for them, and makes and registers one where there is none.
import { makeHeldKey, signerOf } from '../src/release/browser.ts'
import type { HeldKey } from '../src/release/browser.ts'
import { sealSignOff } from '../src/release/signed-word.ts'
import { browserVerifyPorts } from '../src/verify/browser.ts'
import { own } from './own-api.ts'
import type { Review, SignOff, Who } from './answers.ts'
import { dropKey, findKey, keepKey, shelfTrouble } from './key-shelf.ts'
import type { OwnKey } from './operations-answers.ts'
import { serverNow } from './reach.ts'

const { digest } = browserVerifyPorts

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

export interface SignWish {
  readonly role: string
  readonly decision: SignOff['decision']
  readonly comment: string
}

export interface Receipt extends SignWish {
  readonly release: string
  readonly reviewHash: string
  /** Digest of the signed statement. */
  readonly statement: string
  /** Position in the ledger; undefined where it could not be looked up. */
  readonly entry: number | undefined
  readonly keyId: string
  /** The release as it stands with this word. */
  readonly after: Review
}

export async function signOff(who: Who, review: Review, wish: SignWish): Promise<Receipt> {
  const { held, keyId } = await openKey(who, wish.role)
  const terms = { digest, signer: signerOf(held) }
  const sealed = await sealSignOff(terms, review, { ...wish, atMs: serverNow() })
  const after = await own.signOff(sealed.bytes)
  // The word is recorded whether or not its place is found.
  const entry = await own
    .entryOf('sign-off.recorded', review.release, sealed.id)
    .catch(() => undefined)
  const { release, reviewHash } = review
  return { ...wish, release, reviewHash, statement: sealed.id, entry, keyId, after }
}

/** Registered each time: that is no change, and says whether the key is in force and for which roles. */
async function openKey(
  who: Who,
  role: string,
): Promise<{ readonly held: HeldKey; readonly keyId: string }> {
  const held = (await findKey(who)) ?? (await keepKey(who, await makeHeldKey()))
  const { id, keyId, roles } = await own.registerKey(base64Of(held.publicKey))
  if (roles.includes(role) || !who.signsAs.includes(role)) return { held, keyId }
  // The account may sign in more roles than when the key was registered, and keys keep the roles that they had.
  await own.revokeKey(id, 'replaced by a key with all roles of the account')
  await dropKey(who)
  const next = await keepKey(who, await makeHeldKey())
  return { held: next, keyId: (await own.registerKey(base64Of(next.publicKey))).keyId }
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
