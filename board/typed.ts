// What somebody typed into a form and has not sent: kept in this tab for this person, whatever ends the page before they press.
import { useState } from 'react'
import type { Who } from './answers.ts'

const SLOT = 'seaworthy.typed'

/** Whose words they are, and in which form. */
interface Typist {
  readonly who: Pick<Who, 'tenant' | 'id'>
  /** Names the form and what it is about. */
  readonly form: string
}

interface Typed<T> {
  readonly words: T
  /** As they were typed before this page was opened; undefined where none were, or once they are sent. */
  readonly kept: T | undefined
  type(words: T): void
  /** Once they are sent. */
  forget(): void
}

/** @param first what the form begins with where nothing is kept */
export function useTyped<T extends object>(typist: Typist, first: T): Typed<T> {
  const slot = `${SLOT} ${JSON.stringify([typist.who.tenant, typist.who.id, typist.form])}`
  const [kept, keep] = useState(() => readWords<T>(slot))
  const [words, set] = useState<T>(() => ({ ...first, ...kept }))
  return {
    words,
    kept,
    type(next) {
      set(next)
      sessionStorage.setItem(slot, JSON.stringify(next))
    },
    forget() {
      set(first)
      keep(undefined)
      sessionStorage.removeItem(slot)
    },
  }
}

/** For whoever leaves: the next reader of this tab finds nothing of theirs. */
export function forgetAllTyped(): void {
  for (const slot of Object.keys(sessionStorage))
    if (slot.startsWith(SLOT)) sessionStorage.removeItem(slot)
}

function readWords<T>(slot: string): T | undefined {
  const text = sessionStorage.getItem(slot)
  return text === null ? undefined : (JSON.parse(text) as T)
}
