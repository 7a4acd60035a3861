// Who reads: the key a reader signed in with, kept for this tab alone, or the person whom the server knows by a cookie.
import { useSyncExternalStore } from 'react'
import type { Who } from './answers.ts'

const SLOT = 'seaworthy.key'

interface Session {
  readonly key: string | undefined
  /** Whom the server took the browser for when it was asked; undefined while a key is used, and before it was asked. */
  readonly person: Who | undefined
  /** Why the last key or sign-in did not do; undefined unless the server refused it. */
  readonly refusal: string | undefined
  /** What an issuer's answer was refused with. */
  readonly code: string | undefined
  /** The cookie of this browser belongs to somebody else by now: what the page asks for is refused. */
  readonly isOther: boolean
}

const NOBODY: Session = {
  key: undefined,
  person: undefined,
  refusal: undefined,
  code: undefined,
  isOther: false,
}

let session: Session = NOBODY
const watchers = new Set<() => void>()

/**
 * Takes the key of a sign-in link (`/#key=…`), which a browser never sends to a server, or the one this tab has already; or why
 * the server let nobody in (`/#refused=…`).
 */
export function openSession(): void {
  const words = new URLSearchParams(location.hash.slice(1))
  const linked = words.get('key')
  const code = words.get('refused') ?? undefined
  if (linked !== null || code !== undefined)
    history.replaceState(history.state, '', location.pathname + location.search)
  if (linked !== null) sessionStorage.setItem(SLOT, linked)
  session = { ...NOBODY, key: sessionStorage.getItem(SLOT) ?? undefined, code }
}

export function signIn(key: string): void {
  sessionStorage.setItem(SLOT, key)
  change({ ...NOBODY, key })
}

/** For a person whose browser the server knows. */
export function enter(person: Who): void {
  change({ ...NOBODY, person })
}

/** @param refusal what the server said to the key; absent when the reader chose to leave */
export function signOut(refusal?: string): void {
  sessionStorage.removeItem(SLOT)
  change({ ...NOBODY, refusal })
}

export function currentKey(): string | undefined {
  return session.key
}

/** Whom the page shows; undefined while a key is used, and before anybody is known. */
export function currentPerson(): Who | undefined {
  return session.person
}

export function noteOther(isOther: boolean): void {
  if (session.isOther !== isOther) change({ ...session, isOther })
}

/** Whether anything is shown that an end of key or session takes away. */
export function isSignedIn(): boolean {
  return session.key !== undefined || session.person !== undefined
}

export function useSession(): Session {
  return useSyncExternalStore(watch, () => session)
}

function change(next: Session): void {
  session = next
  for (const tell of watchers) tell()
}

function watch(tell: () => void): () => void {
  watchers.add(tell)
  return () => watchers.delete(tell)
}
