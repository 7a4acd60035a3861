// Whether a waiver is in force, and which gate it covers.
import type { DecisionInputs, RunTerms, Status, StoredStatus } from './model.ts'
import type { Waiver } from './people-model.ts'
import type { Plan } from './plan-model.ts'
import { sortedBy } from './decision-hash.ts'
import { isSecondEdition } from './edition.ts'
import { withDescendants } from './plan.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

/** Longest life of a waiver. */
const WAIVER_LIFETIME_LIMIT_DAYS = 30
/** Longest life of a waiver that security approved. */
const SECURED_LIFETIME_LIMIT_DAYS = 90
const DAY_MS = 86_400_000
/** Distinct people who must approve, none of them the requester. */
const WAIVER_APPROVER_MINIMUM = 2

const WAIVABLE: ReadonlySet<Status> = new Set<Status>(['FAIL', 'WARN', 'STALE', 'INCONCLUSIVE'])

/** What of a decision's inputs says whether a waiver is in force. */
export type WaiverFacts = Pick<
  DecisionInputs,
  'subject' | 'asOfMs' | 'author' | 'risks' | 'waivers' | 'policy' | 'edition'
>

/** Why the waiver has no force in this decision; undefined when it has. Source: release semantics, section 5. */
export function refuseWaiver(waiver: Waiver, inputs: WaiverFacts, plan: Plan): string | undefined {
  const { subject, asOfMs } = inputs
  if (waiver.revoked) return 'it was revoked'
  if (waiver.version !== subject.version)
    return `it is for version ${waiver.version}, not ${subject.version}`
  if (waiver.environment !== subject.environment) {
    return `it is for the environment ${waiver.environment}, not ${subject.environment}`
  }
  if (waiver.reason.trim() === '') return 'it states no reason'
  if (!inputs.risks.some((risk) => risk.id === waiver.risk))
    return `its risk ${waiver.risk} is not in the register`
  const lacking = refuseApprovers(waiver, inputs, plan)
  if (lacking !== undefined) return lacking
  if (waiver.issuedAtMs > asOfMs + CLOCK_SKEW_LIMIT_MS) return 'it is not issued yet'
  const days = isSecured(waiver, inputs) ? SECURED_LIFETIME_LIMIT_DAYS : WAIVER_LIFETIME_LIMIT_DAYS
  if (waiver.expiresAtMs - waiver.issuedAtMs > days * DAY_MS)
    return `it lasts longer than ${days} days`
  if (asOfMs >= waiver.expiresAtMs) return 'it has expired'
  if ((waiver.uses ?? 0) >= waiver.maxUses) return 'it is used up'
  return undefined
}

function refuseApprovers(waiver: Waiver, inputs: WaiverFacts, plan: Plan): string | undefined {
  const approvers = new Set(waiver.approvers)
  if (approvers.has(waiver.requester)) return 'its requester is among its approvers'
  if (inputs.author !== undefined && approvers.has(inputs.author))
    return 'the author of the change is among its approvers'
  if (approvers.size < WAIVER_APPROVER_MINIMUM)
    return `it has ${approvers.size} distinct approvers of ${WAIVER_APPROVER_MINIMUM}`
  const { approvals } = waiver
  if (approvals === undefined) return undefined
  const held = new Set(approvals.flatMap((each) => each.roles))
  for (const gate of waiver.gates) {
    const owners = ownersOf(gate, inputs, plan)
    if (owners.length > 0 && !owners.some((owner) => held.has(owner)))
      return `none of its approvers owns ${gate} (${owners.join(' or ')})`
  }
  return undefined
}

/** Roles that own the area of a gate: as the policy says, the longest beginning first; else any that the plan asks for. */
function ownersOf(gate: string, inputs: WaiverFacts, plan: Plan): readonly string[] {
  const areas = (inputs.policy.areas ?? []).filter((area) => gate.startsWith(area.gates))
  const longest = Math.max(0, ...areas.map((area) => area.gates.length))
  if (areas.length > 0)
    return areas.filter((area) => area.gates.length === longest).map((area) => area.owner)
  return plan.signOffs.flatMap((role) => [role.role, ...(role.anyOf ?? [])])
}

function isSecured(waiver: Waiver, inputs: WaiverFacts): boolean {
  const { securityRole } = inputs.policy
  return (
    securityRole !== undefined &&
    (waiver.approvals ?? []).some((each) => each.roles.includes(securityRole))
  )
}

/** The waiver that lets the gate pass, by id order; undefined when none may. `waivers` holds only those in force. */
export function coveringWaiver(
  gate: string,
  status: Status,
  waivers: readonly Waiver[],
  nonWaivable: readonly string[],
): Waiver | undefined {
  if (!WAIVABLE.has(status) || nonWaivable.includes(gate)) return undefined
  return waivers.find((waiver) => waiver.gates.includes(gate))
}

/** Gates that no waiver may cover: in the second edition also those below a roll-up that the policy names. */
export function nonWaivableGates(
  plan: Plan,
  { policy, ...rules }: Pick<WaiverFacts, 'policy' | 'edition'>,
): readonly string[] {
  return isSecondEdition(rules)
    ? [...policy.nonWaivable, ...withDescendants(plan.gates, policy.nonWaivable)]
    : policy.nonWaivable
}

/** The waiver in force now of each gate that has one, by gate id: what a run is told. */
export function waivedGates(plan: Plan, facts: WaiverFacts): Readonly<Record<string, string>> {
  const inForce = sortedBy(facts.waivers, (each) => each.id).filter(
    (each) => refuseWaiver(each, facts, plan) === undefined,
  )
  const nonWaivable = nonWaivableGates(plan, facts)
  return Object.fromEntries(
    plan.gates.flatMap(({ id }) => {
      const waiver = coveringWaiver(id, 'FAIL', inForce, nonWaivable)
      return waiver === undefined ? [] : [[id, waiver.id]]
    }),
  )
}

/** What a gate's status is worth to those that need it. Source: release semantics, section 3. */
export function statusForDependents(
  gate: string,
  status: StoredStatus,
  waived: RunTerms['waived'],
): StoredStatus {
  const isWaived = waived !== undefined && Object.hasOwn(waived, gate) && WAIVABLE.has(status)
  return isWaived ? 'PASS' : status
}
