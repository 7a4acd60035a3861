// Where every gate of a plan stands at the time of a decision, roll-ups and condition-held gates included.
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { DecisionInputs, GateResult, Status } from './model.ts'
import type { Condition, ConditionState } from './people-model.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { definitionHashOf, orderGates } from './plan.ts'
import { outdatedGates, producersOf } from './data-edges.ts'
import { timedStatus } from './staleness.ts'
import type { TimedStatus } from './staleness.ts'
import { isSatisfied, worstStatus } from './status.ts'

/** One gate as the decision sees it. */
export interface GateStanding extends TimedStatus {
  readonly gate: PlanGate
  readonly result?: GateResult
}

export type Standings = ReadonlyMap<string, GateStanding>

/** What a roll-up takes from a child; undefined leaves the child out. */
export type ChildView = (child: GateStanding) => Status | undefined

/** Status at `asOfMs` of every gate that has a check of its own, in plan order. */
export function standingsOf(
  digest: Digest,
  plan: Plan,
  inputs: Pick<DecisionInputs, 'asOfMs' | 'results'>,
): Standings {
  const results = new Map(inputs.results.map((result) => [result.gate, result]))
  const terms = { asOfMs: inputs.asOfMs, environment: plan.environment }
  const out = new Map<string, GateStanding>()
  for (const gate of plan.gates) {
    if (gate.children !== undefined) continue
    const result = results.get(gate.id)
    const definition: ContentDigest = definitionHashOf(digest, gate)
    const timed: TimedStatus =
      result === undefined
        ? { status: 'PENDING', reason: 'there is no result for it' }
        : timedStatus(gate, definition, result, terms)
    out.set(gate.id, { gate, ...timed, ...(result === undefined ? {} : { result }) })
  }
  return withOutdated(plan, results, out)
}

/** What rests on a value that does not count any more is STALE, and what rests on one that will end ends with it. */
function withOutdated(
  plan: Plan,
  results: ReadonlyMap<string, GateResult>,
  leaves: Standings,
): Standings {
  const takers = plan.gates.filter(({ consumes }) => consumes !== undefined)
  if (takers.length === 0) return leaves
  const stale = new Set([...leaves].flatMap(([id, { status }]) => (status === 'STALE' ? [id] : [])))
  const outdated = outdatedGates(plan.gates, results, stale)
  const out = new Map(leaves)
  const order = orderGates(takers)
  for (const gate of order.ok ? order.gates : []) {
    const standing = out.get(gate.id)
    const isGreen = standing?.status === 'PASS' || standing?.status === 'WARN'
    if (standing === undefined || !isGreen) continue
    const reason = outdated.get(gate.id)
    const ends = [gate.id, ...producersOf(gate)].flatMap((id) => out.get(id)?.expiresAtMs ?? [])
    out.set(gate.id, {
      ...standing,
      ...(reason === undefined ? {} : { status: 'STALE', reason }),
      ...(ends.length === 0 ? {} : { expiresAtMs: Math.min(...ends) }),
    })
  }
  return out
}

/**
 * The standings with roll-ups added: the worst of what `view` makes of each child, NOT_APPLICABLE when it leaves none.
 * A stored status of a roll-up is never read.
 */
export function withRollUps(plan: Plan, leaves: Standings, view: ChildView): Standings {
  const order = orderGates(plan.gates)
  const out = new Map<string, GateStanding>(leaves)
  for (const gate of order.ok ? order.gates : []) {
    if (gate.children === undefined) continue
    const statuses = gate.children.flatMap((id) => {
      const child = out.get(id)
      // A nested roll-up has been seen through the view already.
      const status =
        child?.gate.children === undefined && child !== undefined ? view(child) : child?.status
      return status === undefined ? [] : [{ id, status }]
    })
    const status = worstStatus(statuses.map((each) => each.status)) ?? 'NOT_APPLICABLE'
    const which = statuses.find((each) => each.status === status)?.id ?? 'none'
    out.set(gate.id, {
      gate,
      status,
      reason: `the worst of its gates is ${which}, which is ${status}`,
    })
  }
  return out
}

/**
 * MET as soon as the gate is satisfied (a waiver does not count), else OPEN until `dueAtMs`, MISSED from then on.
 * Source: release semantics, section 6.
 */
export function conditionState(
  condition: Condition,
  standings: Standings,
  asOfMs: number,
): ConditionState {
  if (condition.withdrawn === true) return 'WITHDRAWN'
  const standing = standings.get(condition.gate)
  // NOT_APPLICABLE does not meet a condition: somebody promised that it would be done.
  if (
    standing !== undefined &&
    isSatisfied(standing.status) &&
    standing.status !== 'NOT_APPLICABLE'
  )
    return 'MET'
  return asOfMs < condition.dueAtMs ? 'OPEN' : 'MISSED'
}
