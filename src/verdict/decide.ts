// The decision: a pure function of plan and frozen inputs, first matching rule wins, everything that blocks is listed.
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { Case, ConditionStates, Outcome } from './case.ts'
import { cabReasons } from './cab.ts'
import { breakOpen, glassFor, glassReasons } from './break-glass.ts'
import { falseConsumers } from './data-edges.ts'
import { decisionHashOf, reviewHashWith, sortedBy, sortedTexts } from './decision-hash.ts'
import { gateReasons, nothingCertified } from './gate-rules.ts'
import { horizonsOf, lifeNotes } from './horizon.ts'
import { describeInstant } from './instant.ts'
import { isSecondEdition } from './edition.ts'
import type { DecisionInputs, Reason, Verdict } from './model.ts'
import type { Waiver } from './people-model.ts'
import { launchReasons } from './launch.ts'
import { laterGates } from './phase.ts'
import { notesOf } from './notes.ts'
import type { Plan } from './plan-model.ts'
import { planHashOf, withDescendants } from './plan.ts'
import { countSignOffs } from './quorum.ts'
import {
  conditionReasons,
  environmentReasons,
  readinessReasons,
  riskReasons,
  signOffReasons,
} from './release-rules.ts'
import { heldFailureReasons } from './held-failures.ts'
import { conditionState, standingsOf, withRollUps } from './standing.ts'
import { planReviewReasons } from './vouching-rules.ts'
import { coveringWaiver, nonWaivableGates, refuseWaiver } from './waiver.ts'

/**
 * The verdict of a release. Same plan and inputs, same verdict, in any order of the lists and for ever.
 * Source: release semantics, section 7.
 */
export function decide(digest: Digest, plan: Plan, inputs: DecisionInputs): Verdict {
  const planHash = planHashOf(digest, plan)
  const reviewHash = reviewHashWith(digest, plan, planHash, inputs)
  const hashes = {
    reviewHash,
    decisionHash: decisionHashOf(digest, inputs, reviewHash),
    asOfMs: inputs.asOfMs,
  }
  const invalid = sortedReasons(integrityReasons(plan, planHash, inputs))
  if (invalid.length > 0)
    return { value: 'INVALID', raw: 'INVALID', reasons: invalid, notes: [], ...hashes }
  const facts = openCase(digest, plan, inputs, reviewHash)
  const ruled = ruleOn(facts, facts.waivers)
  const raw = ruleOn(facts, [])
  const glass = glassFor(ruled, inputs)
  const final = glass === undefined ? ruled : breakOpen(ruled, glass)
  const horizons = horizonsOf(facts, final, glass)
  const expiresAtMs = horizons[0]?.atMs
  const used = sortedTexts([...new Set([...final.used.values()].map((each) => each.id))])
  return {
    value: final.value,
    raw: raw.value,
    reasons: final.reasons,
    notes: sortedTexts([...notesOf(facts, final.used), ...lifeNotes(inputs, horizons)]),
    ...hashes,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs, horizons }),
    ...(used.length === 0 ? {} : { usedWaivers: used }),
    ...(facts.conditions.length === 0
      ? {}
      : {
          conditions: facts.conditions.map(({ condition, state }) => ({ id: condition.id, state })),
        }),
    ...(facts.later.size === 0 ? {} : { notYetDue: sortedTexts([...facts.later]) }),
    ...(glass === undefined ? {} : { breakGlass: glass }),
  }
}

function openCase(
  digest: Digest,
  plan: Plan,
  inputs: DecisionInputs,
  reviewHash: ContentDigest,
): Case {
  const later = laterGates(plan, inputs.phase)
  const all = withRollUps(plan, standingsOf(digest, plan, inputs), (child) => child.status)
  const due = new Map([...standingsOf(digest, plan, inputs)].filter(([gate]) => !later.has(gate)))
  const duePlan =
    later.size === 0 ? plan : { ...plan, gates: plan.gates.filter((gate) => !later.has(gate.id)) }
  const standings = withRollUps(duePlan, due, (child) => child.status)
  const conditions: ConditionStates = sortedBy(inputs.conditions, (each) => each.id).map(
    (condition) => ({
      condition,
      state: conditionState(condition, all, inputs.asOfMs),
    }),
  )
  return {
    plan: duePlan,
    inputs,
    standings,
    conditions,
    later,
    held: heldGates(plan, inputs, conditions),
    quorum: countSignOffs(plan, inputs, reviewHash),
    waivers: sortedBy(inputs.waivers, (each) => each.id).filter(
      (each) => refuseWaiver(each, inputs, plan) === undefined,
    ),
  }
}

/** Gates that wait for an open condition. What no waiver may cover, no condition holds either. */
function heldGates(
  plan: Plan,
  inputs: DecisionInputs,
  conditions: ConditionStates,
): ReadonlySet<string> {
  const open = conditions.flatMap((each) => (each.state === 'OPEN' ? [each.condition.gate] : []))
  const held = withDescendants(plan.gates, open)
  if (!isSecondEdition(inputs)) return held
  const fixed = new Set(nonWaivableGates(plan, inputs))
  return new Set([...held].filter((gate) => !fixed.has(gate)))
}

