// Whether a waiver is in force, and which gate it covers.
import type { DecisionInputs, Status, Waiver } from './model.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

/** Longest life of a waiver. */
export const WAIVER_LIFETIME_LIMIT_MS = 30 * 86_400_000
/** Distinct people who must approve, none of them the requester. */
export const WAIVER_APPROVER_MINIMUM = 2

const WAIVABLE: ReadonlySet<Status> = new Set<Status>(['FAIL', 'WARN', 'STALE', 'INCONCLUSIVE'])

/** Why the waiver has no force in this decision; undefined when it has. Source: release semantics, section 5. */
export function refuseWaiver(waiver: Waiver, inputs: DecisionInputs): string | undefined {
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
  const approvers = new Set(waiver.approvers)
  if (approvers.has(waiver.requester)) return 'its requester is among its approvers'
  if (approvers.size < WAIVER_APPROVER_MINIMUM) {
    return `it has ${approvers.size} distinct approvers of ${WAIVER_APPROVER_MINIMUM}`
  }
  if (waiver.issuedAtMs > asOfMs + CLOCK_SKEW_LIMIT_MS) return 'it is not issued yet'
  if (waiver.expiresAtMs - waiver.issuedAtMs > WAIVER_LIFETIME_LIMIT_MS)
    return 'it lasts longer than 30 days'
  if (asOfMs >= waiver.expiresAtMs) return 'it has expired'
  if ((waiver.uses ?? 0) >= waiver.maxUses) return 'it is used up'
  return undefined
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
