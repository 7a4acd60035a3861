// Tests of conditions that hold failed gates: two people have to sign, and the date has to be near.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  DAY_MS,
  digestOf,
  inputsFor,
  NOON_MS,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { DecisionInputs, StoredStatus, Verdict } from './model.ts'
import { reviewHashOf } from './decision-hash.ts'

const PLAN = aPlan([aGate({ id: 'a' }), aGate({ id: 'b' })])

function verdictOf(
  status: StoredStatus,
  { dueAtMs = NOON_MS + DAY_MS, signers = ['ann'] as readonly string[], edition = 3 },
): Verdict {
  const fields = { edition, conditions: [aCondition({ gate: 'a', dueAtMs })] }
  const inputs: DecisionInputs = inputsFor(PLAN, { a: status }, fields)
  const reviewHash = reviewHashOf(nodeDigest, PLAN, inputs)
  const signOffs = signers.map((principal, index) => ({
    principal,
    role: 'Release Manager',
    decision: 'APPROVE' as const,
    reviewHash,
    atMs: NOON_MS - 1000 + index,
    statement: digestOf(String(index)),
  }))
  return decide(nodeDigest, PLAN, { ...inputs, signOffs })
}

test('one person cannot let a failed gate pass on a condition; two who signed it off can', () => {
  const alone = verdictOf('FAIL', {})
  assert.deepEqual([alone.value, alone.reasons[0]?.rule], ['NOT_READY', '7.6-condition'])
  assert.match(
    alone.reasons[0]?.text ?? '',
    /does not hold \(failed\); that needs sign-offs by 2 people, and 1 signed/,
  )
  assert.equal(verdictOf('FAIL', { signers: ['ann', 'ann'] }).value, 'NOT_READY')
  assert.equal(verdictOf('FAIL', { signers: ['ann', 'bo'] }).value, 'CONDITIONAL_GO')
})

test('a failed gate is held for thirty days at most, whoever signed', () => {
  const signers = ['ann', 'bo']
  const last = NOON_MS + 30 * DAY_MS
  assert.equal(verdictOf('FAIL', { signers, dueAtMs: last }).value, 'CONDITIONAL_GO')
  const far = verdictOf('FAIL', { signers, dueAtMs: last + 1 })
  assert.deepEqual([far.value, far.reasons[0]?.rule], ['NO_GO', '7.5-condition'])
})

test('a gate that is only owed is held as before, and so are failed ones of earlier editions', () => {
  const dueAtMs = NOON_MS + 400 * DAY_MS
  assert.equal(verdictOf('PENDING', { dueAtMs }).value, 'CONDITIONAL_GO')
  assert.equal(verdictOf('FAIL', { dueAtMs, edition: 2 }).value, 'CONDITIONAL_GO')
})
