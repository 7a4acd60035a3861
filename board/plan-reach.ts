// Sums up what a plan reaches: who does each gate, and what its scripts, requests and queries touch.
import type { PlanGate } from './answers.ts'
import type { PlanAnswer } from './plan-answers.ts'

export type Doer = 'runner' | 'server' | 'person' | 'nobody'

export function doerOf({ check }: Pick<PlanGate, 'check'>): Doer {
  if (check.type === 'manual') return 'person'
  if (check.type === 'unsupported') return 'nobody'
  return check.type === 'builtin' && check.on !== 'runner' ? 'server' : 'runner'
}

/** Something that gates touch, with the gates that do. */
export interface Touched {
  readonly what: string
  readonly gates: readonly PlanGate[]
}

export interface PlanTouch {
  readonly programs: readonly Touched[]
  readonly network: readonly Touched[]
  readonly changes: readonly Touched[]
  readonly files: readonly Touched[]
  /** Gates whose script is not understood, so that nothing can be said of it. */
  readonly unread: readonly PlanGate[]
}

export function touchOf({ plan, reach = {} }: PlanAnswer): PlanTouch {
  const read = (gate: PlanGate): NonNullable<PlanAnswer['reach']>[string] | undefined =>
    Object.hasOwn(reach, gate.id) ? reach[gate.id] : undefined
  const each = (namesOf: (gate: PlanGate) => readonly string[]): readonly Touched[] => {
    const found = new Map<string, PlanGate[]>()
    for (const gate of plan.gates) {
      for (const what of new Set(namesOf(gate))) {
        const gates = found.get(what)
        if (gates === undefined) found.set(what, [gate])
        else gates.push(gate)
      }
    }
    return [...found].map(([what, gates]) => ({ what, gates }))
  }
  return {
    programs: each((gate) => read(gate)?.programs ?? []),
    network: each((gate) => [...(read(gate)?.network ?? []), ...askedBy(gate)]),
    changes: each((gate) => read(gate)?.changes ?? []),
    files: each((gate) => [...(read(gate)?.files ?? []), ...keptBy(gate)]),
    unread: plan.gates.filter((gate) => read(gate)?.unread !== undefined),
  }
}

/** What checks other than commands ask over the network. */
function askedBy({ check }: PlanGate): readonly string[] {
  if (check.type === 'http') return [`${check.method ?? ''} ${check.url ?? ''}`.trim()]
  if (check.type === 'sql') return [`the database $${check.connection ?? ''}`]
  if (check.type === 'promql') return [`Prometheus $${check.connection ?? ''}`]
  return []
}

function keptBy({ check }: PlanGate): readonly string[] {
  return (check.reports ?? []).map((path) => `${path}, kept as evidence`)
}
