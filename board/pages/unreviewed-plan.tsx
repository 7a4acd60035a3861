// What a plan that nobody reviewed waits for: a review on its page, or the exact words that make the same plan from the checklist and sign it.
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import type { Plan } from '../answers.ts'
import { Command } from '../parts/copy.tsx'
import { addressOf, Link } from '../routes.tsx'

/** For whoever came with a key, which opens the board and signs nothing. */
export function UnreviewedPlan({ plan }: { readonly plan: Plan }): ReactNode {
  return (
    <div className="state">
      <h3>Nobody has reviewed this plan yet</h3>
      <p>
        Runners execute reviewed plans only. People who signed in review it on this page. Everybody
        else makes the same plan where the checklist lies, reads it, and signs it with their own
        key:
      </p>
      <Command text={planCommand(plan)} />
      <Command text="npx seaworthy plan review release.plan.yaml --as YOU" />
    </div>
  )
}

interface WaitsTerms {
  readonly planHash: string
  /** The form is further down on this page. */
  readonly isHere: boolean
}

/** For whoever is signed in. */
export function WaitsForReview({ planHash, isHere }: WaitsTerms): ReactNode {
  return (
    <div className="state">
      <h3>Nobody has reviewed this plan yet</h3>
      <p>Runners execute reviewed plans only. Read what each gate does, then sign that you did.</p>
      <p>
        {isHere ? (
          <a href="#review">Review it below</a>
        ) : (
          <Link to={addressOf('plans', planHash)}>Review it on its page</Link>
        )}
      </p>
    </div>
  )
}

/** Makes the plan and signs it, on the person's own machine. */
export function reviewCommand(plan: Plan): string {
  return `${planCommand(plan)} && npx seaworthy plan review release.plan.yaml --as YOU`
}

/** Named as the plan was, so that it is pinned under the same hash. */
function planCommand({ service, version, environment, source }: Plan): string {
  const terms = [
    source.name,
    '--service',
    service,
    '--release-version',
    version,
    '--environment',
    environment,
    ...(source.gates === undefined ? [] : ['--gates', source.gates.join(',')]),
    '--out',
    'release.plan.yaml',
  ]
  return `npx seaworthy plan ${terms.map(shellWordOf).join(' ')}`
}
