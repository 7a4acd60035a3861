// What the rules of a decision read, worked out once from plan and inputs.
import type { Condition, ConditionState, DecisionInputs, Waiver } from './model.ts'
import type { Plan } from './plan-model.ts'
import type { Quorum } from './quorum.ts'
import type { Standings } from './standing.ts'

/** Every condition with its state, by id. */
export type ConditionStates = readonly {
  readonly condition: Condition
  readonly state: ConditionState
}[]

export interface Case {
  readonly plan: Plan
  readonly inputs: DecisionInputs
  /** Raw status of every gate at `asOf`. */
  readonly standings: Standings
  readonly conditions: ConditionStates
  /** Gates that an OPEN condition holds. */
  readonly held: ReadonlySet<string>
  readonly quorum: Quorum
  /** Waivers in force, by id. */
  readonly waivers: readonly Waiver[]
}
