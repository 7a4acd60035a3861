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
    if (typeof counts !== 'string') recorded.push(counts['REFUSED'] ?? 0)
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

test('more who flood at once than are told apart make no entries, and whoever is quiet makes room', () => {
  const clock = fakeClock(0)
  const tally = new RefusalTally<number>(clock)
  const addAll = (): string[] =>
    Array.from({ length: 3_000 }, (_, at) => {
      const kept = tally.add(`flooder ${at}`, 'REFUSED', at)
      return typeof kept === 'string' ? kept : 'entry'
    })
  const countOf = (kept: readonly string[], what: string): number =>
    kept.filter((each) => each === what).length
  const first = addAll()
  assert.deepEqual([countOf(first, 'entry'), countOf(first, 'never')], [1_000, 2_000])
  const second = addAll()
  assert.deepEqual([countOf(second, 'later'), countOf(second, 'never')], [1_000, 2_000])
  assert.equal(tally.takeAll(true).length, 1_000)
  clock.advance(10_000)
  assert.notEqual(typeof tally.add('another', 'REFUSED', 0), 'string')
})
