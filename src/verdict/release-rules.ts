// Rules 3 to 6 of a decision beside the gates: risks, freeze, error budget, conditions and sign-offs.
import type { Case } from './case.ts'
import { describeInstant } from './instant.ts'
import type { DecisionInputs, Reason } from './model.ts'
import type { DecisionPolicy, Override, Risk } from './people-model.ts'
import type { Quorum } from './quorum.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'
import { isOwnWord } from './vouching-rules.ts'

/** Rule 3: P0 until closed; P1 until closed or accepted by two; P2 once overdue. P3 never blocks. */
export function riskReasons(inputs: DecisionInputs): Reason[] {
  return inputs.risks.flatMap((risk) => {
    const why = whyRiskBlocks(risk, inputs.asOfMs)
    if (why === undefined) return []
    const flip =
      risk.level === 'P1'
        ? 'Close it, or have its owner and a second person accept it until a date.'
        : risk.level === 'P2'
          ? 'Close it, or agree on a later date.'
          : 'Close it.'
    return [{ rule: '7.3', text: `risk ${risk.id} (${risk.level}, ${risk.title}) ${why}`, flip }]
  })
}

function whyRiskBlocks(risk: Risk, asOfMs: number): string | undefined {
  if (risk.state === 'CLOSED') return undefined
  switch (risk.level) {
    case 'P0':
      return 'is not closed'
    case 'P1':
      return whyNotAccepted(risk, asOfMs)
    case 'P2':
      return risk.dueAtMs !== undefined && asOfMs > risk.dueAtMs ? 'is overdue' : undefined
    case 'P3':
      return undefined
  }
}

function whyNotAccepted(risk: Risk, asOfMs: number): string | undefined {
  if (risk.state !== 'ACCEPTED') return 'is neither closed nor accepted'
  const people = new Set(risk.acceptedBy ?? [])
  if (!people.has(risk.owner) || people.size < 2)
    return 'is not accepted by its owner and a second person'
  if (risk.acceptedUntilMs === undefined) return 'is accepted without an end'
  return asOfMs >= risk.acceptedUntilMs ? 'was accepted until a time that has passed' : undefined
}

/** Rule 4: a freeze window (from inclusive, until exclusive), or too little error budget. */
export function environmentReasons(inputs: DecisionInputs): Reason[] {
  const out: Reason[] = inputs.freeze
    .filter((each) => each.fromMs <= inputs.asOfMs && inputs.asOfMs < each.untilMs)
    .filter((each) => !isOverridden(each.override))
    .map((each) => ({
      rule: '7.4-freeze',
      text: `a freeze is active: ${each.reason}`,
      flip: `Decide after ${describeInstant(each.untilMs)}, or two people override it with a reason.`,
    }))
  const { errorBudget, policy } = inputs
  const isPassed = isOverridden(inputs.errorBudgetReading?.override)
  if (errorBudget !== undefined && !(errorBudget >= policy.minimumErrorBudget) && !isPassed) {
    out.push({
      rule: '7.4-error-budget',
      text: `expected at least ${policy.minimumErrorBudget} of the error budget, got ${errorBudget}`,
      flip: 'Wait until enough error budget has come back, or two people override it with a reason.',
    })
  }
  return out
}

/** Two distinct people with a reason; the control plane records nothing less, and this does not take its word. */
export function isOverridden(override: Override | undefined): boolean {
  return (
    override !== undefined && override.reason.trim() !== '' && new Set(override.people).size > 1
  )
}

