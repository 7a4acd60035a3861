// Tests of what bends a decision: waivers, conditions and sign-offs.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aResult,
  aRisk,
  aWaiver,
  DAY_MS,
  digestOf,
  HOUR_MS,
  inputsFor,
  NOON_MS,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { DecisionInputs, StoredStatus, Verdict } from './model.ts'
import type { Waiver } from './people-model.ts'
import type { Plan } from './plan-model.ts'

const A = aGate({ id: 'a' })
const B = aGate({ id: 'b' })
const PLAN = aPlan([A, B])

function verdictOf(
  statuses: Readonly<Record<string, StoredStatus>> = {},
  fields: Partial<DecisionInputs> = {},
  plan: Plan = PLAN,
): Verdict {
  return decide(nodeDigest, plan, inputsFor(plan, statuses, fields))
}

const rulesOf = (verdict: Verdict): string[] => verdict.reasons.map((each) => each.rule)

test('a waiver in force turns FAIL, STALE and INCONCLUSIVE into GO_WITH_WAIVERS and leaves the raw verdict', () => {
  const risks = [aRisk()]
  for (const status of ['FAIL', 'INCONCLUSIVE'] as const) {
    const verdict = verdictOf({ b: status }, { risks, waivers: [aWaiver()] })
    assert.deepEqual(
      [verdict.value, verdict.raw, rulesOf(verdict)],
      ['GO_WITH_WAIVERS', 'NO_GO', ['7.8']],
    )
  }
  const stale = verdictOf(
    {},
    {
      risks,
      waivers: [aWaiver()],
      results: [aResult(A, 'PASS'), aResult(B, 'PASS', { definition: digestOf('0') })],
    },
  )
  assert.equal(stale.value, 'GO_WITH_WAIVERS')
  for (const status of ['ERROR', 'SKIPPED'] as const)
    assert.equal(verdictOf({ b: status }, { risks, waivers: [aWaiver()] }).value, 'NO_GO')
  for (const status of ['PENDING', 'BLOCKED', 'RUNNING'] as const) {
    assert.equal(verdictOf({ b: status }, { risks, waivers: [aWaiver()] }).value, 'NOT_READY')
  }
  assert.equal(verdictOf({ a: 'FAIL', b: 'FAIL' }, { risks, waivers: [aWaiver()] }).value, 'NO_GO')
})

test('a waiver that is not needed leaves a GO a GO and is noted', () => {
  for (const status of ['PASS', 'WARN'] as const) {
    const verdict = verdictOf({ b: status }, { risks: [aRisk()], waivers: [aWaiver()] })
    assert.equal(verdict.value, 'GO')
    assert.ok(verdict.notes.includes('waiver W1 was not needed'))
  }
})

test('a waiver without force changes nothing and says why', () => {
  const rows: readonly (readonly [Partial<Waiver>, RegExp])[] = [
    [{ revoked: true }, /revoked/],
    [{ version: '1.2.4' }, /version/],
    [{ environment: 'production' }, /environment/],
    [{ reason: ' ' }, /no reason/],
    [{ risk: 'R9' }, /register/],
    [{ approvers: ['paul'] }, /1 distinct/],
    [{ approvers: ['paul', 'paul'] }, /1 distinct/],
    [{ approvers: ['paul', 'petra', 'rita'] }, /requester/],
    [{ issuedAtMs: NOON_MS + HOUR_MS }, /not issued/],
    [{ issuedAtMs: NOON_MS - 3 * DAY_MS, expiresAtMs: NOON_MS + 28 * DAY_MS }, /30 days/],
    [{ expiresAtMs: NOON_MS }, /expired/],
    [{ uses: 3 }, /used up/],
    [{ gates: ['*'] }, /not in the plan/],
    [{ gates: ['gone'] }, /not in the plan/],
  ]
  for (const [fields, note] of rows) {
    const verdict = verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver(fields)] })
    assert.equal(verdict.value, 'NO_GO', JSON.stringify(fields))
    assert.ok(
      verdict.notes.some((each) => note.test(each)),
      verdict.notes.join('\n'),
    )
  }
  const policy = { nonWaivable: ['b'], goLifetimeMs: 1, minimumErrorBudget: 0 }
  assert.equal(
    verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver()], policy }).value,
    'NO_GO',
  )
})

