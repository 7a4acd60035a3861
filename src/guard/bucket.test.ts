// Token buckets and windows: exact vectors, a slow exact model, and bounded memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RateLimiterMemory } from 'rate-limiter-flexible'
import { GuardFault } from './errors.ts'
import { makeLocalBuckets } from './local-buckets.ts'
import type { BucketPolicy, RatePolicy } from './model.ts'
import { emissionUs, shareOf } from './policy.ts'

const pushes: BucketPolicy = {
  kind: 'bucket',
  name: 'push',
  limit: 200,
  windowMs: 60_000,
  burst: 60,
}

class HandClock {
  us = 1_000_000_000_000
  monotonicUs = (): number => this.us
  epochMs = (): number => Math.floor(this.us / 1_000)
}

function admittedCount(
  policy: RatePolicy,
  fromMs: number,
  untilMs: number,
  stepMs: number,
): number {
  const clock = new HandClock()
  const buckets = makeLocalBuckets(policy, clock)
  const began = clock.us
  let count = 0
  for (let at = fromMs; at <= untilMs; at += stepMs) {
    clock.us = began + at * 1_000
    while (buckets.take('k', 1)?.allowed === true) count++
  }
  return count
}

test('200 a minute with burst 60: exactly 60 at once, the 61st waits 300 ms', () => {
  const clock = new HandClock()
  const buckets = makeLocalBuckets(pushes, clock)
  const answers = Array.from({ length: 61 }, () => buckets.take('k', 1)!)
  assert.equal(answers.filter(({ allowed }) => allowed).length, 60)
  assert.deepEqual(answers[0], { allowed: true, remaining: 59, retryAfterUs: 0, resetUs: 300_000 })
  assert.deepEqual(answers[60], {
    allowed: false,
    remaining: 0,
    retryAfterUs: 300_000,
    resetUs: 18_000_000,
  })
  clock.us += 299_999
  assert.equal(buckets.take('k', 1)!.allowed, false)
  clock.us += 1
  assert.equal(buckets.take('k', 1)!.allowed, true)
})

test('a full bucket admits 259 in the minute that excludes its end and 260 in the one that includes it', () => {
  assert.equal(admittedCount(pushes, 0, 59_999, 1), 259)
  assert.equal(admittedCount(pushes, 0, 60_000, 1), 260)
})

test('after 18 idle seconds the bucket is full again, and not before', () => {
  const clock = new HandClock()
  const buckets = makeLocalBuckets(pushes, clock)
  buckets.take('k', 60)
  clock.us += 17_999_999
  assert.equal(buckets.take('k', 60)!.allowed, false)
  clock.us += 1
  assert.equal(buckets.take('k', 60)!.allowed, true)
})

test('windows begin at whole minutes of the epoch and admit twice the limit around a boundary, as documented', () => {
  const policy: RatePolicy = { kind: 'window', name: 'w', limit: 200, windowMs: 60_000 }
  const clock = new HandClock()
  clock.us = (20_000_000 * 60_000 + 59_999) * 1_000
  const buckets = makeLocalBuckets(policy, clock)
  for (let index = 0; index < 200; index++) assert.ok(buckets.take('k', 1)!.allowed)
  assert.deepEqual(buckets.take('k', 1), {
    allowed: false,
    remaining: 0,
    retryAfterUs: 1_000,
    resetUs: 1_000,
  })
  clock.us += 1_000
  for (let index = 0; index < 200; index++) assert.ok(buckets.take('k', 1)!.allowed)
  assert.equal(buckets.take('k', 1)!.allowed, false)
  clock.us -= 120_000_000
  assert.equal(buckets.take('k', 1)!.allowed, false, 'a clock set back opens no window again')
})

