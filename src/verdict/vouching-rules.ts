// Rules about whose word counts: a plan that somebody looked at, and facts that the change's own author did not enter.
import type { Case } from './case.ts'
import { isSecondEdition } from './edition.ts'
import type { DecisionInputs, Reason } from './model.ts'

/**
 * Rule 6, where the policy asks for it: whoever brings a plan also brings its gates and its roles, so somebody but the
 * author has to have reviewed this very one.
 */
export function planReviewReasons({ inputs }: Case): Reason[] {
  if (inputs.policy.planReviewed !== true || isReviewedByAnother(inputs)) return []
  const isOwn = (inputs.planReviews ?? []).length > 0
  const text = isOwn
    ? 'only the author of the change reviewed the plan'
    : 'nobody reviewed the plan'
  const flip = 'Somebody other than the author reviews the plan: seaworthy plan review.'
  return [{ rule: '7.6-plan-review', text, flip }]
}

/** Said of a Go where nobody but the author saw the plan: neither a review nor a sign-off of another person. */
export function planReviewNotes({ inputs, quorum }: Case): string[] {
  const isSeen = quorum.approvers.length > 0 || isReviewedByAnother(inputs)
  if (!isSecondEdition(inputs) || isSeen) return []
  return ['nobody but the author reviewed the plan or signed the release off']
}

function isReviewedByAnother({ author, planReviews }: DecisionInputs): boolean {
  return (planReviews ?? []).some((each) => (each.person ?? each.principal) !== author)
}

/** Why what a person entered about the surroundings of a release does not count: it is for the author's own change. */
export function isOwnWord(inputs: DecisionInputs, person: string | undefined): boolean {
  return isSecondEdition(inputs) && person !== undefined && person === inputs.author
}
