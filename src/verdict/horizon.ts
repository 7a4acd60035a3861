// Until when a Go holds: what it rests on, by when each of it ends; the first of them ends the Go.
import type { Case, Outcome } from './case.ts'
import { isSecondEdition } from './edition.ts'
import { INSTANT_LIMIT_MS, describeInstant } from './instant.ts'
import type { DecisionInputs, Horizon } from './model.ts'
import type { BreakGlass } from './people-model.ts'
import { withDescendants } from './plan.ts'
import { isOverridden } from './release-rules.ts'

/** Ends listed beside a verdict; the rest ends later. */
const HORIZON_LIMIT_COUNT = 5

/** What ends, the first first; empty unless the outcome is a Go. Source: release semantics, sections 4 and 7. */
export function horizonsOf(
  facts: Case,
  outcome: Outcome,
  glass: BreakGlass | undefined,
): readonly Horizon[] {
  if (!['GO', 'GO_WITH_WAIVERS', 'CONDITIONAL_GO'].includes(outcome.value)) return []
  const { inputs } = facts
  const life = { what: 'its usual life', atMs: inputs.asOfMs + inputs.policy.goLifetimeMs }
  // What a broken glass overrides may be stale already; only the glass itself ends such a Go.
  const ends =
    glass === undefined
      ? [life, ...decidedEnds(facts, outcome), ...surroundingEnds(inputs)]
      : [life, { what: `the broken glass ${glass.id}`, atMs: glass.expiresAtMs }]
  return ends
    .map(({ what, atMs }) => ({ what, atMs: Math.min(INSTANT_LIMIT_MS, atMs) }))
    .toSorted((a, b) => a.atMs - b.atMs || (a.what < b.what ? -1 : 1))
    .slice(0, HORIZON_LIMIT_COUNT)
}

/** A Go that ends long before its time says so at once, and what ends then. */
export function lifeNotes(inputs: DecisionInputs, horizons: readonly Horizon[]): string[] {
  const [first] = horizons
  if (first === undefined || first.atMs - inputs.asOfMs > inputs.policy.goLifetimeMs / 4) return []
  return [
    `this Go holds only until ${describeInstant(first.atMs)}, less than a quarter of its usual life: ${first.what} ends then`,
  ]
}

/** Waivers, evidence and conditions: what the rules about gates looked at. */
function decidedEnds(facts: Case, outcome: Outcome): Horizon[] {
  const { plan, inputs, standings, conditions } = facts
  const isSecond = isSecondEdition(inputs)
  const waivers = [...outcome.used.values()].map(({ id, expiresAtMs }) => ({
    what: `the waiver ${id}`,
    atMs: expiresAtMs,
  }))
  const required = plan.gates.flatMap(({ id, severity }) => (severity === 'required' ? [id] : []))
  const met = conditions.flatMap(({ condition, state }) =>
    state === 'MET' ? [condition.gate] : [],
  )
  // A lesser gate weighs below a required roll-up, and as the gate of a condition that it met.
  const weighing = isSecond ? withDescendants(plan.gates, [...required, ...met]) : new Set(required)
  const evidence = [...standings.values()].flatMap(({ gate, expiresAtMs }) =>
    weighing.has(gate.id) && expiresAtMs !== undefined
      ? [{ what: `the evidence of ${gate.id}`, atMs: expiresAtMs }]
      : [],
  )
  const open = conditions.flatMap(({ condition, state }) =>
    state === 'OPEN'
      ? [{ what: `the time of condition ${condition.id}`, atMs: condition.dueAtMs }]
      : [],
  )
  return [...waivers, ...evidence, ...open]
}

/** What else the next decision would look at: risks, freezes, error budget, roster. The first edition did not. */
function surroundingEnds(inputs: DecisionInputs): Horizon[] {
  if (!isSecondEdition(inputs)) return []
  const { risks, freeze, asOfMs, policy, roster, errorBudgetReading: reading } = inputs
  const ends = risks.flatMap(({ id, level, state, acceptedUntilMs, dueAtMs }): Horizon[] => {
    if (level === 'P1' && state === 'ACCEPTED' && acceptedUntilMs !== undefined)
      return [{ what: `the acceptance of risk ${id}`, atMs: acceptedUntilMs }]
    const isOpen = level === 'P2' && state !== 'CLOSED' && dueAtMs !== undefined
    return isOpen ? [{ what: `the time of risk ${id}`, atMs: dueAtMs }] : []
  })
  for (const { fromMs, untilMs, reason, override, id } of freeze) {
    if (fromMs > asOfMs && untilMs > fromMs && !isOverridden(override))
      ends.push({ what: `the time before the freeze ${id ?? reason}`, atMs: fromMs })
  }
  if (policy.rosterMaxAgeMs !== undefined && roster !== undefined)
    ends.push({ what: 'the on-call roster', atMs: roster.confirmedAtMs + policy.rosterMaxAgeMs })
  const { errorBudgetMaxAgeMs } = policy
  const isBudgetAsked = policy.minimumErrorBudget > 0 && errorBudgetMaxAgeMs !== undefined
  if (isBudgetAsked && reading !== undefined && !isOverridden(reading.override))
    ends.push({ what: 'the error budget', atMs: reading.measuredAtMs + errorBudgetMaxAgeMs })
  return ends
}
