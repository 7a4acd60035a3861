// The order of gates: needs, phases, exclusive resources, room.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PlanGate, StoredStatus } from '../verdict/index.ts'
import { Scheduler } from './schedule.ts'
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
  const scheduler = new Scheduler(gates, parallelLimit)
  const before = Object.entries(settled)
  scheduler.begin(new Map(before))
  // What is said to run was started by an earlier turn.
  const started = new Set<string>()
  let turn = scheduler.next()
  while (running.some((id) => !started.has(id))) {
    for (const { id } of turn.start) started.add(id)
    if (running.every((id) => started.has(id))) break
    assert.ok(turn.start.length > 0, 'each turn starts something')
    turn = scheduler.next()
  }
  const start = turn.start.filter(({ id }) => !running.includes(id))
  return {
    start: start.map((each) => each.id),
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
  const scheduler = new Scheduler(gates, 4, ['b'])
  scheduler.begin(new Map())
  const turn = scheduler.next()
  assert.deepEqual(
    turn.held.map((each) => [each.gate.id, each.status, each.reason]),
    [['b', 'PENDING', 'needs a, which has no result']],
  )
})

/** Runs the plan in turns, each gate to a PASS, and tells what was started in each turn. */
function turnsOf(scheduler: Scheduler): string[][] {
  const turns: string[][] = []
  scheduler.begin(new Map())
  for (let turn = scheduler.next(); turn.start.length > 0; turn = scheduler.next()) {
    turns.push(turn.start.map(({ id }) => id))
    for (const { id } of turn.start) scheduler.settle(id, 'PASS')
  }
  return turns
}

test('what waits for one resource runs one after the other, in plan order', () => {
  const gates = ['a', 'b', 'c', 'd'].map((id) => gate(id, { exclusive: 'db' }))
  assert.deepEqual(turnsOf(new Scheduler([...gates, gate('free')], 3)), [
    ['a', 'free'],
    ['b'],
    ['c'],
    ['d'],
  ])
})

test('a gate that stands from before stays so, whatever became of what it needs', () => {
  const gates = [gate('a'), gate('b', { needs: ['a'] }), gate('c', { needs: ['b'] })]
  const scheduler = new Scheduler(gates, 4)
  scheduler.begin(
    new Map<string, StoredStatus>([
      ['a', 'FAIL'],
      ['b', 'PASS'],
    ]),
  )
  assert.deepEqual(
    scheduler.next().start.map(({ id }) => id),
    ['c'],
  )
})

test('a failure skips everything down a chain at once, each gate with its cause', () => {
  const gates = [gate('a'), gate('b', { needs: ['a'] }), gate('c', { needs: ['b'] })]
  const scheduler = new Scheduler(gates, 4)
  scheduler.begin(new Map())
  assert.equal(scheduler.next().start[0]?.id, 'a')
  scheduler.settle('a', 'FAIL')
  assert.deepEqual(
    scheduler.next().held.map(({ gate: { id }, status, reason }) => `${id} ${status}: ${reason}`),
    ['b SKIPPED: needs a, which is FAIL', 'c SKIPPED: needs b, which is SKIPPED'],
  )
})

test('a waived gate that does not hold lets start what needs it, and opens the phase after its own', () => {
  const gates = [
    gate('a', { phase: 'pre-deploy' }),
    gate('b', { needs: ['a'], phase: 'pre-deploy' }),
    gate('c', { phase: 'canary-5' }),
  ]
  const turnsAfter = (status: StoredStatus): readonly string[] => {
    const scheduler = new Scheduler(gates, 4, undefined, { a: 'W1' })
    scheduler.begin(new Map())
    scheduler.next()
    scheduler.settle('a', status)
    const { start, held } = scheduler.next()
    if (held.length > 0) return held.map((each) => `${each.gate.id} ${each.status}`)
    scheduler.settle('b', 'PASS')
    return [...start, ...scheduler.next().start].map(({ id }) => id)
  }
  assert.deepEqual(turnsAfter('FAIL'), ['b', 'c'])
  assert.deepEqual(turnsAfter('INCONCLUSIVE'), ['b', 'c'])
  assert.deepEqual(turnsAfter('ERROR'), ['b SKIPPED', 'c PENDING'])
})

const MANY = 10_000
/** What a machine of today needs for this is a twentieth of it. */
const MANY_LIMIT_MS = 2_000

test('ten thousand gates in a chain, side by side, on one resource or in phases are ordered in linear time', () => {
  const ids = Array.from({ length: MANY }, (_, at) => `g${at}`)
  const shapes: readonly (readonly [string, (at: number) => Partial<PlanGate>, number])[] = [
    ['chain', (at) => ({ needs: at === 0 ? [] : [`g${at - 1}`] }), MANY],
    ['reversed chain', (at) => ({ needs: at === MANY - 1 ? [] : [`g${at + 1}`] }), MANY],
    ['side by side', () => ({}), MANY / 4],
    ['one resource', () => ({ exclusive: 'db' }), MANY],
    ['phases', (at) => ({ phase: `p${Math.floor(at / 100)}` }), MANY / 4],
  ]
  for (const [name, shape, turnCount] of shapes) {
    const gates = ids.map((id, at) => gate(id, shape(at)))
    const before = process.threadCpuUsage()
    const turns = turnsOf(new Scheduler(gates, 4))
    const tookMs = process.threadCpuUsage(before).user / 1000
    assert.equal(turns.length, turnCount, name)
    assert.equal(turns.flat().length, MANY, name)
    assert.ok(tookMs < MANY_LIMIT_MS, `${name} took ${tookMs} ms`)
  }
})
