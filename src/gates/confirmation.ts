// Which gates need a person's word before they run, and what a person is shown of them.
import { canonicalize } from '../kernel/index.ts'
import type { ActionPreview } from '../kernel/index.ts'
import type { Plan, PlanGate } from '../verdict/index.ts'

/** Gates that may run without anybody's word on this plan. */
export function runsUnconfirmed(gate: PlanGate, isReviewed: boolean): boolean {
  if (!isRunnable(gate)) return true
  return isReviewed ? gate.effect === 'read' : gate.effect === 'read' && gate.provenRead
}

/** Gates whose check can run at all: no roll-ups, no people's answers, nothing unsupported. */
export function isRunnable(gate: PlanGate): boolean {
  const type = gate.check.type
  return gate.children === undefined && type !== 'manual' && type !== 'unsupported'
}

/** The gates of a plan that wait for a person's word, with what each would do. */
export function waitingChanges(
  plan: Plan,
  isReviewed: boolean,
  chosen: ReadonlySet<string> | undefined,
): ActionPreview['changes'] {
  return plan.gates
    .filter((gate) => chosen === undefined || chosen.has(gate.id))
    .filter((gate) => !runsUnconfirmed(gate, isReviewed))
    .map((gate) => ({ of: gate.id, effect: gate.effect, what: describeCheck(gate) }))
}

/** How bad it is at worst; what nobody knows counts as the worst. */
export function riskOf(changes: ActionPreview['changes']): ActionPreview['risk'] {
  const effects = new Set(changes.map((change) => change.effect))
  if (effects.has('write-prod') || effects.has('unknown')) return 'high'
  return effects.has('write-staging') ? 'medium' : 'low'
}

/** What the check of a gate does, as the plan has it. */
export function describeCheck(gate: PlanGate): string {
  const check = gate.check
  switch (check.type) {
    case 'command':
      return check.script
    case 'http':
      return `${check.method} ${check.url}`
    case 'sql':
      return check.text
    case 'promql':
      return check.query
    case 'builtin':
      return check.with === undefined ? check.name : `${check.name} ${canonicalize(check.with)}`
    case 'document':
      return check.path
    case 'manual':
      return check.question
    case 'unsupported':
      return check.reason
  }
}
