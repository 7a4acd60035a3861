// Built-in checks about plans and runs: who reviewed what runs, and whether the clocks of runner and control plane agree.
import type { BuiltinCheck, CheckDescription, Sql } from '../kernel/index.ts'
import { selectClockDifferences } from './clock-differences.ts'
import { selectReviewers } from './store.ts'

const PLAN_REVIEWED = {
  name: 'gates-plan-reviewed',
  summary: 'Who signed the plan that this run follows, after reading it',
  parameters: {},
  fields: {
    reviewers: 'ids of the people, each once',
    count: 'how many they are',
  },
} satisfies CheckDescription

const CLOCK_SKEW = {
  name: 'gates-clock-skew',
  summary:
    'How far the runner’s clock is from the control plane’s, over the results of this run so far',
  parameters: {},
  fields: {
    samples: 'results that were compared; with none there is nothing to say',
    aheadMs:
      'how far ends of attempts lay in the control plane’s future at most, in milliseconds; null without a sample',
    behindMs:
      'longest time between the end of an attempt and its record, in milliseconds: what a clock lags, and the time the way took; null without a sample',
  },
} satisfies CheckDescription

export const GATES_CHECKS: readonly CheckDescription[] = [PLAN_REVIEWED, CLOCK_SKEW]

export function makeGatesChecks({ sql }: { readonly sql: Sql }): readonly BuiltinCheck[] {
  return [
    {
      ...PLAN_REVIEWED,
      async collect({ tenantId, planHash }) {
        const reviewers = await sql.transaction({ tenantId }, (tx) =>
          selectReviewers(tx, tenantId, planHash),
        )
        const people = [...new Set(reviewers)].sort()
        return { reviewers: people, count: people.length }
      },
    },
    {
      ...CLOCK_SKEW,
      async collect({ tenantId, runId }) {
        const { samples, aheadMs, behindMs } = await sql.transaction({ tenantId }, (tx) =>
          selectClockDifferences(tx, tenantId, runId),
        )
        return { samples, aheadMs, behindMs }
      },
    },
  ]
}
