// What a page shows when it has nothing to show yet, nothing at all, or no right to show it.
import { Component, useEffect } from 'react'
import type { ReactNode } from 'react'
import { faultOf } from '../board-fault.ts'
import type { Fault } from '../board-fault.ts'
import type { Live } from '../live.ts'
import { useSession } from '../session.ts'
import { Command } from './copy.tsx'

/** Drawn late, so that what answers at once does not flicker. */
export function Loading({ what }: { readonly what: string }): ReactNode {
  return (
    <p className="loading" role="status">
      Loading {what} …
    </p>
  )
}

interface EmptyTerms {
  readonly title: string
  readonly children: ReactNode
}

export function Empty({ title, children }: EmptyTerms): ReactNode {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
    </div>
  )
}

export function FaultNote({ fault }: { readonly fault: Fault }): ReactNode {
  const { person } = useSession()
  if (fault.status === 403)
    return (
      <div className="state" role="alert">
        <h2>{person === undefined ? 'Your key may not see this' : 'You may not see this'}</h2>
        <p>{fault.text}</p>
        <p>
          {person === undefined
            ? 'Ask whoever gave you the key for a role that may, or sign in with another key.'
            : 'Ask an admin for a role that may.'}
        </p>
        <p className="code">{fault.code}</p>
      </div>
    )
  return (
    <div className="state" role="alert">
      <h2>{fault.title}</h2>
      <p>{fault.text}</p>
      <p>{fault.hint}</p>
      <p className="code">{fault.code}</p>
    </div>
  )
}

interface LoadedTerms<T> {
  readonly live: Live<T>
  readonly what: string
  readonly children: (value: T) => ReactNode
}

/** The value once it is there; a fault beside it says that it may be old. Where nothing answers at all, the head of the page says so. */
export function Loaded<T>({ live, what, children }: LoadedTerms<T>): ReactNode {
  if (live.value === undefined)
    return live.fault === undefined ? <Loading what={what} /> : <FaultNote fault={live.fault} />
  return (
    <>
      {live.fault === undefined || live.fault.status === 0 ? null : (
        <p className="stale-note" role="status">
          Not live: {live.fault.title.toLowerCase()}. What you see is the last answer.
        </p>
      )}
      {children(live.value)}
    </>
  )
}

/** The name of the page in the window's title. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Seaworthy`
  }, [title])
}

interface GuardedTerms {
  readonly children: ReactNode
}

/** A mistake of ours in one page leaves the rest of the board standing. */
export class Guarded extends Component<GuardedTerms, { readonly fault: Fault | undefined }> {
  override state: { readonly fault: Fault | undefined } = { fault: undefined }

  static getDerivedStateFromError(thrown: unknown): { readonly fault: Fault } {
    return { fault: faultOf(thrown) }
  }

  override render(): ReactNode {
    const { fault } = this.state
    return fault === undefined ? this.props.children : <FaultNote fault={fault} />
  }
}

export function NothingHere(): ReactNode {
  useTitle('No such page')
  return (
    <>
      <h1>There is no such page</h1>
      <p>The address may be cut off. The releases are a good place to begin again.</p>
    </>
  )
}

/** What a person types to make the first thing appear. */
export function FirstStep({ command }: { readonly command: string }): ReactNode {
  return (
    <>
      <p>Or type this where your checklist lies:</p>
      <Command text={command} />
    </>
  )
}
