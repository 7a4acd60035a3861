// Ends something for ever, with a reason that goes into the ledger: asked for in a second step.
import { useState } from 'react'
import type { ReactNode } from 'react'

interface EndingTerms {
  /** What is ended, for those who hear the button instead of seeing where it stands. */
  readonly what: string
  /** What the first button says. */
  readonly verb?: string
  readonly isBusy: boolean
  /** Other buttons beside the first one. */
  readonly children?: ReactNode
  onEnd(reason: string): void
}

export function Ending({ what, verb = 'Revoke', isBusy, children, onEnd }: EndingTerms): ReactNode {
  const [isEnding, ask] = useState(false)
  const [reason, say] = useState('')
  if (!isEnding)
    return (
      <span className="buttons">
        {children}
        <button type="button" aria-label={`${verb} ${what}`} onClick={() => ask(true)}>
          {verb}
        </button>
      </span>
    )
  return (
    <form
      className="buttons"
      onSubmit={(event) => {
        event.preventDefault()
        onEnd(reason.trim())
      }}
    >
      <label>
        Why it ends
        <input
          name="reason"
          value={reason}
          required
          maxLength={500}
          onChange={(event) => say(event.target.value)}
        />
      </label>
      <button type="submit" className="primary" disabled={isBusy}>
        End it
      </button>
      <button type="button" onClick={() => ask(false)}>
        Leave it
      </button>
    </form>
  )
}