/** Rules 2 to 8 with the given waivers in force. */
function ruleOn(facts: Case, waivers: readonly Waiver[]): Outcome {
  const { plan, inputs, held } = facts
  const nonWaivable = nonWaivableGates(plan, inputs)
  const used = new Map<string, Waiver>()
  const standings = withRollUps(plan, facts.standings, (child) => {
    if (held.has(child.gate.id)) return undefined
    return coveringWaiver(child.gate.id, child.status, waivers, nonWaivable) === undefined
      ? child.status
      : 'PASS'
  })
  const required = plan.gates.filter((gate) => gate.severity === 'required').map((gate) => gate.id)
  // A lesser gate below a required roll-up weighs through it, so its waiver counts as used.
  const weighing = withDescendants(plan.gates, required)
  for (const standing of standings.values()) {
    if (!weighing.has(standing.gate.id) || held.has(standing.gate.id) || standing.status === 'WARN')
      continue
    const waiver = coveringWaiver(standing.gate.id, standing.status, waivers, nonWaivable)
    if (waiver !== undefined) used.set(standing.gate.id, waiver)
  }
  const found = [
    ...gateReasons(standings, held, new Set(used.keys()), inputs.terms),
    ...nothingCertified(standings),
    ...riskReasons(inputs),
    ...environmentReasons(inputs),
    ...readinessReasons(inputs),
    ...planReviewReasons(facts),
    ...glassReasons(inputs),
    ...conditionReasons(facts),
    ...heldFailureReasons(facts),
    ...signOffReasons(facts.quorum, inputs.policy),
    ...cabReasons(inputs),
  ]
  const blocking = [...found, ...launchReasons(inputs, found)]
  if (blocking.length > 0) {
    const isNoGo = blocking.some((reason) => !reason.rule.startsWith('7.6'))
    return { value: isNoGo ? 'NO_GO' : 'NOT_READY', reasons: sortedReasons(blocking), used }
  }
  const qualifying = [...openConditionReasons(facts), ...waiverReasons(used)]
  const isConditional = qualifying.some((reason) => reason.rule === '7.7')
  const value = isConditional ? 'CONDITIONAL_GO' : used.size > 0 ? 'GO_WITH_WAIVERS' : 'GO'
  return { value, reasons: sortedReasons(qualifying), used }
}

/** Rule 1: what was handed in does not verify, or does not belong together. */
function integrityReasons(plan: Plan, planHash: ContentDigest, inputs: DecisionInputs): Reason[] {
  const reason = (text: string): Reason => ({
    rule: '7.1',
    text,
    flip: 'Find out what was changed; nothing else of this decision can be relied on.',
  })
  const out = inputs.integrity.findings.map(reason)
  if (!inputs.integrity.ok && out.length === 0)
    out.push(reason('ledger, signatures or evidence did not verify'))
  if (inputs.plan !== planHash)
    out.push(reason(`expected results of the plan ${planHash}, got ${inputs.plan}`))
  for (const name of ['service', 'version', 'environment'] as const) {
    if (inputs.subject[name] !== plan[name]) {
      out.push(
        reason(`expected a subject with the ${name} ${plan[name]}, got ${inputs.subject[name]}`),
      )
    }
  }
  const gates = new Set(plan.gates.map((gate) => gate.id))
  const seen = new Set<string>()
  for (const { gate } of inputs.results) {
    if (!gates.has(gate))
      out.push(reason(`there is a result for ${gate}, which is not in the plan`))
    if (seen.has(gate)) out.push(reason(`there is more than one result for ${gate}`))
    seen.add(gate)
  }
  const results = new Map(inputs.results.map((result) => [result.gate, result]))
  return [...out, ...falseConsumers(plan.gates, results).map(reason)]
}

function openConditionReasons(facts: Case): Reason[] {
  return facts.conditions
    .filter((each) => each.state === 'OPEN')
    .map(({ condition }) => ({
      rule: '7.7',
      gate: condition.gate,
      text: `condition ${condition.id} is open: ${condition.text} (${condition.owner}, due ${describeInstant(condition.dueAtMs)}, blocks ${condition.blocks})`,
      flip: `${condition.gate} passes before the condition is due.`,
    }))
}

function waiverReasons(used: ReadonlyMap<string, Waiver>): Reason[] {
  return [...used].map(([gate, waiver]) => ({
    rule: '7.8',
    gate,
    text: `waiver ${waiver.id} covers it: ${waiver.reason} (risk ${waiver.risk}, until ${describeInstant(waiver.expiresAtMs)})`,
    flip: `${gate} passes without the waiver.`,
  }))
}

/** The order of reasons on every screen: by rule, then gate. */
function sortedReasons(reasons: readonly Reason[]): Reason[] {
  return sortedBy(
    reasons,
    (each) => each.rule,
    (each) => each.gate ?? '',
    (each) => each.text,
    (each) => each.evidence ?? '',
  )
}
