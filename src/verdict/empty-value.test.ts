// Tests of what is said of a null in a built-in check's record; records of before keep the words they were judged in.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate, NO_TERMS, NOON_MS } from '../../test/decisions.ts'
import { utf8Bytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { judgeGate } from './judge.ts'
import type { Capture, Judgement } from './model.ts'
import type { Assertion } from './plan-model.ts'

const BUSY = 'the load generator was the bottleneck: 12 of 100 requests left more than 50 ms late'
const ERRORS: Assertion = {
  read: { from: 'json', path: '$.errorPercent' },
  op: 'le',
  value: 1,
  unit: '%',
}

function judged(record: Json, assertion: Assertion = ERRORS): Judgement {
  const gate = aGate({
    id: 'load',
    check: { type: 'builtin', name: 'probe-load', with: {} },
    assertions: [assertion],
  })
  const bytes = utf8Bytes(JSON.stringify(record))
  const streams = { record: { truncated: false, maskedCount: 0 } }
  const capture: Capture = {
    kind: 'builtin',
    name: 'probe-load',
    collectedAtMs: NOON_MS,
    durationMs: 1,
    streams,
  }
  return judgeGate(gate, capture, { record: bytes }, NO_TERMS)
}

const reasonOf = (record: Json, assertion?: Assertion): readonly [string, string] => {
  const { status, reason } = judged(record, assertion)
  return [status, reason]
}

test('a null is told with the reason that its record gives for it', () => {
  const record = {
    errorPercent: null,
    latency: null,
    whyEmpty: { errorPercent: BUSY, latency: BUSY },
  }
  const got = `got no value: ${BUSY}`
  assert.deepEqual(reasonOf(record), ['INCONCLUSIVE', `expected JSON $.errorPercent ≤ 1 %, ${got}`])
  const p50: Assertion = {
    read: { from: 'percentile', path: '$.latency', percent: 50 },
    op: 'le',
    value: 150,
    unit: 'ms',
  }
  assert.deepEqual(reasonOf(record, p50), [
    'INCONCLUSIVE',
    `expected percentile 50 of $.latency ≤ 150 ms, ${got}`,
  ])
})

test('a record without such a reason is judged in the words it always was', () => {
  const before = ['INCONCLUSIVE', 'expected JSON $.errorPercent ≤ 1 %, got an empty value']
  const others: readonly Json[] = [
    {},
    { latency: BUSY },
    { errorPercent: 7 },
    { errorPercent: ' ' },
    BUSY,
  ]
  assert.deepEqual(reasonOf({ errorPercent: null }), before)
  for (const whyEmpty of others)
    assert.deepEqual(reasonOf({ errorPercent: null, whyEmpty }), before)
})

test('a reason changes no outcome, and none of a value that is there', () => {
  const whyEmpty = { errorPercent: BUSY }
  const exists: Assertion = { read: ERRORS.read, op: 'exists' }
  assert.equal(judged({ errorPercent: null, whyEmpty }, exists).status, 'FAIL')
  assert.equal(judged({ errorPercent: null }, exists).status, 'FAIL')
  assert.equal(judged({ errorPercent: 0.5, whyEmpty }).status, 'PASS')
  assert.equal(judged({ errorPercent: 2, whyEmpty }).status, 'FAIL')
})
