// The steady clock: sleep counts, small differences do not, and it never goes back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeSteadyTime, systemClock } from './clock.ts'

interface Clocks {
  processMs: number
  bootMs: number
  wallMs: number
}

function steadyTimeOf(at: Clocks, countRead = (): void => undefined): () => number {
  return makeSteadyTime(
    () => at.processMs,
    () => {
      countRead()
      return at.bootMs
    },
    () => at.wallMs,
  )
}

test('time that the machine slept is counted once, and the fine clock stays fine', () => {
  const at = { processMs: 100.25, bootMs: 50_000, wallMs: 1_000_000 }
  const steadyMs = steadyTimeOf(at)
  assert.equal(steadyMs(), 100.25)
  at.processMs += 10.5
  at.bootMs += 10
  at.wallMs += 10
  assert.equal(steadyMs(), 110.75)
  at.bootMs += 8 * 3_600_000
  at.wallMs += 8 * 3_600_000
  const wokenMs = steadyMs()
  assert.ok(Math.abs(wokenMs - 110.75 - 8 * 3_600_000) < 1_000)
  at.processMs += 5
  at.bootMs += 5
  at.wallMs += 5
  assert.equal(steadyMs(), wokenMs + 5)
})

test('the boot clock is read once in ten milliseconds, and at once when the wall clock leaps', () => {
  const at = { processMs: 100, bootMs: 50_000, wallMs: 1_000_000 }
  let count = 0
  const steadyMs = steadyTimeOf(at, () => void count++)
  steadyMs()
  const before = count
  for (let step = 0; step < 9; step++) {
    at.processMs++
    at.wallMs++
    assert.equal(steadyMs(), at.processMs)
  }
  assert.equal(count, before)
  at.processMs++
  at.wallMs++
  steadyMs()
  assert.equal(count, before + 1)
  at.wallMs -= 3_600_000
  steadyMs()
  assert.equal(count, before + 2)
})

test('a sleep is noticed without the wall clock too, ten milliseconds later', () => {
  const at = { processMs: 100, bootMs: 50_000, wallMs: 1_000_000 }
  const steadyMs = steadyTimeOf(at)
  steadyMs()
  at.bootMs += 3_600_000
  assert.equal(steadyMs(), 100)
  at.processMs += 10
  assert.ok(steadyMs() > 3_600_000)
})

test('a coarse boot clock that lags or steps back never takes the steady time back', () => {
  const at = { processMs: 0, bootMs: 0, wallMs: 0 }
  const steadyMs = steadyTimeOf(at)
  let last = steadyMs()
  for (const bootMs of [3_000, 2_000, 900, 5_500, 0]) {
    at.processMs += 10
    at.wallMs += 10
    at.bootMs = bootMs
    const next = steadyMs()
    assert.ok(next > last, `${next} after ${last}`)
    last = next
  }
})

test('without a boot clock the process clock is what there is', () => {
  const steadyMs = makeSteadyTime(
    () => 7,
    undefined,
    () => 0,
  )
  assert.equal(steadyMs(), 7)
})

test('the real steady clock moves with the wall clock', async () => {
  const wallMs = systemClock.nowMs()
  const startedMs = systemClock.monotonicMs()
  await systemClock.sleep(50)
  const steadyMs = systemClock.monotonicMs() - startedMs
  assert.ok(steadyMs >= 49 && Math.abs(steadyMs - (systemClock.nowMs() - wallMs)) < 1_000)
})
