// The form of a plan's review: what exactly is signed, that it was read, and the press that signs it.
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { Plan, Who } from '../answers.ts'
import { faultOf } from '../board-fault.ts'
import type { OwnKey } from '../operations-answers.ts'
import { ActNote, useAct } from '../parts/act.tsx'
import { addressOfForm } from '../parts/form-place.tsx'
import { SignsAs } from '../parts/signs-as.tsx'
import { WordForm } from '../parts/word-form.tsx'
import type { PlanAnswer } from '../plan-answers.ts'
import { KEY_OVER, reviewPlan } from '../signing.ts'
import type { Signed } from '../signing.ts'
import { countOf } from '../words.ts'

/** Its name on the page of the plan. */
export const FORM = 'review'

interface FormTerms {
  readonly who: Who
  readonly answer: PlanAnswer
  /** That this browser holds; undefined where one is made. */
  readonly ownKey: OwnKey | undefined
  onSigned(signed: Signed): void
  /** The key turned out to be over, or another one than was shown. */
  onKey(): void
}

export function PlanReviewForm({ who, answer, ownKey, onSigned, onKey }: FormTerms): ReactNode {
  const act = useAct()
  const [isRead, read] = useState(false)
  const { plan, planHash } = answer
  const sign = (): void =>
    act.run(async () => {
      try {
        onSigned(await reviewPlan({ who, ownKey }, answer))
      } catch (thrown) {
        if (KEY_OVER.includes(faultOf(thrown).code)) onKey()
        throw thrown
      }
      return undefined
    })
  return (
    <WordForm onSign={sign}>
      <section aria-labelledby="what-is-reviewed">
        <h4 id="what-is-reviewed">What you sign</h4>
        <dl className="facts">
          <dt>Plan of</dt>
          <dd>
            {plan.service} {plan.version} for {plan.environment}
          </dd>
          <dt>All of it as</dt>
          <dd>
            <code>{planHash}</code>
          </dd>
        </dl>
      </section>
      <p className="meaning">{meaningOf(plan)}</p>
      <label className="tick">
        <input type="checkbox" checked={isRead} onChange={(event) => read(event.target.checked)} />I
        have read what each gate does
      </label>
      <SignsAs {...{ who, ownKey, act }} to={addressOfForm(FORM)} />
      <p>
        <button type="submit" className="primary" disabled={act.isBusy || !isRead}>
          Sign the review
        </button>
      </p>
      <ActNote act={act} to={addressOfForm(FORM)} />
    </WordForm>
  )
}

/** What a review really vouches for: scripts of which nobody proved that they only read. */
function meaningOf({ gates }: Plan): string {
  const vouched = gates.filter(
    ({ check, effect, provenRead }) => check.type === 'command' && effect === 'read' && !provenRead,
  ).length
  const word = 'You say that you read this plan and that runners may run what it says it reads'
  const rest = 'Gates that do more are shown and confirmed each time, whoever reviewed them.'
  if (vouched === 0) return `${word}. ${rest}`
  const verb = vouched === 1 ? 'is' : 'are'
  return `${word}: ${countOf(vouched, 'command')} that ${verb} not proven to only read will run on your word. ${rest}`
}
