// Ends a runner for ever: what that does is shown first, and why it is done goes into the ledger.
import { useId, useState } from 'react'
import type { ReactNode } from 'react'
import type { Principal } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { runnerDesk } from '../runners-api.ts'
import { countOf } from '../words.ts'

interface RevokeTerms {
  readonly runner: Principal
  readonly waitingCount: number
  onPress(): void
}

export function RevokeRunner({ runner, waitingCount, onPress }: RevokeTerms): ReactNode {
  const [isShown, show] = useState(false)
  const [reason, say] = useState('')
  const act = useAct()
  const title = useId()
  const { id, displayName } = runner
  const revoke = (): void =>
    act.run(async () => {
      await runnerDesk.revoke(id, reason.trim())
      onPress()
      return undefined
    })
  if (!isShown)
    return (
      <button type="button" aria-label={`Revoke … ${displayName}`} onClick={() => show(true)}>
        Revoke …
      </button>
    )
  return (
    <form
      className="revoke"
      aria-labelledby={title}
      onSubmit={(event) => {
        event.preventDefault()
        revoke()
      }}
    >
      <p id={title}>
        <strong>{displayName} would be over, for ever.</strong> Nothing that its key signs is
        accepted from then on
        {waitingCount > 0
          ? `, and ${countOf(waitingCount, 'place')} where it waits gets nothing more`
          : ''}
        . What was accepted stands. To use the machine again it is enrolled anew.
      </p>
      <label>
        Why
        <input
          name="reason"
          value={reason}
          required
          maxLength={500}
          onChange={(event) => say(event.target.value)}
        />
      </label>
      <p className="buttons">
        <button type="submit" disabled={act.isBusy}>
          Revoke it for ever
        </button>
        <button type="button" onClick={() => show(false)}>
          Leave it
        </button>
      </p>
      <ActNote act={act} />
    </form>
  )
}
