// Break-glass: a Go that a named person takes upon themselves, loud in the verdict, and blocking until somebody else reviewed it.
import type { Outcome } from './case.ts'
import { isFourthEdition } from './edition.ts'
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
  return forcefulGlasses(inputs).find(
    ({ atMs, expiresAtMs }) =>
      atMs <= inputs.asOfMs + CLOCK_SKEW_LIMIT_MS && inputs.asOfMs < expiresAtMs,
  )
}

/** Notes on glasses that were broken again before somebody else looked at the one before. */
export function glassNotes(inputs: DecisionInputs): string[] {
  const forceful = forcefulGlasses(inputs)
  const waiting = forceful.at(-1)
  return glassesOf(inputs)
    .filter((each) => !forceful.includes(each))
    .map((each) => `break-glass ${each.id} has no force: ${waiting?.id} waits for a review`)
}

// One person alone would otherwise hold a release open for ever, one glass after the other.
function forcefulGlasses(inputs: DecisionInputs): readonly BreakGlass[] {
  const glasses = glassesOf(inputs)
  const waiting = isFourthEdition(inputs) ? glasses.findIndex((each) => !isReviewed(each)) : -1
  return waiting < 0 ? glasses : glasses.slice(0, waiting + 1)
}

/** Those of this version that state a reason, by time. */
function glassesOf({ breakGlass = [], subject }: DecisionInputs): readonly BreakGlass[] {
  return breakGlass
    .filter((each) => each.version === subject.version && each.reason.trim() !== '')
    .toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
}

function isReviewed({ reviewedBy, principal }: BreakGlass): boolean {
  return reviewedBy !== undefined && reviewedBy !== principal
}

/** The outcome in spite of everything that blocks; what it overrides stays listed. */
export function breakOpen(ruled: Outcome, glass: BreakGlass): Outcome {
  const review = isReviewed(glass)
    ? `${glass.reviewedBy} reviewed this.`
    : `Somebody other than ${glass.principal} reviews this by ${describeInstant(glass.reviewDueAtMs)}.`
  return {
    value: 'GO_WITH_WAIVERS',
    used: ruled.used,
    reasons: [
      {
        rule: 'break-glass',
        text: `BREAK-GLASS ${glass.id}: ${glass.principal} goes in spite of ${ruled.value} and the ${ruled.reasons.length} reasons below: ${glass.reason}`,
        flip: `What is listed after this is mended, and the release decided again. ${review}`,
      },
      ...ruled.reasons,
    ],
  }
}

/** A glass broken for another version blocks until somebody else reviewed it: rule 6 in time, rule 5 when overdue. */
export function glassReasons(inputs: DecisionInputs): Reason[] {
  return (inputs.breakGlass ?? []).flatMap((each) => {
    if (each.version === inputs.subject.version) return []
    if (isReviewed(each)) return []
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
