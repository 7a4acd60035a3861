// What a verdict lists without being blocked by it: warnings, open lesser risks, expiries, waivers without effect.
import type { Case } from './case.ts'
import { glassNotes } from './break-glass.ts'
import { cabNotes } from './cab.ts'
import { describeInstant } from './instant.ts'
import type { Risk, Waiver } from './people-model.ts'
import { isNearExpiry } from './staleness.ts'
import { isSatisfied } from './status.ts'
import { planReviewNotes } from './vouching-rules.ts'
import { refuseWaiver } from './waiver.ts'

/** What ends or begins within this time is worth a word. */
const HORIZON_MS = 86_400_000

/** Sorted sentences; none of them is read by a rule. */
export function notesOf(facts: Case, used: ReadonlyMap<string, Waiver>): string[] {
  const notes = [
    ...gateNotes(facts),
    ...waiverNotes(facts, used),
    ...riskNotes(facts),
    ...conditionNotes(facts),
    ...readinessNotes(facts),
    ...planReviewNotes(facts),
    ...cabNotes(facts.inputs),
    ...glassNotes(facts.inputs),
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
      .filter((gate) => !standings.has(gate) && !facts.later.has(gate))
      .map((gate) => `waiver ${waiver.id} names ${gate}, which is not in the plan`)
    const refusal = refuseWaiver(waiver, inputs, facts.plan)
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
      return [
        `risk ${risk.id} (P1, ${risk.title}) is accepted${acceptanceEnd(risk, facts.inputs.asOfMs)}`,
      ]
    return []
  })
}

// An acceptance has no recorded beginning, so only the last day of it is a horizon.
function acceptanceEnd(risk: Risk, asOfMs: number): string {
  const until = risk.acceptedUntilMs
  if (until === undefined) return ''
  const isNear = until > asOfMs && until - asOfMs <= HORIZON_MS
  return ` until ${describeInstant(until)}${isNear ? ', which is within a day' : ''}`
}

/** What holds beside the gates, and until when. */
function readinessNotes({ inputs }: Case): string[] {
  const { roster, policy, errorBudget, errorBudgetReading: reading, asOfMs } = inputs
  const out = inputs.freeze.flatMap((each) =>
    each.fromMs <= asOfMs && asOfMs < each.untilMs && each.override !== undefined
      ? [
          `the freeze ${each.id ?? each.reason} is overridden by ${each.override.people.join(' and ')}: ${each.override.reason}`,
        ]
      : each.fromMs > asOfMs && each.fromMs - asOfMs <= HORIZON_MS
        ? [`a freeze begins at ${describeInstant(each.fromMs)}: ${each.reason}`]
        : [],
  )
  if (errorBudget !== undefined && reading !== undefined) {
    out.push(
      `the error budget ${errorBudget} is from ${reading.source}, as of ${describeInstant(reading.measuredAtMs)}, entered by ${reading.enteredBy}`,
    )
    if (reading.override !== undefined)
      out.push(
        `the error budget is overridden by ${reading.override.people.join(' and ')}: ${reading.override.reason}`,
      )
  }
  if (roster !== undefined) {
    const endMs =
      policy.rosterMaxAgeMs === undefined ? undefined : roster.confirmedAtMs + policy.rosterMaxAgeMs
    const isNear = endMs !== undefined && isNearExpiry(roster.confirmedAtMs, endMs, asOfMs)
    out.push(
      `on call: ${roster.people.join(', ')} (confirmed ${describeInstant(roster.confirmedAtMs)}${isNear ? `, too old from ${describeInstant(endMs)}` : ''})`,
    )
  }
  for (const each of inputs.breakGlass ?? [])
    if (each.version === inputs.subject.version && each.reviewedBy === undefined)
      out.push(
        `break-glass ${each.id} by ${each.principal} waits for a review by somebody else until ${describeInstant(each.reviewDueAtMs)}`,
      )
  return out
}

function conditionNotes(facts: Case): string[] {
  const { asOfMs } = facts.inputs
  return facts.conditions.flatMap(({ condition, state }) => {
    if (state === 'MET' || state === 'WITHDRAWN') return [`condition ${condition.id} is ${state}`]
    const leftMs = condition.dueAtMs - asOfMs
    return state === 'OPEN' && leftMs <= HORIZON_MS
      ? [`condition ${condition.id} is due within a day, at ${describeInstant(condition.dueAtMs)}`]
      : []
  })
}
