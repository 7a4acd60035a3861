// Editions of the decision's rules: a decision names the one it was taken under, so that old ones replay for ever.
import type { DecisionInputs } from './model.ts'

/**
 * The edition that new decisions are taken under. Against the first, which names no edition: a risk counts as closed only
 * when somebody but the closer vouched for its closure test; a Go ends with whatever it rests on first; decisions over one
 * review use a waiver once; what the author of the change entered about error budget and roster does not count; a condition
 * does not hold what no waiver may cover; outcomes of the change advisory board and late steps of a planned launch count.
 * Against the second: a condition holds a gate that was seen to fail only over the sign-offs of two people, and for thirty days at most.
 * Against the third: a glass broken again for a version has no force before somebody else reviewed the one before.
 */
export const RULES_EDITION = 4
/** The first edition that decisions name. */
export const SECOND_EDITION = 2
/** A later edition keeps its rules. */
const THIRD_EDITION = 3
const FOURTH_EDITION = 4

export function isSecondEdition(inputs: Pick<DecisionInputs, 'edition'>): boolean {
  return (inputs.edition ?? 1) >= SECOND_EDITION
}

export function isThirdEdition(inputs: Pick<DecisionInputs, 'edition'>): boolean {
  return (inputs.edition ?? 1) >= THIRD_EDITION
}

export function isFourthEdition(inputs: Pick<DecisionInputs, 'edition'>): boolean {
  return (inputs.edition ?? 1) >= FOURTH_EDITION
}
