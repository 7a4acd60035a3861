// Every question about checklists and plans that the board asks the server.
import { asking } from './api.ts'
import type { Draft } from './drafts.ts'
import type { ImportedDocument, PlanAnswer } from './plan-answers.ts'

const { client, pathOf, queryOf, read } = asking

/** What of a draft the server is asked with. */
export type Asked = Omit<Draft, 'id' | 'savedAtMs' | 'planHash'>

export const plans = {
  plan: (planHash: string) =>
    read<PlanAnswer>(pathOf('plans', planHash) + queryOf({ reach: 'yes' })),
  /** The plan that would be pinned; nothing is stored or run. */
  draft: (asked: Asked) =>
    client.upload<PlanAnswer>('POST', pathOf('plan-drafts') + planQueryOf(asked), asked.bytes),
  /** What the document holds, before anybody decided anything; nothing is stored or run. */
  recognise: ({ name, bytes, gates }: Pick<Asked, 'name' | 'bytes' | 'gates'>) =>
    client.upload<ImportedDocument>(
      'POST',
      pathOf('imports') + queryOf({ name, gates: gates.join(',') }),
      bytes,
    ),
  pin: (asked: Asked) =>
    client.upload<PlanAnswer>('POST', pathOf('plans') + planQueryOf(asked), asked.bytes),
} as const

function planQueryOf({ name, isPlan, service, version, environment, gates }: Asked): string {
  // A plan file names its release itself.
  const naming = isPlan ? {} : { service, version, environment, gates: gates.join(',') }
  return queryOf({ name, kind: isPlan ? 'plan' : undefined, ...naming, reach: 'yes' })
}
