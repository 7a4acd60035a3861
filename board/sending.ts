// How the board asks: as whom, with which idempotency key, what it keeps to ask "has it changed?" with, and what it makes of a refused key.
import { Intentions, KEY_HEADER, makeClient } from '../src/client/index.ts'
import type { ApiAnswer, ApiRequest } from '../src/client/index.ts'
import { boardFault, isSilence, isSilent } from './board-fault.ts'
import { noteAnswer, noteSilence } from './reach.ts'
import { currentKey, currentPerson, isSignedIn, noteOther, signOut } from './session.ts'
import { forgetAllTyped } from './typed.ts'

/** Says whose account the page shows. */
const ACCOUNT_HEADER = 'x-seaworthy-account'
const CONFLICT_STATUS = 409
/** Random, and longer than anybody guesses. */
const KEY_BYTES = 16
/** Answers kept to ask "has it changed?" with; the oldest goes first. */
const KEPT_LIMIT_COUNT = 60

interface Kept {
  readonly tag: string
  readonly answer: ApiAnswer
  /** Read once, so that an unchanged answer is the very same value and nothing is drawn again. */
  value?: unknown
}

/** By path. */
export const kept = new Map<string, Kept>()

export const client = makeClient({ send }, {})

/** Of what this page asks for. */
export const intentions = new Intentions(newKey, isSilent)

async function send(request: ApiRequest): Promise<ApiAnswer> {
  const { method, path, headers, body } = request
  const isReading = method === 'GET'
  const known = isReading ? kept.get(path) : undefined
  const askedAtMs = Date.now()
  const response = await fetchAsReader(path, {
    method,
    headers: {
      ...headers,
      ...(known === undefined ? {} : { 'if-none-match': known.tag }),
      ...(isReading ? {} : { [KEY_HEADER]: `"${intentions.keyOf(request)}"` }),
    },
    ...(body === undefined ? {} : { body: Uint8Array.from(body) }),
  }).catch(tellSilence)
  noteAnswer(response, askedAtMs)
  if (response.status === 304 && known !== undefined) return known.answer
  const answer = {
    status: response.status,
    mediaType: response.headers.get('content-type') ?? '',
    body: new Uint8Array(await response.arrayBuffer().catch(tellSilence)),
  }
  const tag = response.headers.get('etag')
  if (isReading && response.ok && tag !== null) keep(path, { tag, answer })
  if (!isReading && isFinal(answer)) intentions.settle(request)
  return answer
}

/** Not `randomUUID`, which pages that came over plain HTTP do not have. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Nothing came, or not all of it. @throws always */
function tellSilence(error: unknown): never {
  noteSilence()
  throw boardFault('BOARD_NO_ANSWER', error instanceof Error ? error.message : String(error))
}

/** Where what was asked for is still being done, or something else answered for the server, the same is asked for again. */
function isFinal({ status, mediaType, body }: ApiAnswer): boolean {
  if (!/^application\/(?:problem\+)?json\b/.test(mediaType)) return false
  return !isSilence({ code: status === CONFLICT_STATUS ? codeIn(body) : '', status })
}

/** Of a problem document; empty where it is none. */
function codeIn(body: Uint8Array): string {
  try {
    const { code } = JSON.parse(new TextDecoder().decode(body)) as { readonly code?: unknown }
    return typeof code === 'string' ? code : ''
  } catch {
    return ''
  }
}

/** With the reader's key, or else with the cookie of the session, and then only for the person whom the page shows. */
export async function fetchAsReader(path: string, terms: RequestInit): Promise<Response> {
  const key = currentKey()
  const person = currentPerson()
  const response = await fetch(path, {
    ...terms,
    headers: {
      ...(terms.headers as Readonly<Record<string, string>> | undefined),
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(person === undefined ? {} : { [ACCOUNT_HEADER]: person.id }),
    },
    cache: 'no-store',
    // Whoever has a key means it: no cookie goes along.
    credentials: key === undefined ? 'same-origin' : 'omit',
  })
  if (response.status === 401 && isSignedIn() && !asksNewProof(response)) forget()
  if (person !== undefined && !isOpen(path)) await lookForOther(response)
  return response
}

/** Answered to anybody: such an answer says nothing of whose session it is. */
function isOpen(path: string): boolean {
  return path === '/v1/sign-in'
}

/** Another tab of this browser may have let somebody else in, and they share one cookie. */
async function lookForOther(response: Response): Promise<void> {
  if (response.ok || response.status === 304) noteOther(false)
  if (response.status !== CONFLICT_STATUS) return
  const body = new Uint8Array(await response.clone().arrayBuffer())
  if (codeIn(body) === 'WEB_ACCOUNT_CHANGED') noteOther(true)
}

/** RFC 9470: the session goes on, but the person has to sign in again for this. */
function asksNewProof({ headers }: Response): boolean {
  return headers.get('www-authenticate')?.includes('insufficient_user_authentication') === true
}

function keep(path: string, fresh: Kept): void {
  kept.delete(path)
  kept.set(path, fresh)
  const oldest = kept.keys().next()
  if (kept.size > KEPT_LIMIT_COUNT && oldest.done !== true) kept.delete(oldest.value)
}

/** Key or session was refused: what it could read goes with it. */
function forget(): void {
  kept.clear()
  signOut(
    currentKey() === undefined
      ? 'The session is over: sign in again.'
      : 'The server does not know this key, or no longer.',
  )
}

/** Ends the session in the server; a key is only put away. Until the server has ended it, everything stays as it is. */
export async function leave(): Promise<void> {
  if (currentKey() === undefined) {
    // Whose session would be ended? Not that of somebody else who signed in meanwhile.
    await client.call('GET', '/v1/session')
    await client.call('POST', '/v1/sign-out')
  }
  forgetReader()
}

/** Ends every session of the person. */
export async function leaveEverywhere(): Promise<void> {
  await client.call('POST', '/v1/sessions/sign-out')
  forgetReader()
}

function forgetReader(): void {
  kept.clear()
  intentions.forget()
  forgetAllTyped()
  signOut()
}
