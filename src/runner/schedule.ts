// Which gates may start next, from the plan and what is settled so far; pure, and linear in the gates and their edges.
import {
  heldByNeeds,
  isSatisfied,
  needsOf,
  statusForDependents,
  worstStatus,
} from '../verdict/index.ts'
import type { PlanGate, RunTerms, StoredStatus } from '../verdict/index.ts'
import { isAnswered, isRequiredGate, linkNodes, phaseOf } from './gate-nodes.ts'
import type { Node, PhaseState } from './gate-nodes.ts'
import { RankHeap } from './rank-heap.ts'

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

/**
 * The order of one run. A gate starts when all it needs is satisfied, every required gate of an earlier phase is
 * satisfied, nobody uses its exclusive resource, and there is room. A need that is not satisfied holds what depends on
 * it; with nothing running and nothing to start, all that still waits is held, so a run always ends.
 */
export class Scheduler {
  readonly #nodes: ReadonlyMap<string, Node>
  readonly #phases: readonly PhaseState[]
  readonly #parallelLimit: number
  readonly #waived: RunTerms['waived']
  /** Gates of the run, in plan order, without roll-ups: those have no run of their own. */
  readonly chosen: readonly PlanGate[]
  /** Chosen gates that nothing but room keeps from starting. */
  readonly #ready = new RankHeap<Node>()
  /** Exclusive resources in use. */
  readonly #busy = new Set<string>()
  /** By resource, the gates that wait for nothing else. */
  readonly #parked = new Map<string, RankHeap<Node>>()
  readonly #waiting = new Set<Node>()
  /** Phases up to this one are open. */
  #phase = 0
  /** Phases after this one cannot open any more. */
  #lastPhase: number
  #runningCount = 0
  #held: HeldGate[] = []

