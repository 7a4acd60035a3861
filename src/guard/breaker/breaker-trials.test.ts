// Trials of a half-open breaker that overlap, and settings that change between them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BreakerSettings } from './breaker-model.ts'
import { makeBreaker } from './breaker.ts'
import type { Breaker, BreakerPermit } from './breaker.ts'

const settings: BreakerSettings = {
  rule: { kind: 'consecutive', failures: 1 },
  openMs: 1_000,
  probes: 4,
}

/** One that has opened and may be tried. */
function aTriedBreaker() {
  const time = { ms: 1_000_000 }
  const clock = { monotonicUs: () => time.ms * 1_000, epochMs: () => time.ms }
  const breaker = makeBreaker({ name: 'mail', settings, clock })
  breaker.enter()?.fail()
  time.ms += 1_000
  assert.equal(breaker.snapshot().state, 'half-open')
  return { breaker, time }
}

function entered(breaker: Breaker): BreakerPermit {
  return breaker.enter() ?? assert.fail('expected a trial to be let through')
}

test('with fewer trials asked for than have succeeded it closes, instead of letting nothing through for ever', () => {
  const { breaker } = aTriedBreaker()
  entered(breaker).succeed()
  entered(breaker).succeed()
  breaker.retune({ ...settings, probes: 2 }, 'ann')
  assert.equal(breaker.snapshot().state, 'closed')
  entered(breaker).succeed()
})

test('trials that overlap are each given their own time', () => {
  const { breaker, time } = aTriedBreaker()
  let running = entered(breaker)
  for (let count = 1; count < 4; count++) {
    time.ms += 600
    const next = entered(breaker)
    running.succeed()
    running = next
  }
  time.ms += 600
  running.succeed()
  assert.equal(breaker.snapshot().state, 'closed')
})

test('the oldest trial that is still out is the one whose time counts', () => {
  const { breaker, time } = aTriedBreaker()
  entered(breaker)
  time.ms += 600
  entered(breaker).succeed()
  time.ms += 399
  assert.equal(breaker.snapshot().state, 'half-open')
  time.ms += 1
  assert.equal(breaker.snapshot().state, 'open')
})
