// The key a reader signed in with: kept for this tab alone, and taken out of the address before anything is drawn.
import { useSyncExternalStore } from 'react'

const SLOT = 'seaworthy.key'

interface Session {
  readonly key: string | undefined
  /** Why the last key was put away; undefined unless the server refused it. */
  readonly refusal: string | undefined
}

let session: Session = { key: undefined, refusal: undefined }
const watchers = new Set<() => void>()

/** Takes the key of a sign-in link (`/#key=…`), which a browser never sends to a server, or the one this tab has already. */
export function openSession(): void {
  const linked = new URLSearchParams(location.hash.slice(1)).get('key')
  if (linked !== null) {
    history.replaceState(history.state, '', location.pathname + location.search)
    sessionStorage.setItem(SLOT, linked)
  }
  session = { key: sessionStorage.getItem(SLOT) ?? undefined, refusal: undefined }
}

export function signIn(key: string): void {
  sessionStorage.setItem(SLOT, key)
  change({ key, refusal: undefined })
}

/** @param refusal what the server said to the key; absent when the reader chose to leave */
export function signOut(refusal?: string): void {
  sessionStorage.removeItem(SLOT)
  change({ key: undefined, refusal })
}

export function currentKey(): string | undefined {
  return session.key
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
