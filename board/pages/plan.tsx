// A pinned plan: what it does, who reviewed it, and a run of it.
import { lazy, Suspense, useState } from 'react'
import type { ReactNode } from 'react'
import { api } from '../api.ts'
import type { Plan } from '../answers.ts'
import { useLive } from '../live.ts'
import { EvidenceLink } from '../parts/digest.tsx'
import { ReleaseZone } from '../parts/moment.tsx'
import { Loaded, Loading, useTitle } from '../parts/state.tsx'
import { plans } from '../plans-api.ts'
import { addressOfRelease, Link } from '../routes.tsx'
import { toldOfFacts } from '../rhythms.ts'
import { countOf } from '../words.ts'
import { Findings } from './findings.tsx'
import { PlanView } from './plan-view.tsx'
import { StartRun } from './start-run.tsx'

/** Loaded for people who signed in, with what signs; whoever came with a key signs where they keep theirs. */
const PlanReview = lazy(() =>
  import('./plan-review.tsx').then((it) => ({ default: it.PlanReview })),
)

const REFRESH_MS = 20_000

export function PlanPage({ planHash }: { readonly planHash: string }): ReactNode {
  useTitle('Plan')
  const [reviewCount, count] = useState(0)
  const plan = useLive(
    `plan ${planHash}`,
    () => plans.plan(planHash),
    toldOfFacts(REFRESH_MS, 'plan'),
    reviewCount,
  )
  return (
    <>
      <p className="crumb">
        <Link to="/import">Import</Link> / <span>pinned plan</span>
      </p>
      <h1>Plan</h1>
      <Loaded live={plan} what="the plan">
        {(answer) => (
          <ZoneOfService service={answer.plan.service}>
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
            <PlanFindings plan={answer.plan} />
            <Suspense fallback={<Loading what="the review" />}>
              <PlanReview answer={answer} onReviewed={() => count((before) => before + 1)} />
            </Suspense>
          </ZoneOfService>
        )}
      </Loaded>
    </>
  )
}

/** A plan names no zone: the rules of its service do. */
function ZoneOfService({
  service,
  children,
}: {
  readonly service: string
  readonly children: ReactNode
}): ReactNode {
  const register = useLive(`register ${service}`, () => api.register(service))
  return <ReleaseZone value={register.value?.policy.timezone}>{children}</ReleaseZone>
}

/** Read again from the bytes that the plan was made of. */
function PlanFindings({ plan }: { readonly plan: Plan }): ReactNode {
  const { name, sha256, gates = [] } = plan.source
  const document = useLive(`findings ${sha256}`, async () =>
    plans.recognise({ name, gates, bytes: await api.evidence(sha256) }),
  )
  if (document.fault?.status === 404)
    return (
      <p className="soft">
        The checklist itself is not kept here, because the plan came as a plan file. Commands that
        may exit 0 while their gate is false are tagged{' '}
        <span className="tag">may pass although false</span> above.
      </p>
    )
  return (
    <Loaded live={document} what="what the lint says">
      {(found) => <Findings document={found} />}
    </Loaded>
  )
}
