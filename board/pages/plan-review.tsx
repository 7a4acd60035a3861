// Who reviewed a plan, what a runner has to believe of them, and the review of whoever is signed in.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { api, operations } from '../api.ts'
import { useLive } from '../live.ts'
import type { Principal } from '../operations-answers.ts'
import { FormPlace } from '../parts/form-place.tsx'
import { Loaded } from '../parts/state.tsx'
import type { PlanAnswer } from '../plan-answers.ts'
import { toldOfFacts } from '../rhythms.ts'
import { useSession } from '../session.ts'
import type { Signed } from '../signing.ts'
import { FORM, PlanReviewForm } from './plan-review-form.tsx'
import { SignedNote } from './signed-note.tsx'
import { reviewCommand } from './unreviewed-plan.tsx'
import { WithKey } from './with-key.tsx'

/** Also how soon somebody reads that their proof has grown old. */
const WHO_MS = 20_000

interface ReviewTerms {
  readonly answer: PlanAnswer
  /** Somebody reviewed it here. */
  onReviewed(): void
}

export function PlanReview({ answer, onReviewed }: ReviewTerms): ReactNode {
  const { person } = useSession()
  const { reviewers } = answer
  return (
    <section aria-labelledby="review">
      <h2 id="review">Review</h2>
      {reviewers.length === 0 ? (
        <p className="soft">Nobody has reviewed it yet.</p>
      ) : (
        <Reviewers reviewers={reviewers} />
      )}
      {person === undefined ? null : (
        <OwnReview key={person.id} answer={answer} onReviewed={onReviewed} />
      )}
    </section>
  )
}

function OwnReview({ answer, onReviewed }: ReviewTerms): ReactNode {
  const [signed, hand] = useState<Signed>()
  const [changeCount, count] = useState(0)
  const who = useLive('who', api.who, WHO_MS, changeCount)
  const onKey = (): void => count((before) => before + 1)
  const onSigned = (given: Signed): void => {
    hand(given)
    onKey()
    onReviewed()
  }
  return (
    <FormPlace form={FORM} labelledBy="your-review">
      <h3 id="your-review">Your review</h3>
      {signed === undefined ? null : (
        <SignedNote tone="go" said="You reviewed this plan" signed={signed}>
          <p>
            What only reads may run now; whatever does more is still shown and confirmed each time.{' '}
            <a href="#start-run">Start a run</a>
          </p>
        </SignedNote>
      )}
      <Loaded live={who} what="who you are">
        {(person) => (
          <WithKey
            who={person}
            command={reviewCommand(answer.plan)}
            changeCount={changeCount}
            onKey={onKey}
          >
            {(ownKey) => {
              const isDone = answer.reviewers.some((id) => id === idOfKey(ownKey?.keyId))
              if (!isDone && signed === undefined)
                return <PlanReviewForm {...{ who: person, answer, ownKey, onSigned, onKey }} />
              return signed === undefined ? (
                <p>You reviewed it with the key of this browser.</p>
              ) : null
            }}
          </WithKey>
        )}
      </Loaded>
    </FormPlace>
  )
}

/** The id that a key gives a person. */
function idOfKey(keyId: string | undefined): string | undefined {
  return keyId === undefined ? undefined : `person-${keyId.slice(0, 16)}`
}

function Reviewers({ reviewers }: { readonly reviewers: readonly string[] }): ReactNode {
  const principals = useLive(
    'principals',
    operations.principals,
    toldOfFacts(WHO_MS, 'principal', 'account'),
  )
  return (
    <>
      <p>
        Reviewed by{' '}
        {reviewers.map((id, at) => (
          <span key={id}>
            {at === 0 ? '' : ', '}
            {nameIn(principals.value, id)} (<code>{id}</code>)
          </span>
        ))}
        .
      </p>
      <p className="soft">
        A runner checks the signature itself. One that was started without <code>--reviewer</code>{' '}
        believes everybody who is registered here; one that names whom it believes runs this plan
        only where it was started with <code>--reviewer {reviewers[0]}</code>.
      </p>
    </>
  )
}

function nameIn(all: readonly Principal[] | undefined, id: string): string {
  return all?.find((each) => each.id === id)?.displayName ?? 'somebody'
}