test('a GO with waivers ends no later than the waiver', () => {
  const waivers = [aWaiver({ expiresAtMs: NOON_MS + HOUR_MS })]
  assert.equal(
    verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers }).expiresAtMs,
    NOON_MS + HOUR_MS,
  )
})

test('an open condition holds its gate and gives CONDITIONAL_GO until it is due', () => {
  for (const status of ['FAIL', 'ERROR', 'PENDING', 'BLOCKED', 'SKIPPED'] as const) {
    const verdict = verdictOf({ b: status }, { conditions: [aCondition()] })
    assert.deepEqual(
      [verdict.value, rulesOf(verdict), verdict.expiresAtMs],
      ['CONDITIONAL_GO', ['7.7'], NOON_MS + DAY_MS],
    )
  }
  assert.equal(verdictOf({ b: 'PASS' }, { conditions: [aCondition()] }).value, 'GO')
  assert.equal(
    verdictOf({ a: 'FAIL', b: 'PENDING' }, { conditions: [aCondition()] }).value,
    'NO_GO',
  )
})

test('a missed condition is NO_GO, or NOT_READY where it may be extended, and holds nothing any more', () => {
  const missed = aCondition({ dueAtMs: NOON_MS })
  const noGo = verdictOf({ b: 'PENDING' }, { conditions: [missed] })
  assert.deepEqual([noGo.value, rulesOf(noGo)], ['NO_GO', ['7.5-condition', '7.6']])
  const extend = verdictOf({ b: 'PENDING' }, { conditions: [{ ...missed, onMiss: 'EXTEND' }] })
  assert.deepEqual([extend.value, rulesOf(extend)], ['NOT_READY', ['7.6', '7.6-condition']])
  assert.equal(verdictOf({ b: 'PASS' }, { conditions: [missed] }).value, 'GO')
  assert.equal(
    verdictOf({ b: 'PENDING' }, { conditions: [{ ...missed, withdrawn: true }] }).value,
    'NOT_READY',
  )
  assert.equal(verdictOf({}, { conditions: [{ ...missed, withdrawn: true }] }).value, 'GO')
  assert.equal(verdictOf({ b: 'NOT_APPLICABLE' }, { conditions: [missed] }).value, 'NO_GO')
})

test('a waiver does not meet a condition, and a condition must name a gate of the plan', () => {
  const waivers = [aWaiver()]
  const risks = [aRisk()]
  assert.equal(
    verdictOf({ b: 'FAIL' }, { risks, waivers, conditions: [aCondition()] }).value,
    'CONDITIONAL_GO',
  )
  const missed = verdictOf(
    { b: 'FAIL' },
    { risks, waivers, conditions: [aCondition({ dueAtMs: 0 })] },
  )
  assert.deepEqual([missed.value, rulesOf(missed)], ['NO_GO', ['7.5-condition']])
  assert.equal(verdictOf({}, { conditions: [aCondition({ gate: 'gone' })] }).value, 'NOT_READY')
})

test('a waiver of a lesser gate below a required roll-up is not hidden', () => {
  const plan = aPlan([
    aGate({ id: 'all', children: ['b', 'a'] }),
    A,
    aGate({ id: 'b', severity: 'advisory' }),
  ])
  assert.equal(verdictOf({ b: 'FAIL' }, {}, plan).value, 'NO_GO')
  assert.equal(
    verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers: [aWaiver()] }, plan).value,
    'GO_WITH_WAIVERS',
  )
})

test('a Go that ends within a quarter of its usual life says so, and one that lives longer does not', () => {
  const says = (expiresAtMs: number): boolean => {
    const waivers = [aWaiver({ expiresAtMs })]
    const { notes } = verdictOf({ b: 'FAIL' }, { risks: [aRisk()], waivers })
    return notes.some((note) => note.startsWith('this Go holds only until 2026-'))
  }
  assert.deepEqual([NOON_MS + 6 * HOUR_MS, NOON_MS + 6 * HOUR_MS + 1].map(says), [true, false])
})
