// Gates as the order of a run sees them: what each waits for, what waits for it, and the phases they stand in.
import { needsOf } from '../verdict/index.ts'
import type { PlanGate, StoredStatus } from '../verdict/index.ts'

/** A gate with what it still waits for. */
export interface Node {
  readonly gate: PlanGate
  readonly rank: number
  /** Gates that need this one. */
  readonly dependents: Node[]
  /** Roll-ups that this one is a child of. */
  readonly parents: Node[]
  /** Needs that are not satisfied yet. */
  openNeeds: number
  /** Of a roll-up: children that do not stand yet. */
  openChildren: number
  /** Of a roll-up: the worst status of its children so far. */
  worst: StoredStatus | undefined
  readonly isChosen: boolean
  /** Where the phase of the gate stands among the phases; -1 without one. */
  readonly phase: number
  /** What it is worth to those that need it. */
  status: StoredStatus | undefined
  /** Handed over to start as soon as there is room. */
  isOffered: boolean
  isRunning: boolean
}

export interface PhaseState {
  readonly name: string
  /** Required gates, which the later phases wait for. */
  readonly required: readonly Node[]
  readonly members: readonly Node[]
  /** Required gates that are not satisfied yet. */
  openCount: number
}

export function linkNodes(
  gates: readonly PlanGate[],
  phases: readonly string[],
  isWanted: (id: string) => boolean,
): ReadonlyMap<string, Node> {
  const nodes = new Map<string, Node>()
  const phaseRank = new Map(phases.map((name, at) => [name, at]))
  for (const [rank, gate] of gates.entries()) {
    nodes.set(gate.id, {
      gate,
      rank,
      dependents: [],
      parents: [],
      openNeeds: new Set(needsOf(gate)).size,
      openChildren: gate.children?.length ?? 0,
      worst: undefined,
      isChosen: gate.children === undefined && isWanted(gate.id),
      phase: phaseRank.get(gate.phase ?? '') ?? -1,
      status: undefined,
      isOffered: false,
      isRunning: false,
    })
  }
  for (const node of nodes.values()) {
    for (const id of new Set(needsOf(node.gate))) nodes.get(id)?.dependents.push(node)
    for (const id of node.gate.children ?? []) nodes.get(id)?.parents.push(node)
  }
  return nodes
}

export function phaseOf(name: string, at: number, nodes: readonly Node[]): PhaseState {
  const members = nodes.filter(({ phase }) => phase === at)
  const required = members.filter(isRequiredGate)
  return { name, required, members, openCount: required.length }
}

/** A person may answer at any time: the order of phases is for what runs. */
export function isAnswered({ gate }: Node): boolean {
  return gate.check.type === 'manual'
}

/** What later phases wait for. */
export function isRequiredGate({ gate }: Node): boolean {
  return gate.severity === 'required' && gate.children === undefined
}
