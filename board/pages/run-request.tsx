// Where a request for a run stands, in one sentence, with what a reader may do about it.
import type { ReactNode } from 'react'
import { runs } from '../api.ts'
import type { Plan } from '../answers.ts'
import { isOpenRequest } from '../run-answers.ts'
import type { RunRequest } from '../run-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { Mark } from '../parts/mark.tsx'
import { Moment } from '../parts/moment.tsx'
import { addressOfRelease, Link } from '../routes.tsx'
import type { Tone } from '../words.ts'

const STATES: Readonly<
  Record<RunRequest['state'], { readonly tone: Tone; readonly word: string }>
> = {
  waiting: { tone: 'wait', word: 'Waits for a runner' },
  claimed: { tone: 'calm', word: 'A runner took it' },
  running: { tone: 'calm', word: 'Runs' },
  finished: { tone: 'go', word: 'Ran to its end' },
  abandoned: { tone: 'stop', word: 'Cut off' },
  declined: { tone: 'stop', word: 'Declined by the runner' },
  expired: { tone: 'wait', word: 'Nobody took it' },
  cancelled: { tone: 'calm', word: 'Cancelled' },
}

interface RequestTerms {
  readonly request: RunRequest
  readonly plan: Plan
  readonly isHere: boolean
  onPress(): void
}

export function RequestNote({ request, plan, isHere, onPress }: RequestTerms): ReactNode {
  const act = useAct()
  const { state, reason, askedAt, expiresAt, runId, isCancelAsked } = request
  const { tone, word } = STATES[state]
  const isOpen = isOpenRequest(request)
  const cancel = (): void =>
    act.run(async () => {
      await runs.cancel(request.requestId)
      onPress()
      return state === 'running' ? 'The runner is told, and stops within seconds.' : undefined
    })
  return (
    <div className="request-note">
      <p aria-live="polite">
        <Mark tone={tone} className={state === 'running' ? 'running' : ''}>
          {word}
        </Mark>{' '}
        <span className="soft">
          asked for <Moment at={askedAt} />
          {state === 'waiting' ? (
            <>
              , until <Moment at={expiresAt} />
            </>
          ) : null}
        </span>
      </p>
      {reason === null ? null : <p>{reason}.</p>}
      <p className="buttons">
        {runId === null || isHere ? null : (
          <Link to={addressOfRelease(plan)}>
            {state === 'running' ? 'Watch it live' : 'See what it came to'}
          </Link>
        )}
        {isOpen ? (
          <button type="button" disabled={act.isBusy || isCancelAsked} onClick={cancel}>
            {isCancelAsked ? 'Being cancelled' : 'Cancel it'}
          </button>
        ) : null}
      </p>
      <ActNote act={act} />
    </div>
  )
}
