// How long a person may still give their word, said before the press where it would be refused.
import type { ReactNode } from 'react'
import type { Who } from '../answers.ts'
import { serverNow } from '../reach.ts'
import { Moment } from './moment.tsx'
import { ProveAgain } from './prove-again.tsx'

interface AgeTerms {
  readonly who: Who
  /** Where the person comes back to. */
  readonly to: string
  /** Just before the page is left. */
  onLeave?(): void
}

/** There are issuers that do not tell when they last asked for a proof. */
const UNKNOWN = 'It is not known when you last proved who you are.'

/** Clocks are never quite the same, so the press stays possible. */
export function ProofAge({ who, ...leaving }: AgeTerms): ReactNode {
  const until = who.session?.provenUntil ?? null
  if (until !== null && Date.parse(until) > serverNow())
    return (
      <p className="soft">
        You may sign until <Moment at={until} />; after that you are asked to sign in again.
      </p>
    )
  return (
    <p className="stale-note">
      {until === null ? UNKNOWN : 'It is too long since you signed in.'}{' '}
      <ProveAgain {...leaving}>Sign in again and come back here</ProveAgain>: what you wrote is
      kept.
    </p>
  )
}
