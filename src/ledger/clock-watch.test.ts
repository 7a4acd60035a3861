// The sequencer's clock: leaps ahead are refused, pauses and corrections backwards are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../kernel/index.ts'
import { CLOCK_JUMP_LIMIT_MS, ClockWatch } from './clock-watch.ts'

/** A wall clock and a steady clock that a test moves apart. */
function twoClocks(): Clock & { wallMs: number; steadyMs: number } {
  return {
    wallMs: 1_800_000_000_000,
    steadyMs: 5_000,
    nowMs() {
      return this.wallMs
    },
    monotonicMs() {
      return this.steadyMs
    },
    sleep: () => Promise.resolve(),
  }
}

test('a log that was idle for days takes the next entry', () => {
  const clock = twoClocks()
  const watch = new ClockWatch(clock, false)
  clock.wallMs += 5 * 86_400_000
  clock.steadyMs += 5 * 86_400_000
  assert.equal(watch.readMs(false), clock.wallMs)
})

test('a leap of more than ten minutes is refused until the clock is back', () => {
  const clock = twoClocks()
  const watch = new ClockWatch(clock, false)
  clock.wallMs += CLOCK_JUMP_LIMIT_MS + 1
  assert.throws(() => watch.readMs(false), { code: 'LEDGER_CLOCK_JUMPED' })
  clock.steadyMs += 3_600_000
  clock.wallMs += 3_600_000
  assert.throws(() => watch.readMs(false), { code: 'LEDGER_CLOCK_JUMPED' })
  clock.wallMs -= CLOCK_JUMP_LIMIT_MS
  assert.equal(watch.readMs(false), clock.wallMs)
})

test('ten minutes exactly, corrections backwards and slow drift are taken', () => {
  const clock = twoClocks()
  const watch = new ClockWatch(clock, false)
  clock.wallMs += CLOCK_JUMP_LIMIT_MS
  assert.equal(watch.readMs(false), clock.wallMs)
  clock.wallMs -= 86_400_000
  assert.equal(watch.readMs(false), clock.wallMs)
  for (let day = 0; day < 30; day++) {
    clock.steadyMs += 86_400_000
    clock.wallMs += 86_400_000 + 60_000
    assert.equal(watch.readMs(false), clock.wallMs)
  }
})

test('an empty log and an operator who allows it take a leap, and other logs still refuse it', () => {
  const clock = twoClocks()
  const watch = new ClockWatch(clock, false)
  const allowing = new ClockWatch(clock, true)
  clock.wallMs += 86_400_000
  assert.equal(watch.readMs(true), clock.wallMs)
  assert.throws(() => watch.readMs(false), { code: 'LEDGER_CLOCK_JUMPED' })
  assert.equal(allowing.readMs(false), clock.wallMs)
})