  /**
   * @param only ids of the gates of the run; default all. Those outside may still be needed by it.
   * @param waived as the run's terms say: these hold nothing back that needs them
   */
  constructor(
    gates: readonly PlanGate[],
    parallelLimit: number,
    only?: readonly string[],
    waived?: RunTerms['waived'],
  ) {
    this.#parallelLimit = parallelLimit
    this.#waived = waived
    const names = [...new Set(gates.flatMap(({ phase }) => (phase === undefined ? [] : [phase])))]
    const wanted = only === undefined ? undefined : new Set(only)
    this.#nodes = linkNodes(gates, names, (id) => wanted === undefined || wanted.has(id))
    this.#phases = names.map((name, at) => phaseOf(name, at, [...this.#nodes.values()]))
    this.#lastPhase = this.#phases.length
    for (const node of this.#nodes.values()) if (node.isChosen) this.#waiting.add(node)
    this.chosen = [...this.#waiting].map(({ gate }) => gate)
  }

  /** Where gates stand before anything runs. What follows from it is only drawn once all of it is known. */
  begin(standing: ReadonlyMap<string, StoredStatus>): void {
    const known: Node[] = []
    for (const [id, status] of standing) {
      const node = this.#nodes.get(id)
      if (node === undefined || node.gate.children !== undefined) continue
      node.status = statusForDependents(id, status, this.#waived)
      this.#waiting.delete(node)
      known.push(node)
    }
    for (const node of known) this.#spread(node)
    this.#openPhases()
    for (const node of this.#waiting) this.#offer(node)
  }

  /** A gate that ran stands. */
  settle(id: string, status: StoredStatus): void {
    const node = this.#nodes.get(id)
    if (node === undefined || node.status !== undefined) return
    this.#endRun(node)
    this.#waiting.delete(node)
    node.status = statusForDependents(id, status, this.#waived)
    this.#spread(node)
  }

  /** A started gate ended without standing anywhere: it was called off. */
  drop(id: string): void {
    const node = this.#nodes.get(id)
    if (node !== undefined) this.#endRun(node)
  }

  next(): Turn {
    const held = this.#held
    this.#held = []
    const start: PlanGate[] = []
    while (this.#runningCount < this.#parallelLimit) {
      const node = this.#ready.pop()
      if (node === undefined) break
      const { exclusive } = node.gate
      if (exclusive !== undefined && this.#busy.has(exclusive)) {
        const parked = this.#parked.get(exclusive) ?? new RankHeap<Node>()
        this.#parked.set(exclusive, parked)
        parked.push(node)
        continue
      }
      if (exclusive !== undefined) this.#busy.add(exclusive)
      this.#waiting.delete(node)
      node.isRunning = true
      this.#runningCount++
      start.push(node.gate)
    }
    if (start.length > 0 || held.length > 0 || this.#runningCount > 0) return { start, held }
    const stuck = [...this.#waiting].map((node) => this.#stuckGate(node))
    this.#waiting.clear()
    return { start, held: stuck }
  }

  // A chain of ten thousand gates must not exhaust the engine's stack, so what follows from what is a list.
  #spread(first: Node): void {
    const open: Node[] = [first]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      const { status } = node
      if (status === undefined) continue
      for (const parent of node.parents) {
        parent.worst = parent.worst === undefined ? status : worstStatus([parent.worst, status])
        parent.openChildren--
        if (parent.openChildren > 0) continue
        if (parent.worst === undefined) continue
        parent.status = statusForDependents(parent.gate.id, parent.worst, this.#waived)
        open.push(parent)
      }
      open.push(...this.#consequences(node, status))
    }
  }

  /** Opens what waited for the gate, or holds it; the gates that stand by that. */
  #consequences(node: Node, status: StoredStatus): readonly Node[] {
    const isOk = isSatisfied(status)
    const statusOf = (id: string): StoredStatus | undefined => this.#nodes.get(id)?.status
    const out: Node[] = []
    for (const dependent of node.dependents) {
      if (isOk) {
        dependent.openNeeds--
        this.#offer(dependent)
      } else {
        const held = this.#waiting.has(dependent)
          ? heldByNeeds(dependent.gate, statusOf)
          : undefined
        if (held !== undefined && this.#hold(dependent, held.status, held.reason))
          out.push(dependent)
      }
    }
    const phase = this.#phases[node.phase]
    if (phase === undefined || !isRequiredGate(node)) return out
    if (isOk) {
      phase.openCount--
      this.#openPhases()
      return out
    }
    // Not SKIPPED: the gates themselves depend on nothing that failed, their phase has not come.
    const reason = `waits for the phase ${phase.name}: ${node.gate.id}, which is ${status}`
    for (const later of this.#phases.slice(node.phase + 1, this.#lastPhase)) {
      for (const member of later.members)
        if (!isAnswered(member) && this.#hold(member, 'PENDING', reason)) out.push(member)
    }
    this.#lastPhase = Math.min(this.#lastPhase, node.phase + 1)
    return out
  }

  #openPhases(): void {
    while (this.#phase < this.#phases.length - 1 && this.#phases[this.#phase]?.openCount === 0) {
      this.#phase++
      for (const member of this.#phases[this.#phase]?.members ?? []) this.#offer(member)
    }
  }

  #offer(node: Node): void {
    if (node.openNeeds > 0 || node.isOffered || (node.phase > this.#phase && !isAnswered(node)))
      return
    if (!this.#waiting.has(node)) return
    node.isOffered = true
    this.#ready.push(node)
  }

  /** False when the gate stands or runs already, or is not part of the run. */
  #hold(node: Node, status: HeldGate['status'], reason: string): boolean {
    if (!this.#waiting.delete(node)) return false
    node.status = status
    this.#held.push({ gate: node.gate, status, reason })
    return true
  }

  #endRun(node: Node): void {
    if (!node.isRunning) return
    node.isRunning = false
    this.#runningCount--
    const { exclusive } = node.gate
    if (exclusive === undefined) return
    this.#busy.delete(exclusive)
    // One of those that wait for the resource is enough: when it ends, the next one follows.
    const next = this.#parked.get(exclusive)?.pop()
    if (next !== undefined) this.#ready.push(next)
  }

  #stuckGate(node: Node): HeldGate {
    const need = needsOf(node.gate).find((id) => this.#nodes.get(id)?.status === undefined)
    const phase = this.#phases
      .slice(0, Math.max(0, node.phase))
      .find(({ openCount }) => openCount > 0)
    const missing = phase?.required.find(({ status }) => status === undefined)
    const reason =
      need === undefined && phase !== undefined
        ? `waits for the phase ${phase.name}: ${missing?.gate.id ?? 'a gate'}, which has no result`
        : `needs ${need ?? 'a gate'}, which has no result`
    return { gate: node.gate, status: 'PENDING', reason }
  }
}
