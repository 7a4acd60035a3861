// Floods of refusals: one entry now and then, and no refusal missing from the counts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fakeClock } from '../../test/clock.ts'
import { RefusalTally } from './tally.ts'

test('of a flood the first is recorded at once, and every ten seconds how many there were', () => {
  const clock = fakeClock(0)
  const tally = new RefusalTally<number>(clock)
  const recorded: number[] = []
  for (let count = 0; count < 10_000; count += 1) {
    const counts = tally.add('one', 'REFUSED', count)
    if (counts !== undefined) recorded.push(counts['REFUSED'] ?? 0)
    clock.advance(3)
  }
  assert.equal(recorded.length, 3)
  assert.equal(recorded[0], 1)
  const [left] = tally.takeAll(true)
  assert.equal(left?.sample, 9_999)
  const sum = recorded.reduce((all, each) => all + each, 0) + (left?.counts['REFUSED'] ?? 0)
  assert.equal(sum, 10_000)
  assert.deepEqual(tally.takeAll(true), [])
})

test('who floods is told apart up to a number, so that many flooders take no memory', () => {
  const tally = new RefusalTally<number>(fakeClock(0))
  for (let count = 0; count < 3_000; count += 1) tally.add(`flooder ${count}`, 'REFUSED', count)
  for (let count = 0; count < 3_000; count += 1) tally.add(`flooder ${count}`, 'REFUSED', count)
  assert.ok(tally.takeAll(true).length <= 1_000)
})
