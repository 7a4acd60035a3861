// Something a reader does with a press: one at a time, and what came of it in words beside it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { faultOfPress } from '../board-fault.ts'
import type { Fault } from '../board-fault.ts'
import { useSession } from '../session.ts'
import { ProveAgain } from './prove-again.tsx'

export interface Act {
  readonly isBusy: boolean
  readonly fault: Fault | undefined
  /** What was done; undefined while nothing was. */
  readonly done: string | undefined
  /** @param work says what was done; absent answers say nothing */
  run(work: () => Promise<string | undefined>): void
}

export function useAct(): Act {
  const [state, tell] = useState<Omit<Act, 'run'>>(QUIET)
  const run = async (work: () => Promise<string | undefined>): Promise<void> => {
    tell({ ...QUIET, isBusy: true })
    try {
      tell({ ...QUIET, done: await work() })
    } catch (thrown) {
      tell({ ...QUIET, fault: faultOfPress(thrown) })
    }
  }
  return { ...state, run: (work) => void run(work).catch(reportError) }
}

const QUIET = { isBusy: false, fault: undefined, done: undefined } as const

interface NoteTerms {
  readonly act: Act
  /** Where a person comes back to who has to prove again who they are; absent = where they are. */
  readonly to?: string
  onLeave?(): void
}

/** Says what came of it, also to those who do not see it. */
export function ActNote({ act, ...leaving }: NoteTerms): ReactNode {
  const { fault, done, isBusy } = act
  return (
    <div aria-live="polite">
      {isBusy ? <p className="soft">Asking the server …</p> : null}
      {done === undefined ? null : <p className="done-note">{done}</p>}
      {fault === undefined ? null : <Refusal fault={fault} {...leaving} />}
    </div>
  )
}

function Refusal({
  fault,
  ...leaving
}: Omit<NoteTerms, 'act'> & { readonly fault: Fault }): ReactNode {
  const { code, title, text, hint, status } = fault
  const { person } = useSession()
  if (code === 'WEB_PROOF_TOO_OLD' && person !== undefined)
    return (
      <p className="refusal">
        {title}: it is too long since you signed in for a word of yours.{' '}
        <ProveAgain {...leaving}>Sign in again and come back here</ProveAgain>.{' '}
        <span className="code">{code}</span>
      </p>
    )
  // What the edge refuses is a matter of rights; the rooms behind it say what to do.
  const isRight = status === 403 && code.startsWith('WEB_')
  const head = person === undefined ? 'Your key may not do this' : 'You may not do this'
  return (
    <p className="refusal">
      {isRight ? head : title}: {text}. {isRight ? '' : hint} <span className="code">{code}</span>
    </p>
  )
}
