// Breakers on a clock of their own: rules, trials, doubling, tuning while it runs, holding, restarts, and what cannot be tricked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { GuardEvent } from '../model.ts'
import type { BreakerSettings, SavedBreaker } from './breaker-model.ts'
import { makeBreaker } from './breaker.ts'
import type { Breaker, BreakerTerms } from './breaker.ts'

const consecutive: BreakerSettings = {
  rule: { kind: 'consecutive', failures: 3 },
  openMs: 1_000,
  longestOpenMs: 8_000,
  probes: 2,
}
const sampling: BreakerSettings = {
  rule: { kind: 'sampling', windowMs: 10_000, failureRate: 0.5, minimumCalls: 10 },
  openMs: 1_000,
}

function aBreaker(settings: BreakerSettings, more: Partial<BreakerTerms> = {}) {
  const time = { ms: 1_000_000 }
  const events: GuardEvent[] = []
  const clock = { monotonicUs: () => time.ms * 1_000, epochMs: () => time.ms }
  const breaker = makeBreaker({
    name: 'mail',
    settings,
    clock,
    sink: (event) => void events.push(event),
    ...more,
  })
  return { breaker, time, events }
}

/** Calls once with that outcome. @returns whether it was let through */
function call(breaker: Breaker, isGood: boolean): boolean {
  const permit = breaker.enter()
  if (isGood) permit?.succeed()
  else permit?.fail()
  return permit !== undefined
}

function calls(breaker: Breaker, outcomes: string): string {
  for (const outcome of outcomes) call(breaker, outcome === '+')
  return breaker.snapshot().state
}

test('three failures in a row open it, a success between them does not', () => {
  const { breaker } = aBreaker(consecutive)
  assert.equal(calls(breaker, '--+--+--'), 'closed')
  assert.equal(calls(breaker, '-'), 'open')
  assert.equal(breaker.enter(), undefined)
  assert.equal(breaker.snapshot().retryAfterMs, 1_000)
})

test('a share of failures opens it only once there were enough calls, and old ones leave the window', () => {
  const { breaker, time } = aBreaker(sampling)
  assert.equal(calls(breaker, '---------'), 'closed', 'nine calls are too few')
  time.ms += 11_000
  assert.equal(calls(breaker, '----++++++'), 'closed', 'four of ten')
  assert.deepEqual([breaker.snapshot().calls, breaker.snapshot().failures], [10, 4])
  assert.equal(calls(breaker, '--'), 'open', 'six of twelve')
})

test('after its time it tries as many calls as it was told, and closes only when all succeed', () => {
  const { breaker, time } = aBreaker(consecutive)
  calls(breaker, '---')
  time.ms += 999
  assert.equal(call(breaker, true), false)
  time.ms += 1
  const [first, second, third] = [breaker.enter(), breaker.enter(), breaker.enter()]
  assert.ok(first !== undefined && second !== undefined)
  assert.equal(third, undefined, 'two trials, not three')
  first.succeed()
  assert.equal(breaker.enter(), undefined)
  assert.equal(breaker.snapshot().state, 'half-open')
  second.succeed()
  assert.equal(breaker.snapshot().state, 'closed')
})