test('every decision equals that of an exact bucket counted in fractions of a token', () => {
  const steps = fc.array(
    fc.tuple(fc.integer({ min: 0, max: 2_000_000 }), fc.integer({ min: 0, max: 12 })),
    {
      maxLength: 200,
    },
  )
  const policies = fc.record({
    limit: fc.integer({ min: 1, max: 5_000 }),
    windowMs: fc.integer({ min: 1, max: 120_000 }),
    burst: fc.integer({ min: 1, max: 100 }),
  })
  fc.assert(
    fc.property(policies, steps, (terms, walk) => {
      const policy: BucketPolicy = { kind: 'bucket', name: 'p', ...terms }
      const clock = new HandClock()
      const buckets = makeLocalBuckets(policy, clock)
      // The exact model holds microseconds' worth of tokens as whole numbers: nothing is rounded in it.
      const tokenUs = BigInt(emissionUs(policy))
      const full = tokenUs * BigInt(policy.burst)
      let held = full
      for (const [waitUs, cost] of walk) {
        clock.us += waitUs
        held = held + BigInt(waitUs) > full ? full : held + BigInt(waitUs)
        const price = tokenUs * BigInt(cost)
        const expected = price <= held
        if (expected) held -= price
        const answer = buckets.take('k', cost)!
        assert.equal(answer.allowed, expected)
        assert.equal(BigInt(answer.remaining), held / tokenUs)
        if (!expected) assert.equal(BigInt(answer.retryAfterUs), price - held)
      }
    }),
  )
})

test('within one window the decisions are those of rate-limiter-flexible', async () => {
  const clock = new HandClock()
  clock.us = 20_000_000 * 60_000 * 1_000
  const policy: RatePolicy = { kind: 'window', name: 'w', limit: 17, windowMs: 60_000 }
  const ours = makeLocalBuckets(policy, clock)
  const oracle = new RateLimiterMemory({ points: 17, duration: 60 })
  let compared = 0
  for (let index = 0; index < 300; index++) {
    const key = `k${index % 7}`
    const theirs = await oracle.consume(key, 1).then(
      (left) => [true, left.remainingPoints],
      () => [false, 0],
    )
    const answer = ours.take(key, 1)!
    assert.deepEqual([answer.allowed, answer.remaining], theirs)
    compared++
  }
  assert.equal(compared, 300)
})

test('a flood of new keys stays within the table and cannot buy an exhausted key a fresh start', () => {
  const clock = new HandClock()
  const buckets = makeLocalBuckets(pushes, clock, 1_000)
  while (buckets.take('attacker', 1)!.allowed) continue
  let untracked = 0
  for (let index = 0; index < 50_000; index++)
    if (buckets.take(`x${index}`, 60) === undefined) untracked++
  assert.equal(buckets.size, 1_000)
  assert.ok(untracked > 48_000)
  assert.equal(buckets.take('attacker', 1)!.allowed, false)
  clock.us += 18_000_000
  assert.equal(buckets.take('late', 1)?.allowed, true, 'what has refilled makes room')
})

test('a share of a policy is whole and never nothing, and a policy without sense is refused at once', () => {
  assert.deepEqual(shareOf(pushes, 3), { ...pushes, limit: 66, burst: 20 })
  assert.deepEqual(shareOf(pushes, 1_000), { ...pushes, limit: 1, burst: 1 })
  const clock = new HandClock()
  const faults: readonly Partial<BucketPolicy>[] = [
    { limit: 0 },
    { limit: 1.5 },
    { limit: Number.NaN },
    { burst: 0 },
    { windowMs: 0 },
    { windowMs: Number.POSITIVE_INFINITY },
    { name: 'a"b' },
    { name: '' },
    { limit: 1, windowMs: 2_000_000_000, burst: 1_000_000_000 },
  ]
  for (const change of faults)
    assert.throws(
      () => makeLocalBuckets({ ...pushes, ...change }, clock),
      GuardFault,
      JSON.stringify(change),
    )
  const buckets = makeLocalBuckets(pushes, clock)
  for (const cost of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => buckets.take('k', cost), { code: 'GUARD_COST_INVALID' })
})

test('fractions of a unit are counted, and looking takes nothing', () => {
  const buckets = makeLocalBuckets(pushes, new HandClock())
  for (let index = 0; index < 240; index++) assert.ok(buckets.take('k', 0.25)!.allowed)
  assert.equal(buckets.take('k', 0.25)!.allowed, false)
  assert.equal(buckets.take('k', 0)!.allowed, true)
  assert.equal(buckets.take('fresh', 0)!.remaining, 60)
})
