// A pinned plan: what it does, who reviewed it, and a run of it.
import type { ReactNode } from 'react'
import { useLive } from '../live.ts'
import { EvidenceLink } from '../parts/digest.tsx'
import { Loaded, useTitle } from '../parts/state.tsx'
import { plans } from '../plans-api.ts'
import { addressOfRelease, Link } from '../routes.tsx'
import { countOf } from '../words.ts'
import { PlanView } from './plan-view.tsx'
import { StartRun } from './start-run.tsx'

export function PlanPage({ planHash }: { readonly planHash: string }): ReactNode {
  useTitle('Plan')
  const plan = useLive(`plan ${planHash}`, () => plans.plan(planHash))
  return (
    <>
      <p className="crumb">
        <Link to="/import">Import</Link> / <span>pinned plan</span>
      </p>
      <h1>Plan</h1>
      <Loaded live={plan} what="the plan">
        {(answer) => (
          <>
            <p>
              of{' '}
              <Link
                to={addressOfRelease(answer.plan)}
              >{`${answer.plan.service} ${answer.plan.version}`}</Link>{' '}
              for {answer.plan.environment}, pinned as <EvidenceLink digest={answer.planHash} />.{' '}
              {answer.reviewers.length === 0
                ? 'Nobody has reviewed it.'
                : `Reviewed by ${countOf(answer.reviewers.length, 'person', 'people')}.`}
            </p>
            <StartRun
              plan={answer.plan}
              planHash={answer.planHash}
              isReviewed={answer.reviewers.length > 0}
            />
            <h2>What it does</h2>
            <PlanView answer={answer} />
          </>
        )}
      </Loaded>
    </>
  )
}