/** Rule 6 for what has to be fresh besides evidence: an entered error budget, and the on-call roster. */
export function readinessReasons(inputs: DecisionInputs): Reason[] {
  const { policy, asOfMs, errorBudgetReading: reading, roster } = inputs
  const out: Reason[] = []
  const isOwn = (person: string | undefined): string | undefined =>
    isOwnWord(inputs, person) ? 'was entered by the author of the change' : undefined
  if (policy.minimumErrorBudget > 0 && !isOverridden(reading?.override)) {
    const why =
      whyNotFresh(reading?.measuredAtMs, policy.errorBudgetMaxAgeMs, asOfMs) ??
      isOwn(reading?.enteredBy)
    if (why !== undefined)
      out.push({
        rule: '7.6-error-budget',
        text: `the error budget ${why}`,
        flip: isOwnWord(inputs, reading?.enteredBy)
          ? 'Somebody else enters what is left of the error budget, with its source.'
          : 'Enter what is left of the error budget, with its source.',
      })
  }
  const why =
    whyNotFresh(roster?.confirmedAtMs, policy.rosterMaxAgeMs, asOfMs) ??
    (policy.rosterMaxAgeMs === undefined ? undefined : isOwn(roster?.confirmedBy))
  if (why !== undefined)
    out.push({
      rule: '7.6-roster',
      text: `the on-call roster ${why}`,
      flip: isOwnWord(inputs, roster?.confirmedBy)
        ? 'Somebody else confirms who is on call.'
        : 'Confirm who is on call.',
    })
  return out
}

function whyNotFresh(
  atMs: number | undefined,
  maxAgeMs: number | undefined,
  asOfMs: number,
): string | undefined {
  if (maxAgeMs === undefined) return undefined
  if (atMs === undefined) return 'was never entered'
  if (atMs > asOfMs + CLOCK_SKEW_LIMIT_MS)
    return `is dated in the future (${describeInstant(atMs)})`
  return asOfMs > atMs + maxAgeMs ? `is too old (${describeInstant(atMs)})` : undefined
}

/** Rules 5 and 6 for conditions: missed ones, and those whose gate nobody can find. */
export function conditionReasons(facts: Case): Reason[] {
  return facts.conditions.flatMap(({ condition, state }): Reason[] => {
    const { id, gate } = condition
    if (state !== 'WITHDRAWN' && !facts.standings.has(gate) && !facts.later.has(gate)) {
      const text = `condition ${id} names ${gate}, which is not in the plan`
      return [{ rule: '7.6-condition', gate, text, flip: 'Name a gate of the plan.' }]
    }
    if (state !== 'MISSED') return []
    const text = `condition ${id} was missed: ${condition.text} (${condition.owner}, due ${describeInstant(condition.dueAtMs)})`
    return condition.onMiss === 'NO_GO'
      ? [
          {
            rule: '7.5-condition',
            gate,
            text,
            flip: `${gate} passes, or the condition is withdrawn.`,
          },
        ]
      : [
          {
            rule: '7.6-condition',
            gate,
            text,
            flip: `${gate} passes, or two people extend the condition.`,
          },
        ]
  })
}

/** Rule 5 for rejections, rule 6 for roles that distinct people do not fill. */
export function signOffReasons(quorum: Quorum, policy: DecisionPolicy): Reason[] {
  const isStanding = policy.rejectionsStand === true
  const rejected: Reason[] = quorum.rejections.map((each) => ({
    rule: '7.5-rejection',
    evidence: each.statement,
    text: `${each.principal} rejected it as ${each.role}`,
    flip: isStanding
      ? `${each.person ?? each.principal} withdraws the rejection as ${each.role}.`
      : `${each.principal} approves it as ${each.role}.`,
  }))
  const missing: Reason[] = quorum.gaps.map((gap) => ({
    rule: '7.6-sign-off',
    text: describeGap(gap),
    flip: `${describePeople(gap.minimum - gap.filled)} as ${gap.role}.`,
  }))
  return [...rejected, ...missing]
}

function describePeople(count: number): string {
  return count === 1 ? 'One more person signs off' : `${count} more people sign off`
}

function describeGap(gap: Quorum['gaps'][number]): string {
  const shared = gap.approved > gap.filled ? '; one person counts for one role only' : ''
  return `the role ${gap.role} has ${gap.filled} of ${gap.minimum} sign-offs by distinct people${shared}`
}
