// Earlier attempts: what a gate went through before it held is told with its result.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, startPlan, SUBJECT } from '../../test/house.ts'
import { aGate, aPlan } from '../../test/runner.ts'
import { tellEarlier } from './earlier-attempts.ts'

test('a gate that holds on its second attempt says what the first one came to', async () => {
  const house = await openHouse()
  const { service, version, environment } = SUBJECT
  const check = { type: 'builtin', name: 'gates-clock-skew' } as const
  const assertions = [
    { read: { from: 'json', path: '$.samples' }, op: 'ge', value: 1 },
    { read: { from: 'json', path: '$.aheadMs' }, op: 'le', value: 1_000 },
  ] as const
  const plan = { ...aPlan([aGate('house', check, { assertions })]), service, version, environment }
  const started = await startPlan(house, plan, true)
  const { runId } = started.run
  for (const attempt of [1, 2])
    await house.runs.perform(house.tenantId, 'operator', { runId, gate: 'house', attempt })
  const [result] = (await house.runs.read(house.tenantId, runId)).results
  assert.equal(result?.status, 'PASS')
  assert.match(
    result?.reason ?? '',
    /; on attempt 2, after FAIL: expected JSON \$\.samples ≥ 1, got 0/,
  )
})

test('the same reason is told once with its count, and of many reasons the first three', () => {
  const result = {
    gate: 'a',
    definition: `sha256:${'0'.repeat(64)}`,
    status: 'PASS',
    reason: 'it holds',
    evidence: [],
    slots: {},
    toggles: {},
  } as const
  const earlier = ['refused', 'refused', 'timeout', 'reset', 'closed'].map((reason, index) => ({
    attempt: index + 1,
    status: 'ERROR',
    reason,
  }))
  assert.equal(
    tellEarlier(result, 6, earlier).reason,
    'it holds; on attempt 6, after ERROR: refused (2 times); ERROR: timeout; ERROR: reset; and 1 more',
  )
  assert.deepEqual(tellEarlier(result, 1, []), result)
})
