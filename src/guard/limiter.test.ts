// The ladder: shared store, own share, endpoint class; a store that is slow, gone or lying.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeLimiter } from './limiter.ts'
import type { LimiterTerms } from './limiter.ts'
import type { BucketPolicy, GuardEvent, RateDecision, SharedBuckets } from './model.ts'

const policy: BucketPolicy = {
  kind: 'bucket',
  name: 'push',
  limit: 60,
  windowMs: 60_000,
  burst: 10,
}
const granted: RateDecision = { allowed: true, remaining: 5, retryAfterUs: 0, resetUs: 0 }

class HandClock {
  us = 0
  readonly #waiting: { atUs: number; resolve(): void }[] = []
  monotonicUs = (): number => this.us
  epochMs = (): number => this.us / 1_000
  wait = (ms: number): Promise<void> =>
    new Promise((resolve) => void this.#waiting.push({ atUs: this.us + ms * 1_000, resolve }))
  pass(ms: number): void {
    this.us += ms * 1_000
    for (const { atUs, resolve } of this.#waiting) if (atUs <= this.us) resolve()
  }
}

function aLimiter(terms: Partial<LimiterTerms> = {}) {
  const clock = new HandClock()
  const events: GuardEvent[] = []
  const limiter = makeLimiter({
    policy,
    clock,
    endpointClass: 'protective',
    sink: (event) => void events.push(event),
    ...terms,
  })
  return { clock, events, limiter }
}

const failing: SharedBuckets = { take: () => Promise.reject(new Error('ECONNREFUSED')) }

test('the shared store decides while it answers', async () => {
  const { limiter } = aLimiter({ shared: { take: () => Promise.resolve(granted) } })
  assert.deepEqual(await limiter.decide('k'), { ...granted, source: 'shared' })
})

test('without the store each process admits its share, from buckets that were warm before', async () => {
  let isUp = true
  const store: SharedBuckets = {
    take: () => (isUp ? Promise.resolve(granted) : failing.take('', policy, 1)),
  }
  const { limiter, events } = aLimiter({ shared: store, liveInstances: () => 2 })
  for (let index = 0; index < 3; index++) await limiter.decide('k')
  isUp = false
  const after = []
  for (let index = 0; index < 5; index++) after.push(await limiter.decide('k'))
  assert.deepEqual(
    after.map(({ allowed, source }) => [allowed, source]),
    [
      [true, 'local'],
      [true, 'local'],
      [false, 'local'],
      [false, 'local'],
      [false, 'local'],
    ],
  )
  assert.deepEqual(
    events.map(({ type }) => type),
    ['rate.store-lost', 'rate.refused', 'rate.refused', 'rate.refused'],
  )
})

test('a store that does not answer is waited for until the deadline once, then left alone, then asked again', async () => {
  let asked = 0
  let answer: ((decision: RateDecision) => void) | undefined
  const store: SharedBuckets = {
    take() {
      asked++
      return new Promise((resolve) => void (answer = resolve))
    },
  }
  const { limiter, clock, events } = aLimiter({ shared: store })
  const first = limiter.decide('k')
  clock.pass(25)
  assert.equal((await first).source, 'local')
  assert.equal((await limiter.decide('k')).source, 'local')
  assert.equal(asked, 1)
  clock.pass(500)
  const second = limiter.decide('k')
  answer?.(granted)
  assert.equal((await second).source, 'shared')
  assert.deepEqual(
    events.map(({ type }) => type),
    ['rate.store-lost', 'rate.store-back'],
  )
})

test('a store that throws instead of rejecting, or answers nonsense, is a lost store and no fault of the request', async () => {
  const throwing: SharedBuckets = {
    take() {
      throw new Error('not connected')
    },
  }
  assert.equal((await aLimiter({ shared: throwing }).limiter.decide('k')).source, 'local')
})

test('where nobody can keep count, availability lets through and protective refuses', async () => {
  for (const [endpointClass, allowed] of [
    ['availability', true],
    ['protective', false],
  ] as const) {
    const { limiter } = aLimiter({ endpointClass, keyLimit: 1, shared: failing })
    await limiter.decide('first')
    const decision = await limiter.decide('second')
    assert.deepEqual([decision.allowed, decision.source], [allowed, 'untracked'])
  }
})

test('a cost that can never be admitted is not asked to wait', async () => {
  const { limiter } = aLimiter()
  const decision = await limiter.decide('k', 11)
  assert.equal(decision.allowed, false)
  assert.equal(decision.retryAfterUs, Number.POSITIVE_INFINITY)
})

test('when instances come and go the share follows', async () => {
  let instances = 5
  const { limiter } = aLimiter({ shared: failing, liveInstances: () => instances })
  const count = async (): Promise<number> => {
    let admitted = 0
    while ((await limiter.decide('k')).allowed) admitted++
    return admitted
  }
  assert.equal(await count(), 2)
  instances = 1
  assert.equal(await count(), 10)
  instances = Number.NaN
  assert.equal(await count(), 0, 'an unknown number is one, and changes nothing')
})
