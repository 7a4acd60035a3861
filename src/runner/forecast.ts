// What a run would do and in which order, without running anything; pure.
import { MASK } from '../kernel/index.ts'
import {
  admitGate,
  dataEdgesOf,
  edgeText,
  neededParameters,
  needsOf,
  withDescendants,
} from '../verdict/index.ts'
import type { Plan, PlanGate, RunTerms, StoredStatus } from '../verdict/index.ts'
import type { GateChoice } from './choice.ts'
import { Scheduler } from './schedule.ts'

/** What becomes of a gate: it runs at once, asks first, waits for a person, cannot run, waits in vain, or is kept. */
export type Prospect = 'runs' | 'asks' | 'person' | 'blocked' | 'waits' | 'kept'

export interface GateForecast {
  readonly gate: string
  readonly title: string
  readonly prospect: Prospect
  /** Why, where the gate does not simply run. */
  readonly reason: string
  /** From 1: gates of one turn run together. Absent for what does not run. */
  readonly turn?: number
  readonly effect: string
  readonly needs: readonly string[]
  readonly phase?: string
  readonly exclusive?: string
  readonly timeoutMs: number
  readonly parameters: readonly {
    readonly name: string
    readonly from: 'given' | 'secret' | 'missing' | 'gate'
    /** Of a value that another gate produces: which, as `GATE › SLOT`. */
    readonly edge?: string
  }[]
}

export interface Forecast {
  /** Gates of the call, in plan order. */
  readonly gates: readonly GateForecast[]
  /** What runs at once, turn by turn; the gates of a turn run together. */
  readonly atOnce: readonly (readonly string[])[]
  /** What follows once a person confirmed and answered. */
  readonly afterWord: readonly (readonly string[])[]
  /** The longest chain of gates that wait for each other. */
  readonly longestPath: readonly string[]
  /** What that chain takes at most, by the time limits of its gates. */
  readonly longestPathLimitMs: number
}

export interface ForecastTerms {
  readonly plan: Plan
  readonly terms: RunTerms
  readonly choice: GateChoice
  /** Results that are there already. */
  readonly kept: ReadonlyMap<string, StoredStatus>
  readonly parallelLimit: number
}

interface Standing {
  readonly prospect: Prospect
  readonly reason: string
}

/** Plays the run through twice as if every gate passed: with what runs at once, then with everything a person can allow. */
export function forecastRun(given: ForecastTerms): Forecast {
  const { plan, kept } = given
  const scheduler = schedulerOf(given)
  const standings = new Map(
    scheduler.chosen.map((gate) => [gate.id, standingOf(gate, given)] as const),
  )
  const known = new Map<string, StoredStatus>(kept)
  const allowed = new Map<string, StoredStatus>(kept)
  for (const [id, { prospect }] of standings) {
    if (prospect === 'blocked' || prospect === 'asks') known.set(id, 'BLOCKED')
    if (prospect === 'person') known.set(id, 'PENDING')
    if (prospect === 'blocked') allowed.set(id, 'BLOCKED')
  }
  const first = playThrough(scheduler, known)
  for (const id of first.turns.flat()) allowed.set(id, 'PASS')
  const second = playThrough(schedulerOf(given), allowed)
  const turnOf = new Map<string, number>()
  for (const [at, ids] of [...first.turns, ...second.turns].entries())
    for (const id of ids) turnOf.set(id, at + 1)
  const longestPath = findLongestPath(plan, [...first.turns, ...second.turns].flat())
  const byId = new Map(plan.gates.map((gate) => [gate.id, gate]))
  return {
    gates: scheduler.chosen.map((gate) => {
      const standing = standings.get(gate.id) ?? { prospect: 'runs', reason: '' }
      const held = second.held.get(gate.id)
      const isVain = held !== undefined && standing.prospect !== 'blocked'
      return describeGate(
        gate,
        isVain ? { prospect: 'waits', reason: held } : standing,
        turnOf.get(gate.id),
        given.terms,
      )
    }),
    atOnce: first.turns,
    afterWord: second.turns,
    longestPath,
    longestPathLimitMs: longestPath.reduce((sum, id) => sum + (byId.get(id)?.timeoutMs ?? 0), 0),
  }
}

