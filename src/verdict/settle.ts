// Settles a run: the status of every gate of the plan, from what was recorded and what the plan says of the rest.
import { admitGate } from './admission.ts'
import { takeValues } from './data-edges.ts'
import { verdictFault } from './errors.ts'
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { EvidenceRef, GateResult, Judgement, RunTerms, StoredStatus } from './model.ts'
import type { Plan, PlanGate } from './plan-model.ts'
import { definitionHashOf, needsOf, orderGates } from './plan.ts'
import { isSatisfied, worstStatus } from './status.ts'
import { statusForDependents } from './waiver.ts'

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
 * dependency, BLOCKED or PENDING after one that is, BLOCKED without a value it takes; roll-ups take their worst child by
 * STATUS_ORDER. A dependency that the run's terms say is waived counts as satisfied; its own result stays what it is.
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
  // What each gate is worth to those that need it: a roll-up of waived gates is satisfied as well.
  const worth = new Map<string, StoredStatus>()
  for (const gate of order.gates) {
    const record = gate.children === undefined ? recorded.get(gate.id) : undefined
    const standing = record?.judgement ?? standingOf(gate, terms, standings, worth, recorded)
    standings.set(gate.id, standing)
    const own = gate.children === undefined ? standing.status : rollUp(gate.children, worth).status
    worth.set(gate.id, statusForDependents(gate.id, own, terms.waived))
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
    ...statementOf(record),
    evidence: record.evidence,
    finishedAtMs: record.finishedAtMs,
    environment: record.environment,
    slots: record.judgement.slots,
    toggles: record.judgement.toggles,
    ...(record.judgement.consumed === undefined ? {} : { consumed: record.judgement.consumed }),
  }
}

function standingOf(
  gate: PlanGate,
  terms: RunTerms,
  standings: ReadonlyMap<string, Standing>,
  worth: ReadonlyMap<string, StoredStatus>,
  recorded: ReadonlyMap<string, RecordedGate>,
): Standing {
  if (gate.children !== undefined) {
    const statuses = gate.children.map(
      (id) => [id, standings.get(id)?.status ?? 'PENDING'] as const,
    )
    return rollUp(gate.children, new Map(statuses))
  }
  const admission = admitGate(gate, terms)
  if (!admission.admitted && admission.status === 'BLOCKED') return admission
  return (
    heldByNeeds(gate, (id) => worth.get(id) ?? 'PENDING') ??
    untakenStanding(gate, recorded) ?? {
      status: 'PENDING',
      reason: admission.admitted ? 'not run yet' : admission.reason,
    }
  )
}

/** A gate that cannot have a value of another one; undefined when it takes none or all are there. */
function untakenStanding(
  gate: PlanGate,
  recorded: ReadonlyMap<string, RecordedGate>,
): Standing | undefined {
  const taking = takeValues(gate, (id) => {
    const record = recorded.get(id)
    return record && { ...record.judgement, ...statementOf(record) }
  })
  return taking.ok ? undefined : { status: 'BLOCKED', reason: taking.reason }
}

function statementOf({ statement }: RecordedGate): Pick<RecordedGate, 'statement'> {
  return statement === undefined ? {} : { statement }
}

function rollUp(
  children: readonly string[],
  statuses: ReadonlyMap<string, StoredStatus>,
): Standing {
  const known = children.map((id) => ({ id, status: statuses.get(id) ?? ('PENDING' as const) }))
  const status = worstStatus(known.map((child) => child.status)) ?? 'PENDING'
  const which = known.find((child) => child.status === status)
  return {
    status,
    reason: `the worst of ${known.length} gates is ${which?.id ?? 'none'}: ${status}`,
  }
}

/**
 * What unsatisfied dependencies make of a gate that did not run, by the worst of them; undefined when none is. A run's
 * lines and its results take their words from here.
 * @param statusOf undefined for what is not known yet, which then holds nothing
 */
export function heldByNeeds(
  gate: PlanGate,
  statusOf: (gate: string) => StoredStatus | undefined,
): ReturnType<typeof heldBy> | undefined {
  const unmet = needsOf(gate).flatMap((id) => {
    const status = statusOf(id)
    return status === undefined || isSatisfied(status) ? [] : [{ id, status }]
  })
  const worst = worstStatus(unmet.map((need) => need.status))
  const cause = unmet.find((need) => need.status === worst)
  return cause && heldBy(cause.id, cause.status)
}

function heldBy(
  id: string,
  status: StoredStatus,
): Standing & { readonly status: 'PENDING' | 'BLOCKED' | 'SKIPPED' } {
  switch (status) {
    case 'PENDING':
    case 'RUNNING':
      return { status: 'PENDING', reason: `waits for ${id}, which is ${status}` }
    case 'BLOCKED':
      return { status: 'BLOCKED', reason: `needs ${id}, which is BLOCKED` }
    default:
      return { status: 'SKIPPED', reason: `needs ${id}, which is ${status}` }
  }
}