test('each failed trial doubles the time up to its longest, and closing begins anew', () => {
  const { breaker, time } = aBreaker(consecutive)
  calls(breaker, '---')
  const waits: number[] = []
  for (let round = 0; round < 6; round++) {
    const { retryAfterMs } = breaker.snapshot()
    waits.push(retryAfterMs)
    time.ms += retryAfterMs
    call(breaker, false)
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  time.ms += 8_000
  assert.equal(calls(breaker, '++'), 'closed')
  calls(breaker, '---')
  assert.equal(breaker.snapshot().retryAfterMs, 1_000)
})

test('a trial that never ends counts as failed, one that is given up leaves its place to another', () => {
  const { breaker, time } = aBreaker({ ...consecutive, probes: 1, probeLimitMs: 500 })
  calls(breaker, '---')
  time.ms += 1_000
  const lost = breaker.enter()
  assert.ok(lost !== undefined)
  time.ms += 500
  assert.equal(breaker.snapshot().state, 'open')
  lost.succeed()
  assert.equal(
    breaker.snapshot().state,
    'open',
    'a late success of an earlier trial changes nothing',
  )
  time.ms += 2_000
  for (let index = 0; index < 100; index++) {
    const permit = breaker.enter()
    assert.ok(permit !== undefined)
    permit.ignore()
    permit.fail()
  }
  assert.equal(call(breaker, true), true)
  assert.equal(breaker.snapshot().state, 'closed')
})

test('calls that began before it opened do not touch what it does afterwards', () => {
  const { breaker, time } = aBreaker({ ...consecutive, probes: 1 })
  const old = Array.from({ length: 50 }, () => breaker.enter())
  calls(breaker, '---')
  for (const permit of old.slice(0, 25)) permit?.succeed()
  assert.equal(breaker.snapshot().state, 'open')
  time.ms += 1_000
  breaker.snapshot()
  for (const permit of old.slice(25)) permit?.fail()
  assert.equal(breaker.snapshot().state, 'half-open')
})

test('a call that answers too late has failed', () => {
  const { breaker, time } = aBreaker({ ...consecutive, slowCallMs: 200 })
  for (let index = 0; index < 3; index++) {
    const permit = breaker.enter()
    time.ms += 201
    permit?.succeed()
  }
  assert.equal(breaker.snapshot().state, 'open')
})

test('settings change while it runs: an opening ends sooner or later, counts of another rule begin anew', () => {
  const { breaker, time, events } = aBreaker(consecutive)
  calls(breaker, '--')
  breaker.retune({ ...consecutive, openMs: 3_000 }, 'alice')
  assert.equal(calls(breaker, '-'), 'open', 'the same rule counts on')
  assert.equal(breaker.snapshot().retryAfterMs, 3_000)
  time.ms += 1_000
  breaker.retune({ ...consecutive, openMs: 500 }, 'alice')
  assert.equal(breaker.snapshot().state, 'half-open')
  calls(breaker, '++')
  calls(breaker, '--')
  breaker.retune(sampling, 'bob')
  assert.equal(calls(breaker, '-'), 'closed')
  assert.equal(breaker.snapshot().calls, 1)
  assert.throws(() => breaker.retune({ ...sampling, openMs: 0 }, 'bob'), {
    code: 'GUARD_BREAKER_INVALID',
  })
  assert.deepEqual(breaker.snapshot().settings, sampling, 'what was refused changed nothing')
  assert.equal(events.filter(({ type }) => type === 'breaker.retuned').length, 3)
})

test('somebody can hold it open, and release it only into trials', () => {
  const { breaker, time, events } = aBreaker({ ...consecutive, probes: 1 })
  breaker.hold('alice')
  time.ms += 1e9
  assert.equal(call(breaker, true), false)
  assert.equal(breaker.snapshot().retryAfterMs, Number.POSITIVE_INFINITY)
  assert.equal(breaker.release('bob'), true)
  assert.equal(breaker.release('bob'), false)
  assert.equal(breaker.snapshot().state, 'half-open')
  assert.equal(calls(breaker, '-'), 'open')
  const told = events.flatMap((event) =>
    event.type === 'breaker.changed' ? [`${event.to} ${event.by ?? ''}`] : [],
  )
  assert.deepEqual(told, ['held alice', 'half-open bob', 'open '])
})

test('whoever keeps asking for another try gets one in each row of openings', () => {
  const { breaker, time } = aBreaker({ ...consecutive, probes: 1 })
  calls(breaker, '---')
  let tries = 0
  for (let index = 0; index < 1_000; index++) {
    if (breaker.retry('mallory')) tries++
    call(breaker, false)
  }
  assert.equal(tries, 1)
  time.ms += 10_000
  assert.equal(calls(breaker, '+'), 'closed')
  calls(breaker, '---')
  assert.equal(breaker.retry('alice'), true)
})

test('a restart keeps it open for what is left, and no set clock makes that longer', () => {
  const { breaker, time } = aBreaker(consecutive)
  calls(breaker, '---')
  time.ms += 400
  const saved = JSON.parse(JSON.stringify(breaker.save())) as SavedBreaker
  const after = (epochMs: number, with_: SavedBreaker = saved): Breaker =>
    aBreaker(consecutive, { clock: { monotonicUs: () => 5, epochMs: () => epochMs }, saved: with_ })
      .breaker
  assert.equal(after(time.ms + 100).snapshot().retryAfterMs, 500)
  assert.equal(
    after(time.ms - 86_400_000).snapshot().retryAfterMs,
    1_000,
    'a clock set back by a day',
  )
  assert.equal(after(time.ms + 86_400_000).snapshot().state, 'half-open', 'a clock set forward')
  assert.equal(
    after(time.ms, {
      state: 'held',
      openUntilEpochMs: 0,
      openedCount: 0,
      heldBy: 'alice',
    }).snapshot().state,
    'held',
  )
  assert.equal(
    after(0, { state: 'open', openUntilEpochMs: Number.NaN, openedCount: -3 }).snapshot()
      .retryAfterMs,
    1_000,
  )
  assert.equal(
    after(0, { state: 'closed', openUntilEpochMs: 1e12, openedCount: 9 }).snapshot().state,
    'closed',
  )
})

test('a clock that steps back neither opens nor closes it, nor breaks its window', () => {
  const { breaker, time } = aBreaker(sampling)
  calls(breaker, '----')
  time.ms -= 500_000
  assert.equal(calls(breaker, '-----+'), 'open')
  time.ms -= 1_000
  assert.equal(call(breaker, true), false)
})

test('run gives the value, throws what the work throws, and refuses without calling', async () => {
  class NotFound extends Error {}
  const { breaker, time } = aBreaker(
    { ...consecutive, probes: 1 },
    { isFailure: (error) => !(error instanceof NotFound) },
  )
  assert.deepEqual(await breaker.run(async () => 7), { ok: true, value: 7 })
  for (let index = 0; index < 9; index++)
    await assert.rejects(
      breaker.run(() => Promise.reject(new NotFound())),
      NotFound,
    )
  for (let index = 0; index < 3; index++)
    await assert.rejects(
      breaker.run(() => Promise.reject(new Error('down'))),
      /down/,
    )
  let called = false
  const refused = await breaker.run(async () => void (called = true))
  assert.deepEqual([refused, called], [{ ok: false, retryAfterMs: 1_000 }, false])
  time.ms += 1_000
  assert.equal((await breaker.run(async () => 1)).ok, true)
})

test('the rolling window counts what a list of all calls counts, to a tenth of its length', () => {
  const step = fc.tuple(fc.integer({ min: 0, max: 4_000 }), fc.boolean())
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      // Never opens: only the counts are looked at.
      const rule = {
        kind: 'sampling',
        windowMs: 10_000,
        failureRate: 1,
        minimumCalls: 1_000,
      } as const
      const { breaker, time } = aBreaker({ ...sampling, rule })
      const seen: { at: number; isGood: boolean }[] = []
      for (const [passed, isGood] of steps) {
        time.ms += passed
        call(breaker, isGood)
        seen.push({ at: time.ms, isGood })
        const { calls: count, failures } = breaker.snapshot()
        const within = (ms: number) => seen.filter(({ at }) => at > time.ms - ms)
        const bad = (list: typeof seen) => list.filter((each) => !each.isGood).length
        assert.ok(count >= within(9_000).length && count <= within(10_000).length)
        assert.ok(failures >= bad(within(9_000)) && failures <= bad(within(10_000)))
      }
    }),
    { numRuns: 200 },
  )
})
