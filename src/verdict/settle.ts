// Settles a run: the status of every gate of the plan, from what was recorded and what the plan says of the rest.
import { admitGate } from './admission.ts'
import { verdictFault } from './errors.ts'
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { EvidenceRef, GateResult, Judgement, RunTerms, StoredStatus } from './model.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { definitionHashOf, orderGates } from './plan.ts'
import { isSatisfied, worstStatus } from './status.ts'

/** The last finished attempt of a gate. */
export interface RecordedGate {
  readonly judgement: Judgement
  /** Digest of the gate-run statement. */
  readonly statement?: ContentDigest
  readonly evidence: readonly EvidenceRef[]
  /** When the evidence was collected, ms since the epoch. */
  readonly finishedAtMs: number
  /** Environment the evidence was bound to. */
  readonly environment: string
}

interface Standing {
  readonly status: StoredStatus
  readonly reason: string
}

/**
 * One result per gate, in plan order. A recorded judgement stands; else BLOCKED by admission, SKIPPED after a failed
 * dependency, BLOCKED or PENDING after one that is; roll-ups take their worst child by STATUS_ORDER.
 * @throws VERDICT_PLAN_CYCLE_FOUND for a plan that `parsePlan` would refuse.
 */
export function settleRun(
  digest: Digest,
  plan: Plan,
  terms: RunTerms,
  recorded: ReadonlyMap<string, RecordedGate>,
): GateResult[] {
  const order = orderGates(plan.gates)
  if (!order.ok) {
    throw verdictFault(
      'VERDICT_PLAN_CYCLE_FOUND',
      `expected gates without a circle, got ${order.path.join(' → ')}`,
    )
  }
  const standings = new Map<string, Standing>()
  for (const gate of order.gates) {
    const record = gate.children === undefined ? recorded.get(gate.id) : undefined
    standings.set(gate.id, record?.judgement ?? standingOf(gate, terms, standings))
  }
  return plan.gates.map((gate) => resultOf(digest, gate, standings, recorded))
}

function resultOf(
  digest: Digest,
  gate: PlanGate,
  standings: ReadonlyMap<string, Standing>,
  recorded: ReadonlyMap<string, RecordedGate>,
): GateResult {
  const { status, reason } = standings.get(gate.id) ?? { status: 'PENDING', reason: 'not run yet' }
  const record = gate.children === undefined ? recorded.get(gate.id) : undefined
  const named = { gate: gate.id, definition: definitionHashOf(digest, gate), status, reason }
  if (record === undefined) return { ...named, evidence: [], slots: {}, toggles: {} }
  return {
    ...named,
    ...(record.statement === undefined ? {} : { statement: record.statement }),
    evidence: record.evidence,
    finishedAtMs: record.finishedAtMs,
    environment: record.environment,
    slots: record.judgement.slots,
    toggles: record.judgement.toggles,
  }
}

function standingOf(
  gate: PlanGate,
  terms: RunTerms,
  standings: ReadonlyMap<string, Standing>,
): Standing {
  if (gate.children !== undefined) return rollUp(gate.children, standings)
  const admission = admitGate(gate, terms)
  if (!admission.admitted && admission.status === 'BLOCKED') return admission
  return (
    upstreamStanding(gate, standings) ?? {
      status: 'PENDING',
      reason: admission.admitted ? 'not run yet' : admission.reason,
    }
  )
}

function rollUp(children: readonly string[], standings: ReadonlyMap<string, Standing>): Standing {
  const known = children.map((id) => ({
    id,
    status: standings.get(id)?.status ?? ('PENDING' as const),
  }))
  const status = worstStatus(known.map((child) => child.status)) ?? 'PENDING'
  const which = known.find((child) => child.status === status)
  return {
    status,
    reason: `the worst of ${known.length} gates is ${which?.id ?? 'none'}: ${status}`,
  }
}

/** What an unsatisfied dependency makes of a gate that did not run; undefined when all are satisfied. */
function upstreamStanding(
  gate: PlanGate,
  standings: ReadonlyMap<string, Standing>,
): Standing | undefined {
  const unmet = gate.needs.flatMap((id) => {
    const status = standings.get(id)?.status ?? 'PENDING'
    return isSatisfied(status) ? [] : [{ id, status }]
  })
  const worst = worstStatus(unmet.map((need) => need.status))
  const cause = unmet.find((need) => need.status === worst)
  if (cause === undefined) return undefined
  switch (cause.status) {
    case 'PENDING':
    case 'RUNNING':
      return { status: 'PENDING', reason: `waits for ${cause.id}, which is ${cause.status}` }
    case 'BLOCKED':
      return { status: 'BLOCKED', reason: `needs ${cause.id}, which is BLOCKED` }
    default:
      return { status: 'SKIPPED', reason: `needs ${cause.id}, which is ${cause.status}` }
  }
}
