// Holds the reviews of the plan that a decision used against the ones that people signed and the ledger recorded.
import { canonicalize } from '../kernel/index.ts'
import { isSecondEdition } from '../verdict/index.ts'
import type { PlanReview } from '../verdict/index.ts'
import type { BundleContents } from './contents.ts'
import type { Inspection } from './inspection.ts'
import type { ProvenStatement } from './statements.ts'

/** Neither may a review be made up, nor a recorded one left out. */
export function inspectPlanReviews(
  inspection: Inspection,
  { inputs }: BundleContents,
  statements: readonly ProvenStatement[],
): void {
  if (!isSecondEdition(inputs)) {
    inspection.leaveOpen(
      'What later editions of the rules ask for: the decision was taken under the first.',
    )
    return
  }
  const shown = statements.flatMap((statement): PlanReview[] => {
    const { id, key, entry } = statement
    const isOfPlan =
      statement.kind === 'approval' &&
      statement.predicate.what === 'plan' &&
      statement.predicate.digest === inputs.plan
    if (!isOfPlan || entry.seq >= inputs.checkpoint.size) return []
    const { principal, person } = key
    return [{ principal, ...(person === undefined ? {} : { person }), statement: id }]
  })
  const said = inputs.planReviews ?? []
  const sorted = (reviews: readonly PlanReview[]): readonly PlanReview[] =>
    reviews.toSorted((a, b) => (a.statement < b.statement ? -1 : 1))
  if (canonicalize(sorted(shown)) === canonicalize(sorted(said))) return
  inspection.find(
    'VERIFY_REVIEW_DIFFERS',
    `expected the ${shown.length} reviews of the plan that people signed, the decision used ${said.length} or others`,
    'decision-inputs.json',
  )
}
