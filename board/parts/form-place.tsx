// The place of a form on its page: named in the address, so that who comes back from their issuer finds it before them.
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'

/** In the query of the page that a person comes back to. */
const MARK = 'form'

/** Address of this page that brings the form into sight. */
export function addressOfForm(form: string): string {
  return `${location.pathname}?${new URLSearchParams({ [MARK]: form }).toString()}`
}

/** Whether the reader comes back to this form: what it lies in has to be open for it. */
export function isFormWanted(form: string): boolean {
  return new URLSearchParams(location.search).get(MARK) === form
}

/** The name of a gate's form; ids of gates are free, and must not be taken for other forms of the page. */
export function formOfGate(gate: string): string {
  return `answer ${gate}`
}

interface PlaceTerms {
  /** Of all forms of the page. */
  readonly form: string
  readonly labelledBy: string
  readonly children: ReactNode
}

export function FormPlace({ form, labelledBy, children }: PlaceTerms): ReactNode {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!isFormWanted(form)) return
    // The next visit of the page begins anew.
    history.replaceState(history.state, '', location.pathname)
    place.current?.scrollIntoView()
    place.current?.focus({ preventScroll: true })
  }, [form])
  return (
    <div ref={place} tabIndex={-1} className="word" role="group" aria-labelledby={labelledBy}>
      {children}
    </div>
  )
}
