// The order of gates: needs, phases, exclusive resources, room.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanGate, StoredStatus } from '../verdict/index.ts'
import { nextTurn, planSchedule } from './schedule.ts'
import { aCommand, aGate } from '../../test/runner.ts'

const gate = (id: string, more: Partial<PlanGate> = {}): PlanGate => aCommand(id, 'true', more)

interface TurnText {
  readonly start: readonly string[]
  readonly held: readonly string[]
}

function turnOf(
  gates: readonly PlanGate[],
  settled: Record<string, StoredStatus> = {},
  running: readonly string[] = [],
  parallelLimit = 4,
): TurnText {
  const state = {
    settled: new Map(Object.entries(settled)),
    running: new Set(running),
    parallelLimit,
  }
  const turn = nextTurn(planSchedule(gates), state)
  return {
    start: turn.start.map((each) => each.id),
    held: turn.held.map((each) => `${each.gate.id} ${each.status}`),
  }
}

test('a gate starts once everything it needs is satisfied', () => {
  const gates = [gate('b', { needs: ['a'] }), gate('a'), gate('c', { needs: ['a', 'b'] })]
  assert.deepEqual(turnOf(gates), { start: ['a'], held: [] })
  assert.deepEqual(turnOf(gates, { a: 'WARN' }), { start: ['b'], held: [] })
  assert.deepEqual(turnOf(gates, { a: 'PASS' }, ['b']), { start: [], held: [] })
  assert.deepEqual(turnOf(gates, { a: 'PASS', b: 'NOT_APPLICABLE' }), { start: ['c'], held: [] })
})

test('an unsatisfied need holds a gate with the status the control plane derives', () => {
  const gates = [gate('a'), gate('b', { needs: ['a'] })]
  const table: readonly (readonly [StoredStatus, string])[] = [
    ['FAIL', 'b SKIPPED'],
    ['ERROR', 'b SKIPPED'],
    ['INCONCLUSIVE', 'b SKIPPED'],
    ['SKIPPED', 'b SKIPPED'],
    ['BLOCKED', 'b BLOCKED'],
    ['PENDING', 'b PENDING'],
  ]
  for (const [status, held] of table)
    assert.deepEqual(turnOf(gates, { a: status }), { start: [], held: [held] })
})

test('no more gates start than there is room for', () => {
  const gates = ['a', 'b', 'c', 'd', 'e'].map((id) => gate(id))
  assert.deepEqual(turnOf(gates).start, ['a', 'b', 'c', 'd'])
  assert.deepEqual(turnOf(gates, {}, ['a', 'b']).start, ['c', 'd'])
  assert.deepEqual(turnOf(gates, {}, [], 1).start, ['a'])
})

test('gates that share an exclusive resource never run together', () => {
  const gates = [
    gate('a', { exclusive: 'db' }),
    gate('b', { exclusive: 'db' }),
    gate('c', { exclusive: 'cache' }),
  ]
  assert.deepEqual(turnOf(gates).start, ['a', 'c'])
  assert.deepEqual(turnOf(gates, {}, ['a']).start, ['c'])
  assert.deepEqual(turnOf(gates, { a: 'FAIL' }).start, ['b', 'c'])
})

test('a later phase waits for the required gates of earlier ones', () => {
  const gates = [
    gate('t', { phase: 'pre-deploy' }),
    gate('n', { phase: 'pre-deploy', severity: 'advisory' }),
    gate('c', { phase: 'canary' }),
    gate('free'),
  ]
  assert.deepEqual(turnOf(gates).start, ['t', 'n', 'free'])
  assert.deepEqual(turnOf(gates, { t: 'PASS', n: 'FAIL', free: 'PASS' }), {
    start: ['c'],
    held: [],
  })
  assert.deepEqual(turnOf(gates, { t: 'FAIL', n: 'PASS', free: 'PASS' }), {
    start: [],
    held: ['c PENDING'],
  })
})

test('a roll-up has no run of its own and stands as its worst child', () => {
  const rollUp = aGate('all', { type: 'manual', question: '' }, { children: ['a', 'b'] })
  const gates = [rollUp, gate('a'), gate('b'), gate('after', { needs: ['all'] })]
  assert.deepEqual(turnOf(gates).start, ['a', 'b'])
  assert.deepEqual(turnOf(gates, { a: 'PASS' }, ['b']), { start: [], held: [] })
  assert.deepEqual(turnOf(gates, { a: 'PASS', b: 'PASS' }).start, ['after'])
  assert.deepEqual(turnOf(gates, { a: 'PASS', b: 'FAIL' }).held, ['after SKIPPED'])
})

test('what waits for a gate outside the run is held once nothing else can happen', () => {
  const gates = [gate('a'), gate('b', { needs: ['a'] })]
  const state = {
    settled: new Map<string, StoredStatus>(),
    running: new Set<string>(),
    parallelLimit: 4,
  }
  const turn = nextTurn(planSchedule(gates, ['b']), state)
  assert.deepEqual(
    turn.held.map((each) => [each.gate.id, each.status, each.reason]),
    [['b', 'PENDING', 'needs a, which has no result']],
  )
})
