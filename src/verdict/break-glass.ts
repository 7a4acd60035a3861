// Break-glass: a Go that a named person takes upon themselves, loud in the verdict, and blocking until somebody else reviewed it.
import type { Outcome } from './case.ts'
import { describeInstant } from './instant.ts'
import type { DecisionInputs, Reason } from './model.ts'
import type { BreakGlass } from './people-model.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

/** Rules that no broken glass overrides: an unreviewed one would otherwise excuse the next for ever. */
const REVIEW_RULES: ReadonlySet<string> = new Set(['7.5-after-review', '7.6-after-review'])

/** The glass that is broken for this release and in force, where the verdict needs it; the first by time. */
export function glassFor(ruled: Outcome, inputs: DecisionInputs): BreakGlass | undefined {
  if (ruled.value !== 'NO_GO' && ruled.value !== 'NOT_READY') return undefined
  if (ruled.reasons.some((reason) => REVIEW_RULES.has(reason.rule))) return undefined
  return (inputs.breakGlass ?? [])
    .filter(
      (each) =>
        each.version === inputs.subject.version &&
        each.reason.trim() !== '' &&
        each.atMs <= inputs.asOfMs + CLOCK_SKEW_LIMIT_MS &&
        inputs.asOfMs < each.expiresAtMs,
    )
    .toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))[0]
}

/** The outcome in spite of everything that blocks; what it overrides stays listed. */
export function breakOpen(ruled: Outcome, glass: BreakGlass): Outcome {
  const until = describeInstant(glass.reviewDueAtMs)
  return {
    value: 'GO_WITH_WAIVERS',
    used: ruled.used,
    reasons: [
      {
        rule: 'break-glass',
        text: `BREAK-GLASS ${glass.id}: ${glass.principal} goes in spite of ${ruled.value} and the ${ruled.reasons.length} reasons below: ${glass.reason}`,
        flip: `Remove the reasons below. Somebody other than ${glass.principal} reviews this by ${until}.`,
      },
      ...ruled.reasons,
    ],
  }
}

/** A glass broken for another version blocks until somebody else reviewed it: rule 6 in time, rule 5 when overdue. */
export function glassReasons(inputs: DecisionInputs): Reason[] {
  return (inputs.breakGlass ?? []).flatMap((each) => {
    if (each.version === inputs.subject.version) return []
    if (each.reviewedBy !== undefined && each.reviewedBy !== each.principal) return []
    const isOverdue = inputs.asOfMs >= each.reviewDueAtMs
    return [
      {
        rule: isOverdue ? '7.5-after-review' : '7.6-after-review',
        text: `break-glass ${each.id} of ${each.version} by ${each.principal} has no review (due ${describeInstant(each.reviewDueAtMs)}): ${each.reason}`,
        flip: `Somebody other than ${each.principal} reviews ${each.id}.`,
      },
    ]
  })
}
