// Whether evidence closes a risk: fresh, of the same service, collected after the opening, and not of the closer's own making.
import type { OpenedStatement } from '../identity/index.ts'
import type { Register, RegisterAct } from '../register/index.ts'
import { isSatisfied, outdatedGates, statusAt } from '../verdict/index.ts'
import type { GateResult, PlanGate } from '../verdict/index.ts'
import type { RunView } from '../gates/index.ts'
import type { ReleaseContext } from './context.ts'
import { releaseFault } from './errors.ts'

/** What has to be compared with the register once its lock is held. */
export interface ClosingEvidence {
  readonly collectedAtMs: number
}

/**
 * Undefined when the act closes no risk by evidence. Evidence is fresh when the newest run of the named version holds it
 * now; age is judged as for a decision. That the definition fits what was pinned is for the register's own rules.
 * @param closer the person's name
 * @throws RELEASE_CHANGE_REFUSED
 */
export async function inspectClosing(
  context: ReleaseContext,
  tenantId: string,
  service: string,
  { change, person }: RegisterAct,
  closer: string,
): Promise<ClosingEvidence | undefined> {
  if (change.kind !== 'risk.closed' || change.evidence === undefined) return undefined
  const { version, gate: gateId, statement, definition, review } = change.evidence
  const view = await context.runs.readLatest(tenantId, { service, version })
  const gate = view.plan.gates.find((each) => each.id === gateId)
  const result = view.results.find((each) => each.gate === gateId)
  if (gate === undefined || result === undefined)
    throw refuseClosing(`expected ${gateId} among the gates of ${service}@${version}`)
  assertHolds(context, view, gate, result)
  if (result.statement !== statement || result.finishedAtMs === undefined)
    throw refuseClosing(`expected the newest evidence of ${gateId}, got an earlier one`)
  if (result.definition !== definition)
    throw refuseClosing(
      `expected the definition ${result.definition} that ${gateId} ran under, got ${definition ?? 'none'}`,
    )
  const teller = await openTeller(context, tenantId, statement)
  if (teller.signer.person === person)
    throw refuseClosing(`${closer} answered ${gateId}: somebody else closes it`)
  if (review !== undefined)
    await assertReviewed(context, tenantId, view, { review, person, closer })
  return { collectedAtMs: result.finishedAtMs }
}

/** @throws RELEASE_CHANGE_REFUSED when the risk was opened, or opened again, after the evidence was collected */
export function assertOpenedBefore(
  register: Register,
  { change }: RegisterAct,
  evidence: ClosingEvidence | undefined,
): void {
  if (change.kind !== 'risk.closed' || evidence === undefined) return
  const risk = register.risks.get(change.id)
  if (risk !== undefined && evidence.collectedAtMs <= risk.openedAtMs)
    throw refuseClosing(
      `expected evidence collected after ${change.id} was opened at ${new Date(risk.openedAtMs).toISOString()}, got some of ${new Date(evidence.collectedAtMs).toISOString()}`,
    )
}

function assertHolds(
  context: ReleaseContext,
  view: RunView,
  gate: PlanGate,
  result: GateResult,
): void {
  const { clock, digest } = context.ports
  const terms = { asOfMs: clock.nowMs(), environment: view.plan.environment }
  const { status, reason } = statusAt(digest, gate, result, terms)
  const results = new Map(view.results.map((each) => [each.gate, each]))
  const outdated = outdatedGates(view.plan.gates, results).get(gate.id)
  if (outdated !== undefined)
    throw refuseClosing(`expected fresh evidence that ${gate.id} holds, it is STALE: ${outdated}`)
  if (!isSatisfied(status) || status === 'NOT_APPLICABLE')
    throw refuseClosing(`expected fresh evidence that ${gate.id} holds, it is ${status}: ${reason}`)
}

async function openTeller(
  context: ReleaseContext,
  tenantId: string,
  statement: string,
): Promise<OpenedStatement<'gate-run'>> {
  const envelope = await context.ports.evidence.read(tenantId, statement)
  const kinds = ['person', 'runner', 'control-plane'] as const
  return context.ports.identity.openStatement(tenantId, envelope, 'gate-run', kinds)
}

async function assertReviewed(
  context: ReleaseContext,
  tenantId: string,
  view: RunView,
  { review, person, closer }: Readonly<Record<'review' | 'person' | 'closer', string>>,
): Promise<void> {
  const found = view.reviews.find((each) => each.statement === review)
  const people = await context.ports.identity.list(tenantId)
  const reviewer = people.find((each) => each.id === found?.principal)
  if (reviewer === undefined)
    throw refuseClosing(
      `expected a recorded review of the plan ${view.run.planHash}, got ${review.slice(0, 100)}`,
    )
  if (reviewer.person === person)
    throw refuseClosing(
      `expected a plan that somebody other than ${closer} reviewed, got one of their own`,
    )
}

function refuseClosing(reason: string): Error {
  return releaseFault('RELEASE_CHANGE_REFUSED', reason)
}
