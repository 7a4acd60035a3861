// Tests of decision inputs: what the two hashes cover, and strict reading.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, digestOf, inputsFor, NOON_MS } from '../../test/decisions.ts'
import { decisionHashOf, reviewHashOf } from './decision-hash.ts'
import { parseDecisionInputs } from './inputs-parse.ts'
import type { DecisionInputs } from './model.ts'

const gates = [aGate({ id: 'a' }), aGate({ id: 'b' })]
const plan = aPlan(gates)
const risk = { id: 'R1', level: 'P3', title: 't', owner: 'o', state: 'OPEN' } as const
const waiver = {
  id: 'W1',
  gates: ['a'],
  environment: 'staging',
  version: '1.2.3',
  reason: 'r',
  risk: 'R1',
  requester: 'q',
  approvers: ['x', 'y'],
  issuedAtMs: 1,
  expiresAtMs: 2,
  maxUses: 1,
  revoked: false,
}
const condition = {
  id: 'C1',
  text: 't',
  gate: 'b',
  owner: 'o',
  dueAtMs: 1,
  onMiss: 'NO_GO',
  blocks: 'deploy',
} as const
const inputs = inputsFor(plan, {}, { risks: [risk], waivers: [waiver], conditions: [condition] })
const review = reviewHashOf(nodeDigest, plan, inputs)
const decision = decisionHashOf(nodeDigest, inputs, review)
const results = (a: Partial<(typeof inputs.results)[number]>, b = {}) => ({
  results: [
    { ...inputs.results[0]!, ...a },
    { ...inputs.results[1]!, ...b },
  ],
})

test('people sign plan, statuses, risks, terms, policy and subject', () => {
  const moves: readonly Partial<DecisionInputs>[] = [
    results({ status: 'WARN' }),
    results({ definition: digestOf('0') }),
    { risks: [] },
    { risks: [{ ...risk, state: 'CLOSED' }] },
    { waivers: [] },
    { waivers: [{ ...waiver, expiresAtMs: 3 }] },
    { conditions: [{ ...condition, dueAtMs: 2 }] },
    { policy: { ...inputs.policy, nonWaivable: ['a'] } },
    { subject: { ...inputs.subject, commit: 'f00' } },
  ]
  for (const fields of moves)
    assert.notEqual(
      reviewHashOf(nodeDigest, plan, { ...inputs, ...fields }),
      review,
      JSON.stringify(fields),
    )
  assert.notEqual(
    reviewHashOf(nodeDigest, { ...plan, gates: [...gates].reverse() }, inputs),
    review,
  )
})

test('what moves by itself changes the decision and not what people signed', () => {
  const stays: readonly Partial<DecisionInputs>[] = [
    results({ finishedAtMs: NOON_MS }),
    results({ statement: digestOf('0') }),
    results({}, { status: 'FAIL' }),
    { waivers: [{ ...waiver, revoked: true }] },
    { waivers: [{ ...waiver, uses: 1 }] },
    { conditions: [{ ...condition, withdrawn: true }] },
    { asOfMs: 1 },
    { freeze: [{ fromMs: 1, untilMs: 2, reason: 'f' }] },
    { errorBudget: 0.5 },
    { run: 'other' },
    { author: 'eve' },
    { checkpoint: { ...inputs.checkpoint, size: 9 } },
    { terms: { parameters: {}, confirmed: ['a'] } },
    { integrity: { ok: false, findings: [] } },
    {
      signOffs: [
        {
          role: 'r',
          principal: 'p',
          decision: 'APPROVE',
          reviewHash: review,
          atMs: 1,
          statement: digestOf('2'),
        },
      ],
    },
  ]
  for (const fields of stays) {
    const changed = { ...inputs, ...fields }
    assert.equal(reviewHashOf(nodeDigest, plan, changed), review, JSON.stringify(fields))
    assert.notEqual(decisionHashOf(nodeDigest, changed, review), decision, JSON.stringify(fields))
  }
})

test('the stored status of a roll-up is not signed, since its children are', () => {
  const nested = aPlan([aGate({ id: 'all', children: ['a'] }), aGate({ id: 'a' })])
  const pass = reviewHashOf(nodeDigest, nested, inputsFor(nested))
  assert.equal(reviewHashOf(nodeDigest, nested, inputsFor(nested, { all: 'FAIL' })), pass)
  assert.notEqual(reviewHashOf(nodeDigest, nested, inputsFor(nested, { a: 'FAIL' })), pass)
})

test('decision inputs with a missing, unknown, repeated or ill-kinded part are refused with their place', () => {
  const plan = aPlan([aGate({ id: 'a' })])
  const good = inputsFor(plan)
  assert.deepEqual(parseDecisionInputs(JSON.parse(JSON.stringify(good))), good)
  const risk = { id: 'R1', level: 'P3', title: 't', owner: 'o', state: 'OPEN' }
  const rows: readonly (readonly [object, RegExp])[] = [
    [{ extra: 1 }, /unknown key "extra"/],
    [{ results: [...good.results, ...good.results] }, /each result once/],
    [{ risks: [risk, risk] }, /each risk once/],
    [{ risks: [{ ...risk, level: 'P9' }] }, /inputs.risks\[0\].level/],
    [{ results: [{ ...good.results[0], status: 'STALE' }] }, /inputs.results\[0\].status/],
    [{ results: [{ ...good.results[0], status: 'WAIVED' }] }, /inputs.results\[0\].status/],
    [{ asOfMs: '1' }, /inputs.asOfMs/],
    [{ asOfMs: 1e16 }, /inputs.asOfMs/],
    [{ asOfMs: -1 }, /inputs.asOfMs/],
    [{ errorBudget: 2 }, /inputs.errorBudget/],
    [{ plan: 'sha256:0' }, /inputs.plan/],
    [{ policy: { ...good.policy, minimumErrorBudget: 2 } }, /minimumErrorBudget/],
    [{ terms: { parameters: { A: 1 }, confirmed: [] } }, /inputs.terms.parameters.A/],
    [{ integrity: { ok: 1, findings: [] } }, /inputs.integrity.ok/],
  ]
  for (const [fields, message] of rows) {
    assert.throws(() => parseDecisionInputs({ ...good, ...fields }), {
      code: 'VERDICT_INPUTS_SHAPE_REFUSED',
      message,
    })
  }
  const keys = Object.keys(good).filter((key) => key !== 'author')
  for (const key of keys) {
    const { [key as keyof DecisionInputs]: _left, ...rest } = good
    assert.throws(() => parseDecisionInputs(rest), { code: 'VERDICT_INPUTS_SHAPE_REFUSED' }, key)
  }
  assert.ok(keys.length >= 14)
})
