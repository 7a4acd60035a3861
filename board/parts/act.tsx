// Something a reader does with a press: one at a time, and what came of it in words beside it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { faultOf } from '../live.ts'
import type { Fault } from '../live.ts'

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
      tell({ ...QUIET, fault: faultOf(thrown) })
    }
  }
  return { ...state, run: (work) => void run(work).catch(reportError) }
}

const QUIET = { isBusy: false, fault: undefined, done: undefined } as const

/** Says what came of it, also to those who do not see it. */
export function ActNote({ act }: { readonly act: Act }): ReactNode {
  const { fault, done, isBusy } = act
  return (
    <div aria-live="polite">
      {isBusy ? <p className="soft">Asking the server …</p> : null}
      {done === undefined ? null : <p className="done-note">{done}</p>}
      {fault === undefined ? null : (
        <p className="refusal">
          {fault.status === 403 ? 'Your key may not do this: ' : `${fault.title}: `}
          {fault.text}. {fault.status === 403 ? '' : fault.hint}{' '}
          <span className="code">{fault.code}</span>
        </p>
      )}
    </div>
  )
}
