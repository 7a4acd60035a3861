// What the rules of a decision read, worked out once from plan and inputs.
import type { DecisionInputs, Reason, VerdictValue } from './model.ts'
import type { Condition, ConditionState, Waiver } from './people-model.ts'
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
  /** Raw status at `asOf` of every gate that is due in the phase of the decision. */
  readonly standings: Standings
  readonly conditions: ConditionStates
  /** Gates that an OPEN condition holds. */
  readonly held: ReadonlySet<string>
  /** Gates of later phases. */
  readonly later: ReadonlySet<string>
  readonly quorum: Quorum
  /** Waivers in force, by id. */
  readonly waivers: readonly Waiver[]
}

/** What rules 2 to 8 say, and on which waivers that rests, by gate. */
export interface Outcome {
  readonly value: VerdictValue
  readonly reasons: readonly Reason[]
  readonly used: ReadonlyMap<string, Waiver>
}
