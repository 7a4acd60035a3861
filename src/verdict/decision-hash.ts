// The two hashes of a decision: what people sign, and what the decision statement signs.
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { DecisionInputs, GateResult } from './model.ts'
import type { PolicyArea, WaiverApproval } from './people-model.ts'
import { laterGates } from './phase.ts'
import type { Plan } from './plan-model.ts'
import { hashOfJson, planHashOf, withDescendants } from './plan.ts'

/** Compares texts by UTF-16 code units, the same everywhere. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A sorted copy; ties are broken by further keys. */
export function sortedBy<T>(
  items: readonly T[],
  ...keys: readonly ((item: T) => string | number)[]
): T[] {
  return [...items].sort((a, b) => {
    for (const key of keys) {
      const left = key(a)
      const right = key(b)
      const order =
        typeof left === 'number' && typeof right === 'number'
          ? left - right
          : compareTexts(String(left), String(right))
      if (order !== 0) return order
    }
    return 0
  })
}

const sortedApprovals = (approvals: readonly WaiverApproval[]): WaiverApproval[] =>
  sortedBy(approvals, (each) => each.principal).map(({ principal, roles }) => ({
    principal,
    roles: sortedTexts(roles),
  }))

const sortedAreas = (areas: readonly PolicyArea[]): PolicyArea[] =>
  sortedBy(
    areas,
    (each) => each.gates,
    (each) => each.owner,
  )

export const sortedTexts = (texts: readonly string[]): string[] => sortedBy(texts, (text) => text)

/**
 * What people sign: plan, results (gate, definition, stored status) without those of conditions' gates and of roll-ups
 * (they follow from their children), risks, terms of waivers and conditions, policy and subject. The order of lists
 * does not matter.
 */
export function reviewHashOf(digest: Digest, plan: Plan, inputs: DecisionInputs): ContentDigest {
  return reviewHashWith(digest, plan, planHashOf(digest, plan), inputs)
}

/** As `reviewHashOf`, with the plan's hash already at hand. */
export function reviewHashWith(
  digest: Digest,
  plan: Plan,
  planHash: ContentDigest,
  inputs: DecisionInputs,
): ContentDigest {
  const rollUps = plan.gates.filter((gate) => gate.children !== undefined).map((gate) => gate.id)
  const held = withDescendants(
    plan.gates,
    inputs.conditions.map((condition) => condition.gate),
  )
  const { areas } = inputs.policy
  const left = new Set([...rollUps, ...held, ...laterGates(plan, inputs.phase)])
  const results = inputs.results.filter((result) => !left.has(result.gate))
  return hashOfJson(digest, {
    format: 'seaworthy-review/1',
    plan: planHash,
    results: sortedBy(results, (result) => result.gate).map(({ gate, definition, status }) => ({
      gate,
      definition,
      status,
    })),
    risks: sortedBy(inputs.risks, (risk) => risk.id).map((risk) => ({
      ...risk,
      ...(risk.acceptedBy === undefined ? {} : { acceptedBy: sortedTexts(risk.acceptedBy) }),
    })),
    // Terms only: `revoked` and `uses` are state, and move without anybody signing again.
    waivers: sortedBy(inputs.waivers, (waiver) => waiver.id).map(
      ({ revoked: _revoked, uses: _uses, ...terms }) => ({
        ...terms,
        gates: sortedTexts(terms.gates),
        approvers: sortedTexts(terms.approvers),
        ...(terms.approvals === undefined ? {} : { approvals: sortedApprovals(terms.approvals) }),
      }),
    ),
    conditions: sortedBy(inputs.conditions, (condition) => condition.id).map(
      ({ withdrawn: _withdrawn, ...terms }) => terms,
    ),
    policy: {
      ...inputs.policy,
      nonWaivable: sortedTexts(inputs.policy.nonWaivable),
      ...(areas === undefined ? {} : { areas: sortedAreas(areas) }),
    },
    ...(inputs.phase === undefined ? {} : { phase: inputs.phase }),
    subject: inputs.subject,
  })
}

/**
 * What the decision statement signs: the reviewHash and everything else the verdict depends on, so that no input can
 * change without changing it.
 */
export function decisionHashOf(
  digest: Digest,
  inputs: DecisionInputs,
  reviewHash: ContentDigest,
): ContentDigest {
  return hashOfJson(digest, {
    format: 'seaworthy-decision/1',
    ...(inputs.edition === undefined ? {} : { edition: inputs.edition }),
    reviewHash,
    plan: inputs.plan,
    run: inputs.run,
    terms: {
      parameters: inputs.terms.parameters,
      confirmed: sortedTexts(inputs.terms.confirmed),
      ...(inputs.terms.waived === undefined ? {} : { waived: inputs.terms.waived }),
    },
    ...(inputs.author === undefined ? {} : { author: inputs.author }),
    ...(inputs.planReviews === undefined
      ? {}
      : { planReviews: sortedBy(inputs.planReviews, (each) => each.statement) }),
    evidence: sortedBy(inputs.results, (result) => result.gate).map(evidenceIdsOf),
    waivers: sortedBy(inputs.waivers, (waiver) => waiver.id).map(({ id, revoked, uses }) => ({
      id,
      revoked,
      uses: uses ?? 0,
    })),
    withdrawn: sortedTexts(
      inputs.conditions.filter((each) => each.withdrawn === true).map((each) => each.id),
    ),
    signOffs: sortedBy(
      inputs.signOffs,
      (each) => each.role,
      (each) => each.principal,
      (each) => each.atMs,
      (each) => each.statement,
    ),
    freeze: sortedBy(
      inputs.freeze,
      (each) => each.fromMs,
      (each) => each.untilMs,
      (each) => each.reason,
    ),
    ...(inputs.errorBudget === undefined ? {} : { errorBudget: inputs.errorBudget }),
    ...(inputs.errorBudgetReading === undefined
      ? {}
      : { errorBudgetReading: inputs.errorBudgetReading }),
    ...(inputs.roster === undefined ? {} : { roster: inputs.roster }),
    // In the order of the ledger: a later outcome replaces an earlier one.
    ...(inputs.cab === undefined ? {} : { cab: inputs.cab }),
    ...(inputs.launch === undefined ? {} : { launch: inputs.launch }),
    ...(inputs.breakGlass === undefined
      ? {}
      : { breakGlass: sortedBy(inputs.breakGlass, (each) => each.id) }),
    asOfMs: inputs.asOfMs,
    checkpoint: inputs.checkpoint,
    integrity: { ok: inputs.integrity.ok, findings: sortedTexts(inputs.integrity.findings) },
  })
}

function evidenceIdsOf(result: GateResult): unknown {
  return {
    gate: result.gate,
    status: result.status,
    ...(result.statement === undefined ? {} : { statement: result.statement }),
    evidence: sortedTexts(result.evidence.map((each) => each.digest)),
    ...(result.finishedAtMs === undefined ? {} : { finishedAtMs: result.finishedAtMs }),
    ...(result.environment === undefined ? {} : { environment: result.environment }),
    slots: result.slots,
    toggles: result.toggles,
  }
}
