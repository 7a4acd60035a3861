// Whose word counts in a decision: not the author's own, and nobody's alone on a plan that no other person saw.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aRisk,
  aWaiver,
  DAY_MS,
  inputsFor,
  NOON_MS,
  withSignOffs,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { DecisionInputs } from './model.ts'
import type { Plan } from './plan-model.ts'

const PLAN = aPlan([aGate({ id: 'a' }), aGate({ id: 'b' })])
const review = (principal: string, person?: string) => ({
  principal,
  ...(person === undefined ? {} : { person }),
  statement: `sha256:${'1'.repeat(64)}` as const,
})
const SEEN = { edition: 2, planReviews: [review('rita')] }

/** Verdict and rules. */
function ruled(inputs: DecisionInputs, plan: Plan = PLAN): string {
  const { value, reasons } = decide(nodeDigest, plan, inputs)
  return [value, ...reasons.map(({ rule }) => rule)].join(' ')
}

test('where the policy asks for it, a plan that nobody but the author reviewed gives no Go', () => {
  const policy = { nonWaivable: [], goLifetimeMs: DAY_MS, minimumErrorBudget: 0 }
  const decided = (planReviews: DecisionInputs['planReviews'], planReviewed = true): string =>
    ruled(
      inputsFor(
        PLAN,
        {},
        {
          edition: 2,
          policy: { ...policy, planReviewed },
          ...(planReviews ? { planReviews } : {}),
        },
      ),
    )
  assert.equal(decided(undefined), 'NOT_READY 7.6-plan-review')
  assert.equal(decided([]), 'NOT_READY 7.6-plan-review')
  assert.equal(decided([review('ada')]), 'NOT_READY 7.6-plan-review')
  assert.equal(decided([review('ada-laptop', 'ada')]), 'NOT_READY 7.6-plan-review')
  assert.equal(decided([review('rita')]), 'GO')
  assert.equal(decided([], false), 'GO')
})

test('a plan that nobody but the author saw is said to be one; who signs the release off has seen it', () => {
  const said = /nobody but the author reviewed the plan/
  const notesOf = (inputs: DecisionInputs, plan: Plan = PLAN): string =>
    decide(nodeDigest, plan, inputs).notes.join('\n')
  assert.match(notesOf(inputsFor(PLAN, {}, { edition: 2, planReviews: [review('ada')] })), said)
  assert.doesNotMatch(notesOf(inputsFor(PLAN, {}, SEEN)), said)
  const plan = { ...PLAN, signOffs: [{ role: 'Captain', minimum: 1 }] }
  const inputs = inputsFor(plan, {}, { edition: 2, planReviews: [] })
  const signed = withSignOffs(plan, inputs, [{ role: 'Captain', principal: 'cleo' }])
  assert.doesNotMatch(notesOf(signed, plan), said)
})

test('error budget and roster that the author of the change entered do not count where the policy asks for them', () => {
  const policy = {
    nonWaivable: [],
    goLifetimeMs: DAY_MS,
    minimumErrorBudget: 0.1,
    rosterMaxAgeMs: DAY_MS,
  }
  const decided = (who: string, edition: Partial<DecisionInputs> = SEEN): string =>
    ruled(
      inputsFor(
        PLAN,
        {},
        {
          ...edition,
          policy,
          errorBudget: 1,
          errorBudgetReading: { source: 'x', measuredAtMs: NOON_MS, enteredBy: who },
          roster: { people: ['ada'], confirmedBy: who, confirmedAtMs: NOON_MS },
        },
      ),
    )
  assert.equal(decided('ada'), 'NOT_READY 7.6-error-budget 7.6-roster')
  assert.equal(decided('cy'), 'GO')
  assert.equal(decided('ada', {}), 'GO')
})

test('a gate that no waiver may cover is held by no condition, and none below it is waived', () => {
  const policy = { nonWaivable: ['b'], goLifetimeMs: DAY_MS, minimumErrorBudget: 0 }
  const held = (edition: Partial<DecisionInputs>): string =>
    ruled(inputsFor(PLAN, { b: 'FAIL' }, { ...edition, policy, conditions: [aCondition()] }))
  assert.equal(held(SEEN), 'NO_GO 7.2')
  assert.equal(held({}), 'CONDITIONAL_GO 7.7')
  const plan = aPlan([aGate({ id: 'b', children: ['c'] }), aGate({ id: 'c' })])
  const waived = (edition: Partial<DecisionInputs>): string =>
    ruled(
      inputsFor(
        plan,
        { c: 'FAIL' },
        {
          ...edition,
          policy,
          risks: [aRisk()],
          waivers: [aWaiver({ gates: ['c'] })],
        },
      ),
      plan,
    )
  assert.match(waived(SEEN), /^NO_GO/)
  assert.match(waived({}), /^GO_WITH_WAIVERS/)
})
