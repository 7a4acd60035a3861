// Which gates may start next, from the plan and what is settled so far; pure.
import { isSatisfied, worstStatus } from '../verdict/index.ts'
import type { PlanGate, StoredStatus } from '../verdict/index.ts'

/** Gates that run at the same time when the caller does not say. */
export const PARALLEL_LIMIT = 4

export interface HeldGate {
  readonly gate: PlanGate
  readonly status: Extract<StoredStatus, 'BLOCKED' | 'PENDING' | 'SKIPPED'>
  readonly reason: string
}

/** What to do now: start these, and tell of those that cannot start any more in this run. */
export interface Turn {
  readonly start: readonly PlanGate[]
  readonly held: readonly HeldGate[]
}

export interface ScheduleState {
  /** Status by gate id of all that ran, was kept, or is held. */
  readonly settled: ReadonlyMap<string, StoredStatus>
  readonly running: ReadonlySet<string>
  readonly parallelLimit: number
}

/** The plan's edges, worked out once per run. */
export interface Schedule {
  /** Every gate of the plan: those outside the run may still be needed by it. */
  readonly gates: ReadonlyMap<string, PlanGate>
  /** Gates of the run, in plan order, without roll-ups: those have no run of their own. */
  readonly chosen: readonly PlanGate[]
  /** Gates of the declared phases in order of first appearance, required ones only. */
  readonly phases: readonly { readonly name: string; readonly required: readonly string[] }[]
}

export function planSchedule(gates: readonly PlanGate[], only?: readonly string[]): Schedule {
  const wanted = only === undefined ? undefined : new Set(only)
  const phases = new Map<string, string[]>()
  for (const gate of gates) {
    if (gate.phase === undefined) continue
    const required = phases.get(gate.phase) ?? []
    if (gate.severity === 'required' && gate.children === undefined) required.push(gate.id)
    phases.set(gate.phase, required)
  }
  return {
    gates: new Map(gates.map((gate) => [gate.id, gate])),
    chosen: gates.filter(
      (gate) => gate.children === undefined && (wanted === undefined || wanted.has(gate.id)),
    ),
    phases: [...phases].map(([name, required]) => ({ name, required })),
  }
}

/**
 * The next turn. A gate starts when all it needs is satisfied, every required gate of an earlier phase is satisfied,
 * nobody uses its exclusive resource, and there is room. With nothing running and nothing to start, all that still
 * waits is held, so a run always ends.
 */
export function nextTurn(schedule: Schedule, state: ScheduleState): Turn {
  const start: PlanGate[] = []
  const held: HeldGate[] = []
  const busy = new Set<string>()
  for (const id of state.running) {
    const resource = schedule.gates.get(id)?.exclusive
    if (resource !== undefined) busy.add(resource)
  }
  const waiting: HeldGate[] = []
  const obstacles = findPhaseObstacles(schedule, state.settled)
  for (const gate of schedule.chosen) {
    if (state.settled.has(gate.id) || state.running.has(gate.id)) continue
    const standing = standingOfGate(schedule, gate, state.settled, obstacles)
    if (standing.kind === 'held') held.push(standing.held)
    else if (standing.kind === 'waiting') waiting.push(standing.held)
    else if (
      state.running.size + start.length < state.parallelLimit &&
      !(gate.exclusive !== undefined && busy.has(gate.exclusive))
    ) {
      start.push(gate)
      if (gate.exclusive !== undefined) busy.add(gate.exclusive)
    }
  }
  const isStuck = start.length === 0 && held.length === 0 && state.running.size === 0
  return { start, held: isStuck ? waiting : held }
}

type GateStanding =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly held: HeldGate }
  | { readonly kind: 'held'; readonly held: HeldGate }

/** What keeps a gate from starting: for now, or for the rest of the run. */
interface Obstacle {
  readonly isFinal: boolean
  readonly status: HeldGate['status']
  readonly reason: string
}

function standingOfGate(
  schedule: Schedule,
  gate: PlanGate,
  settled: ReadonlyMap<string, StoredStatus>,
  obstacles: ReadonlyMap<string, Obstacle>,
): GateStanding {
  let first = gate.phase === undefined ? undefined : obstacles.get(gate.phase)
  for (const id of gate.needs) {
    if (first?.isFinal === true) break
    const next = obstacleOfNeed(schedule, id, settled)
    if (first === undefined || next?.isFinal === true) first = next
  }
  if (first === undefined) return { kind: 'ready' }
  const held = { gate, status: first.status, reason: first.reason }
  return { kind: first.isFinal ? 'held' : 'waiting', held }
}

function obstacleOfNeed(
  schedule: Schedule,
  id: string,
  settled: ReadonlyMap<string, StoredStatus>,
): Obstacle | undefined {
  const status = statusOfNeed(schedule, id, settled)
  if (status === undefined) {
    return { isFinal: false, status: 'PENDING', reason: `needs ${id}, which has no result` }
  }
  if (isSatisfied(status)) return undefined
  return { isFinal: true, status: heldStatus(status), reason: `needs ${id}, which is ${status}` }
}

/** By phase, what of the phases before it is in the way; worked out once per turn. */
function findPhaseObstacles(
  schedule: Schedule,
  settled: ReadonlyMap<string, StoredStatus>,
): Map<string, Obstacle> {
  const found = new Map<string, Obstacle>()
  let obstacle: Obstacle | undefined
  for (const { name, required } of schedule.phases) {
    if (obstacle !== undefined) found.set(name, obstacle)
    for (const id of required) {
      if (obstacle?.isFinal === true) break
      const status = settled.get(id)
      if (status !== undefined && isSatisfied(status)) continue
      const isFinal = status !== undefined
      const state = isFinal ? `is ${status}` : 'has no result'
      // Not SKIPPED: the gate itself depends on nothing that failed, its phase has not come.
      const reason = `waits for the phase ${name}: ${id}, which ${state}`
      if (obstacle === undefined || isFinal) obstacle = { isFinal, status: 'PENDING', reason }
    }
  }
  return found
}

/** A roll-up stands as its worst child, once all of them stand. */
function statusOfNeed(
  schedule: Schedule,
  id: string,
  settled: ReadonlyMap<string, StoredStatus>,
): StoredStatus | undefined {
  const pending = [id]
  const seen = new Set<string>()
  const leaves: StoredStatus[] = []
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue
    seen.add(next)
    const children = schedule.gates.get(next)?.children
    if (children !== undefined) {
      pending.push(...children)
      continue
    }
    const status = settled.get(next)
    if (status === undefined) return undefined
    leaves.push(status)
  }
  return worstStatus(leaves)
}

/** As the control plane derives it: a broken dependency skips, a held one holds. */
function heldStatus(cause: StoredStatus): HeldGate['status'] {
  if (cause === 'BLOCKED') return 'BLOCKED'
  return cause === 'PENDING' || cause === 'RUNNING' ? 'PENDING' : 'SKIPPED'
}
