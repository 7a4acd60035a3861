// Until when a Go holds: no longer than the first thing it rests on.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import {
  aCondition,
  aGate,
  aPlan,
  aRisk,
  HOUR_MS,
  inputsFor,
  NOON_MS,
} from '../../test/decisions.ts'
import { decide } from './decide.ts'
import type { DecisionInputs, Verdict } from './model.ts'
import type { Plan } from './plan-model.ts'

const PLAN = aPlan([aGate({ id: 'a' }), aGate({ id: 'b', severity: 'advisory' })])
const SECOND: Partial<DecisionInputs> = {
  edition: 2,
  planReviews: [{ principal: 'rita', statement: `sha256:${'1'.repeat(64)}` }],
}

function goOf(fields: Partial<DecisionInputs>, plan: Plan = PLAN): Verdict {
  const verdict = decide(nodeDigest, plan, inputsFor(plan, {}, { ...SECOND, ...fields }))
  assert.match(verdict.value, /GO/)
  return verdict
}

/** In how many hours the Go ends, and why. */
function endOf(fields: Partial<DecisionInputs>, plan: Plan = PLAN): unknown {
  const verdict = goOf(fields, plan)
  const [first] = verdict.horizons!
  assert.equal(verdict.expiresAtMs, first?.atMs)
  return [(first!.atMs - NOON_MS) / HOUR_MS, first!.what]
}

const ACCEPTED = aRisk({
  level: 'P1',
  state: 'ACCEPTED',
  acceptedBy: ['owen', 'rita'],
  acceptedUntilMs: NOON_MS + 2 * HOUR_MS,
})
const FREEZE = {
  id: 'F1',
  fromMs: NOON_MS + 3 * HOUR_MS,
  untilMs: NOON_MS + 9 * HOUR_MS,
  reason: 'x',
}

test('a Go ends with its usual life when nothing it rests on ends before', () => {
  assert.deepEqual(endOf({}), [24, 'its usual life'])
})

test('a Go does not outlive the acceptance of a risk, nor the time of a lesser one', () => {
  assert.deepEqual(endOf({ risks: [ACCEPTED] }), [2, 'the acceptance of risk R1'])
  const due = aRisk({ level: 'P2', dueAtMs: NOON_MS + HOUR_MS })
  assert.deepEqual(endOf({ risks: [due] }), [1, 'the time of risk R1'])
  assert.deepEqual(endOf({ risks: [{ ...due, state: 'CLOSED' }] }), [24, 'its usual life'])
})

test('a Go ends when the next freeze begins, unless two people let it pass', () => {
  assert.deepEqual(endOf({ freeze: [FREEZE] }), [3, 'the time before the freeze F1'])
  const override = { people: ['rita', 'owen'], reason: 'agreed' }
  assert.deepEqual(endOf({ freeze: [{ ...FREEZE, override }] }), [24, 'its usual life'])
  const alone = { people: ['rita', 'rita'], reason: 'agreed' }
  assert.deepEqual(
    endOf({ freeze: [{ ...FREEZE, override: alone }] })?.toString(),
    '3,the time before the freeze F1',
  )
})

test('a Go ends with the roster and the error budget that its policy asks for', () => {
  const policy = {
    nonWaivable: [],
    goLifetimeMs: 24 * HOUR_MS,
    minimumErrorBudget: 0.1,
    rosterMaxAgeMs: 12 * HOUR_MS,
    errorBudgetMaxAgeMs: 6 * HOUR_MS,
  }
  const roster = { people: ['cy'], confirmedBy: 'cy', confirmedAtMs: NOON_MS - 8 * HOUR_MS }
  const reading = { source: 'x', measuredAtMs: NOON_MS - HOUR_MS, enteredBy: 'cy' }
  const facts = { policy, roster, errorBudget: 0.5, errorBudgetReading: reading }
  const { horizons } = goOf(facts)
  assert.deepEqual(
    horizons?.map(({ what, atMs }) => [what, (atMs - NOON_MS) / HOUR_MS]),
    [
      ['the on-call roster', 4],
      ['the error budget', 5],
      ['its usual life', 24],
    ],
  )
})

test('the evidence of a lesser gate ends a Go that weighs it: below a required gate, or for a condition', () => {
  const short = aGate({ id: 'b', severity: 'advisory', maxAgeMs: 5 * HOUR_MS })
  const plain = aPlan([aGate({ id: 'a' }), short])
  assert.deepEqual(endOf({}, plain), [24, 'its usual life'])
  assert.deepEqual(endOf({ conditions: [aCondition()] }, plain), [4, 'the evidence of b'])
  const above = aPlan([aGate({ id: 'a', children: ['b'] }), short])
  assert.deepEqual(endOf({}, above), [4, 'the evidence of b'])
})

test('decisions of the first edition end as they did: with neither acceptance nor freeze', () => {
  const fields = { risks: [ACCEPTED], freeze: [FREEZE] }
  const verdict = decide(nodeDigest, PLAN, inputsFor(PLAN, {}, fields))
  assert.equal(verdict.expiresAtMs, NOON_MS + 24 * HOUR_MS)
})

test('a Go that ends soon says what ends it', () => {
  const { notes } = goOf({ risks: [ACCEPTED] })
  assert.match(notes.join('\n'), /holds only until .*: the acceptance of risk R1 ends then/)
})
