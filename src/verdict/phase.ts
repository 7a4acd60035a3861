// Which gates a decision for a phase looks at: those of the phase and of what comes before it.
import type { Plan } from './plan-model.ts'

/** Phases in the order they are due. */
export const PHASES = ['pre-deploy', 'canary-5', 'canary-25', 'canary-100', 'post-deploy'] as const

export type Phase = (typeof PHASES)[number]

/**
 * Ids of the gates that are not yet due in the phase. A gate without a phase, or with one that nobody knows, is always
 * due: leaving it out would be the lenient reading. A roll-up is due as long as one of its children is.
 */
export function laterGates(plan: Plan, phase: string | undefined): ReadonlySet<string> {
  const now = rankOf(phase)
  if (now === undefined) return new Set()
  const later = new Set<string>()
  for (const gate of plan.gates) {
    const due = rankOf(gate.phase)
    if (gate.children === undefined && due !== undefined && due > now) later.add(gate.id)
  }
  for (const gate of plan.gates.toReversed()) {
    if (gate.children !== undefined && gate.children.length > 0) {
      if (gate.children.every((child) => later.has(child))) later.add(gate.id)
    }
  }
  return later
}

/** The last phase before the canary, when the plan has gates for later ones; else undefined: all gates count. */
export function defaultPhaseOf(plan: Plan): Phase | undefined {
  return laterGates(plan, 'pre-deploy').size > 0 ? 'pre-deploy' : undefined
}

function rankOf(phase: string | undefined): number | undefined {
  const rank = PHASES.findIndex((each) => each === phase)
  return rank < 0 ? undefined : rank
}
