// The steady clock: sleep counts, small differences do not, and it never goes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSteadyTime, systemClock } from './clock.ts'

test('time that the machine slept is counted once, and the fine clock stays fine', () => {
  const at = { processMs: 100.25, bootMs: 50_000 }
  const steadyMs = makeSteadyTime(
    () => at.processMs,
    () => at.bootMs,
  )
  assert.equal(steadyMs(), 100.25)
  at.processMs += 10.5
  at.bootMs += 10
  assert.equal(steadyMs(), 110.75)
  at.bootMs += 8 * 3_600_000
  const wokenMs = steadyMs()
  assert.ok(Math.abs(wokenMs - 110.75 - 8 * 3_600_000) < 1_000)
  at.processMs += 5
  at.bootMs += 5
  assert.equal(steadyMs(), wokenMs + 5)
})

test('a coarse boot clock that lags or steps back never takes the steady time back', () => {
  const at = { processMs: 0, bootMs: 0 }
  const steadyMs = makeSteadyTime(
    () => at.processMs,
    () => at.bootMs,
  )
  let last = steadyMs()
  for (const bootMs of [3_000, 2_000, 900, 5_500, 0]) {
    at.processMs += 1
    at.bootMs = bootMs
    const next = steadyMs()
    assert.ok(next > last, `${next} after ${last}`)
    last = next
  }
})

test('without a boot clock the process clock is what there is', () => {
  assert.equal(makeSteadyTime(() => 7, undefined)(), 7)
})

test('the real steady clock moves with the wall clock', async () => {
  const wallMs = systemClock.nowMs()
  const startedMs = systemClock.monotonicMs()
  await systemClock.sleep(50)
  const steadyMs = systemClock.monotonicMs() - startedMs
  assert.ok(steadyMs >= 49 && Math.abs(steadyMs - (systemClock.nowMs() - wallMs)) < 1_000)
})
