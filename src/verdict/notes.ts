// What a verdict lists without being blocked by it: warnings, open lesser risks, expiries, waivers without effect.
import type { Case } from './case.ts'
import { describeInstant } from './instant.ts'
import type { Waiver } from './model.ts'
import { isNearExpiry } from './staleness.ts'
import { isSatisfied } from './status.ts'
import { refuseWaiver } from './waiver.ts'

/** Sorted sentences; none of them is read by a rule. */
export function notesOf(facts: Case, used: ReadonlyMap<string, Waiver>): string[] {
  const notes = [
    ...gateNotes(facts),
    ...waiverNotes(facts, used),
    ...riskNotes(facts),
    ...conditionNotes(facts),
    ...facts.quorum.ignored.map(({ signOff, why }) => {
      return `the sign-off ${signOff.statement} of ${signOff.principal} as ${signOff.role} does not count: ${why}`
    }),
  ]
  if (facts.plan.signOffs.length === 0) notes.push('the plan asks for no sign-off')
  if (facts.inputs.errorBudget === undefined && facts.inputs.policy.minimumErrorBudget > 0) {
    notes.push('no objective is declared, so the error budget was not looked at')
  }
  return [...new Set(notes)].sort()
}

function gateNotes(facts: Case): string[] {
  const { asOfMs } = facts.inputs
  return [...facts.standings.values()].flatMap(({ gate, status, reason, expiresAtMs, result }) => {
    const out: string[] = []
    if (status === 'WARN') out.push(`${gate.id} is WARN: ${reason}`)
    if (status === 'NOT_APPLICABLE') out.push(`${gate.id} does not apply: ${reason}`)
    if (gate.severity !== 'required' && !isSatisfied(status)) {
      out.push(`${gate.id} (${gate.severity}) is ${status}: ${reason}`)
    }
    const startMs = result?.finishedAtMs
    if (
      isSatisfied(status) &&
      expiresAtMs !== undefined &&
      startMs !== undefined &&
      isNearExpiry(startMs, expiresAtMs, asOfMs)
    ) {
      out.push(`the evidence of ${gate.id} is valid until ${describeInstant(expiresAtMs)}`)
    }
    return out
  })
}

function waiverNotes(facts: Case, used: ReadonlyMap<string, Waiver>): string[] {
  const { inputs, standings } = facts
  const usedIds = new Set([...used.values()].map((each) => each.id))
  return inputs.waivers.flatMap((waiver) => {
    const out = waiver.gates
      .filter((gate) => !standings.has(gate))
      .map((gate) => `waiver ${waiver.id} names ${gate}, which is not in the plan`)
    const refusal = refuseWaiver(waiver, inputs)
    if (refusal !== undefined) out.push(`waiver ${waiver.id} has no force: ${refusal}`)
    else if (!usedIds.has(waiver.id)) out.push(`waiver ${waiver.id} was not needed`)
    else if (isNearExpiry(waiver.issuedAtMs, waiver.expiresAtMs, inputs.asOfMs)) {
      out.push(`waiver ${waiver.id} is valid until ${describeInstant(waiver.expiresAtMs)}`)
    }
    return out
  })
}

function riskNotes(facts: Case): string[] {
  return facts.inputs.risks.flatMap((risk) => {
    if (risk.state === 'CLOSED') return []
    if (risk.level === 'P3') return [`risk ${risk.id} (P3, ${risk.title}) is open`]
    if (risk.level === 'P2' && risk.dueAtMs === undefined)
      return [`risk ${risk.id} (P2, ${risk.title}) has no due date`]
    if (risk.level === 'P1' && risk.state === 'ACCEPTED')
      return [`risk ${risk.id} (P1, ${risk.title}) is accepted`]
    return []
  })
}

function conditionNotes(facts: Case): string[] {
  return facts.conditions.flatMap(({ condition, state }) =>
    state === 'MET' || state === 'WITHDRAWN' ? [`condition ${condition.id} is ${state}`] : [],
  )
}