function schedulerOf({ plan, parallelLimit, choice, terms }: ForecastTerms): Scheduler {
  return new Scheduler(plan.gates, parallelLimit, choice.gates, terms.waived)
}

function standingOf(gate: PlanGate, { terms, kept }: ForecastTerms): Standing {
  const status = kept.get(gate.id)
  if (status !== undefined) return { prospect: 'kept', reason: `has a result: ${status}` }
  const admission = admitGate(gate, terms)
  if (admission.admitted) return { prospect: 'runs', reason: '' }
  const { reason } = admission
  if (admission.status === 'PENDING') return { prospect: 'person', reason }
  const confirmed = [...terms.confirmed, gate.id]
  const isEnough = admitGate(gate, { ...terms, confirmed }).admitted
  return { prospect: isEnough ? 'asks' : 'blocked', reason }
}

interface Course {
  readonly turns: readonly (readonly string[])[]
  /** Why a gate did not run, by id. */
  readonly held: ReadonlyMap<string, string>
}

function playThrough(scheduler: Scheduler, known: ReadonlyMap<string, StoredStatus>): Course {
  const turns: string[][] = []
  const held = new Map<string, string>()
  scheduler.begin(known)
  // Each turn starts or holds at least one gate, so the gates of the plan bound the loop.
  for (let turn = scheduler.next(); ; turn = scheduler.next()) {
    for (const { gate, reason } of turn.held) held.set(gate.id, reason)
    if (turn.start.length === 0 && turn.held.length === 0) return { turns, held }
    if (turn.start.length > 0) turns.push(turn.start.map(({ id }) => id))
    for (const { id } of turn.start) scheduler.settle(id, 'PASS')
  }
}

function describeGate(
  gate: PlanGate,
  { prospect, reason }: Standing,
  turn: number | undefined,
  terms: RunTerms,
): GateForecast {
  const { id, title, effect, phase, exclusive, timeoutMs } = gate
  const edges = new Map(dataEdgesOf(gate))
  return {
    gate: id,
    title,
    prospect,
    reason,
    ...(turn === undefined ? {} : { turn }),
    effect,
    needs: needsOf(gate),
    ...(phase === undefined ? {} : { phase }),
    ...(exclusive === undefined ? {} : { exclusive }),
    timeoutMs,
    parameters: neededParameters(gate).map((name) => {
      const edge = edges.get(name)
      return edge === undefined
        ? { name, from: sourceOf(name, terms) }
        : { name, from: 'gate', edge: edgeText(edge) }
    }),
  }
}

function sourceOf(name: string, { parameters }: RunTerms): 'given' | 'secret' | 'missing' {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined
  if (value === undefined || value.trim() === '') return 'missing'
  return value === MASK ? 'secret' : 'given'
}

/** @param order gates in an order in which each comes after all that it waits for */
function findLongestPath(plan: Plan, order: readonly string[]): readonly string[] {
  const byId = new Map(plan.gates.map((gate) => [gate.id, gate]))
  const best = new Map<string, { readonly length: number; readonly before: string | undefined }>()
  const leaves = leavesOf(plan)
  let end: string | undefined
  for (const id of order) {
    let before: string | undefined
    const gate = byId.get(id)
    for (const need of gate === undefined ? [] : needsOf(gate).flatMap(leaves)) {
      if ((best.get(need)?.length ?? 0) > (best.get(before ?? '')?.length ?? 0)) before = need
    }
    const length = (best.get(before ?? '')?.length ?? 0) + 1
    best.set(id, { length, before })
    if (length > (best.get(end ?? '')?.length ?? 0)) end = id
  }
  const path: string[] = []
  for (let at = end; at !== undefined; at = best.get(at)?.before) path.push(at)
  return path.reverse()
}

/** The gates with a run of their own that a need stands for, worked out once per roll-up. */
function leavesOf(plan: Plan): (id: string) => readonly string[] {
  const rollUps = new Set(
    plan.gates.filter(({ children }) => children !== undefined).map(({ id }) => id),
  )
  const known = new Map<string, readonly string[]>()
  return (id) => {
    if (!rollUps.has(id)) return [id]
    const found =
      known.get(id) ?? [...withDescendants(plan.gates, [id])].filter((each) => !rollUps.has(each))
    known.set(id, found)
    return found
  }
}
