// Who counts as ended: a worker that was seen to be silent, and not one that nobody could look at.
import assert from 'node:assert/strict'
import test from 'node:test'
import { WorkerWatch } from './beat.ts'

/** A watch, and what it says after each `[milliseconds passed, beats of the other]`. */
function watch(looks: readonly (readonly [passedMs: number, beats: number])[]): readonly boolean[] {
  let nowMs = 0
  const own = new WorkerWatch({ monotonicMs: () => nowMs })
  own.begin()
  return looks.map(([passedMs, beats]) => {
    nowMs += passedMs
    return own.note([{ id: 'b', beats }]).length > 0
  })
}

test('a worker that counts no further while another looks has ended after fifteen seconds', () => {
  const looks = Array.from({ length: 9 }, () => [2_000, 7] as const)
  assert.equal(watch(looks).indexOf(true), 8)
})

test('a worker that counts never ends, however slowly the other looks', () => {
  const looks = Array.from({ length: 20 }, (_, nth) => [9_000, nth] as const)
  assert.ok(!watch(looks).includes(true))
})

test('after the database was away, the first to look does not take the others for dead', () => {
  assert.deepEqual(
    watch([
      [2_000, 7],
      [60_000, 7],
      [2_000, 7],
      [2_000, 8],
    ]),
    [false, false, false, false],
  )
})

test('a worker that ended while the database was away is found once it is back', () => {
  const looks = [
    [2_000, 7],
    [60_000, 7],
    ...Array.from({ length: 8 }, () => [2_000, 7] as const),
  ] as const
  assert.equal(watch(looks).indexOf(true), 7)
})
