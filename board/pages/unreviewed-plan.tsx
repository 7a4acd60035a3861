// What a plan that nobody reviewed waits for: the exact words that make the same plan from the checklist, and sign it.
import type { ReactNode } from 'react'
import { shellWordOf } from '../../src/client/index.ts'
import type { Plan } from '../answers.ts'
import { Command } from '../parts/copy.tsx'

export function UnreviewedPlan({ plan }: { readonly plan: Plan }): ReactNode {
  return (
    <div className="state">
      <h3>Nobody has reviewed this plan yet</h3>
      <p>
        Runners execute reviewed plans only. Somebody makes the same plan where the checklist lies,
        reads it, and signs it with their own key:
      </p>
      <Command text={planCommand(plan)} />
      <Command text="npx seaworthy plan review release.plan.yaml --as YOU" />
    </div>
  )
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
