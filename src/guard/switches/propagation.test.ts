// The measure of propagation: times of every node, restoration always tried, nothing claimed that was not seen.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GuardClock } from '../model.ts'
import { measurePropagation } from './propagation.ts'
import type { PropagationTerms } from './propagation.ts'

/** Nodes that show a flip so many milliseconds after it, on a clock that only waiting moves. */
function aFleet(
  lags: Readonly<Record<string, number>>,
): PropagationTerms & { readonly truth: () => string } {
  let nowMs = 0
  let [truth, flippedAtMs] = ['on', -1_000_000]
  const clock: GuardClock = {
    monotonicUs: () => nowMs * 1_000,
    epochMs: () => nowMs,
    wait(ms) {
      // All nodes wait together: time moves on once for each of them.
      nowMs += ms / Object.keys(lags).length
      return Promise.resolve()
    },
  }
  const set = (state: string) => (): Promise<void> => {
    truth = state
    flippedAtMs = nowMs
    return Promise.resolve()
  }
  const other = (): string => (truth === 'on' ? 'off' : 'on')
  return {
    flip: set('off'),
    restore: set('on'),
    nodes: Object.entries(lags).map(([name, lagMs]) => ({
      name,
      show: () => Promise.resolve(nowMs - flippedAtMs >= lagMs ? truth : other()),
    })),
    before: 'on',
    after: 'off',
    clock,
    deadlineMs: 2_000,
    everyMs: 20,
    truth: () => truth,
  }
}

test('each node gets its time, the slowest counts, and the switch is back', async () => {
  const fleet = aFleet({ near: 0, far: 700 })
  const seen = await measurePropagation(fleet)
  assert.deepEqual(
    seen.nodes.map(({ node, flipMs }) => [node, flipMs]),
    [
      ['near', 0],
      ['far', 700],
    ],
  )
  assert.deepEqual(
    [seen.isMeasured, seen.slowestMs, seen.isRestored, seen.fault],
    [true, 700, true, null],
  )
  assert.equal(fleet.truth(), 'on')
})

test('a node that never comes round leaves no slowest time and says what it showed', async () => {
  const fleet = aFleet({ near: 0, deaf: 0 })
  const deaf = { name: 'deaf', show: () => Promise.resolve('on') }
  const seen = await measurePropagation({ ...fleet, nodes: [fleet.nodes[0]!, deaf] })
  assert.equal(seen.slowestMs, null)
  const { restoreMs, ...rest } = seen.nodes[1]!
  assert.deepEqual(rest, { node: 'deaf', flipMs: null, reason: 'on' })
  assert.ok(restoreMs !== null && restoreMs <= fleet.everyMs)
})

test('a node that shows the flip at every second look has not taken it', async () => {
  const fleet = aFleet({ near: 0 })
  let lookCount = 0
  const flapping = {
    name: 'flapping',
    show: () => Promise.resolve(lookCount++ % 2 === 1 ? 'off' : 'on'),
  }
  const steady = { ...flapping, show: () => fleet.nodes[0]!.show() }
  const seen = await measurePropagation({ ...fleet, nodes: [steady] })
  assert.equal(seen.slowestMs, 0)
  const never = await measurePropagation({
    ...fleet,
    nodes: [
      {
        ...flapping,
        show: () => (fleet.truth() === 'on' ? fleet.nodes[0]!.show() : flapping.show()),
      },
    ],
  })
  assert.deepEqual([never.slowestMs, never.nodes[0]!.flipMs, never.isRestored], [null, null, true])
})

test('nothing is flipped when a node does not show the beginning, or when there is none', async () => {
  const fleet = aFleet({ near: 0 })
  const down = { name: 'down', show: () => Promise.reject(new Error('ECONNREFUSED')) }
  const flip = (): Promise<void> => Promise.reject(new Error('must not be called'))
  for (const nodes of [[...fleet.nodes, down], []]) {
    const seen = await measurePropagation({ ...fleet, flip, nodes })
    assert.deepEqual([seen.isMeasured, seen.slowestMs, seen.fault], [false, null, null])
  }
})

test('the switch is put back after a flip that failed, and a restoration that failed is not called one', async () => {
  const fleet = aFleet({ near: 0 })
  let isRestored = false
  const failed = await measurePropagation({
    ...fleet,
    flip: () => Promise.reject(new Error('403')),
    restore: () => {
      isRestored = true
      return fleet.restore()
    },
  })
  assert.deepEqual(
    [failed.fault, failed.slowestMs, failed.isRestored, isRestored],
    ['flip: 403', null, true, true],
  )
  const stuck = await measurePropagation({
    ...aFleet({ near: 0 }),
    restore: () => Promise.reject(new Error('500')),
  })
  assert.deepEqual([stuck.fault, stuck.slowestMs, stuck.isRestored], ['restore: 500', 0, false])
})
