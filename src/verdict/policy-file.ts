// The policy a decision was taken by, as a file of its own: what had to hold, who had to sign, what no waiver may cover.
import type { FreezeWindow, DecisionPolicy } from './people-model.ts'
import type { DecisionInputs } from './model.ts'
import type { Plan, SignOffRole } from './plan-model.ts'

const POLICY_FORMAT = 'seaworthy-policy/1'

export interface PolicyFile {
  readonly format: typeof POLICY_FORMAT
  readonly release: {
    readonly service: string
    readonly version: string
    readonly environment: string
  }
  /** Gates of later phases did not count. Absent = every gate did. */
  readonly phase?: string
  /** Ids of the gates that block the release, in plan order. */
  readonly requiredGates: readonly string[]
  readonly signOffs: readonly SignOffRole[]
  /** May not sign off. Absent = nobody is named as author. */
  readonly author?: string
  readonly rules: DecisionPolicy
  readonly freeze: readonly FreezeWindow[]
}

/** Repeats, from plan and decision inputs, everything that was policy and not a finding. JSON. */
export function policyOf(plan: Plan, inputs: DecisionInputs): PolicyFile {
  const { service, version, environment } = inputs.subject
  return {
    format: POLICY_FORMAT,
    release: { service, version, environment },
    ...(inputs.phase === undefined ? {} : { phase: inputs.phase }),
    requiredGates: plan.gates.filter(({ severity }) => severity === 'required').map(({ id }) => id),
    signOffs: plan.signOffs,
    ...(inputs.author === undefined ? {} : { author: inputs.author }),
    rules: inputs.policy,
    freeze: inputs.freeze,
  }
}
