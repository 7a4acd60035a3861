// Rate limits through a real Redis: exact vectors, many clients at once, and a server that is flushed, paused and killed.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { makeLimiter, makeRedisBuckets } from '../../src/guard/index.ts'
import type { GuardEvent, Limiter, RatePolicy } from '../../src/guard/index.ts'
import { nodeGuardClock, overIoredis } from '../../src/guard/node.ts'
import { redisMissing, startRedis } from '../redis.ts'
import type { OwnRedis } from '../redis.ts'

const skip = redisMissing ?? false
const servers: OwnRedis[] = []
after(async () => {
  for (const server of servers) await server.kill()
})

async function aRedis(): Promise<OwnRedis> {
  const server = await startRedis()
  servers.push(server)
  return server
}

const DAY_MS = 24 * 3_600_000
/** One token every 24 minutes, so that no test waits long enough for another. */
const slow: RatePolicy = { kind: 'bucket', name: 'slow', limit: 60, windowMs: DAY_MS, burst: 60 }
/** Where it is asked who is admitted, not how soon: a busy machine takes its time. */
const PATIENT_MS = 60_000

function aLimiter(
  client: Redis,
  policy: RatePolicy,
  events: GuardEvent[] = [],
  storeDeadlineMs = PATIENT_MS,
): Limiter {
  return makeLimiter({
    policy,
    clock: nodeGuardClock,
    endpointClass: 'protective',
    shared: makeRedisBuckets(overIoredis(client)),
    liveInstances: () => 2,
    storeDeadlineMs,
    sink: (event) => void events.push(event),
  })
}

test(
  'a shared bucket admits exactly its burst over many clients at once, and tells the wait',
  { skip },
  async () => {
    const server = await aRedis()
    const limiters = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = server.connect()
        await new Promise((resolve) => client.once('ready', resolve))
        return aLimiter(client, slow)
      }),
    )
    const decisions = await Promise.all(
      Array.from({ length: 400 }, (_, index) => limiters[index % 4]!.decide('k')),
    )
    assert.ok(decisions.every(({ source }) => source === 'shared'))
    assert.equal(decisions.filter(({ allowed }) => allowed).length, 60)
    const refused = await limiters[0]!.decide('k')
    // The wait is that for one token, less what this test took.
    const tokenUs = (DAY_MS / 60) * 1_000
    assert.ok(refused.retryAfterUs > tokenUs / 2 && refused.retryAfterUs <= tokenUs)
    assert.equal((await limiters[0]!.decide('other')).remaining, 59)
  },
)

test(
  'a server whose clock was set back an hour refuses no longer than an empty bucket takes to fill',
  { skip },
  async () => {
    const server = await aRedis()
    const client = server.connect()
    await new Promise((resolve) => client.once('ready', resolve))
    const buckets = makeRedisBuckets(overIoredis(client))
    const quick: RatePolicy = { ...slow, name: 'quick', limit: 10, windowMs: 100, burst: 10 }
    await buckets.take('k', quick, 10)
    // What is kept of a time seems an hour away to a clock that was set back by one.
    const aheadUs = (Date.now() + 3_600_000) * 1_000
    await client.set('rl:quick:k', String(aheadUs), 'PX', 3_600_000)
    const refused = await buckets.take('k', quick, 1)
    assert.equal(refused.allowed, false)
    assert.ok(refused.retryAfterUs <= 10_000, String(refused.retryAfterUs))
    assert.ok((await client.pttl('rl:quick:k')) <= 101)
    await delay(110)
    assert.equal((await buckets.take('k', quick, 1)).allowed, true)
  },
)

test(
  'a shared window counts under the key of its workspace and minute, and lets the key expire',
  { skip },
  async () => {
    const server = await aRedis()
    const client = server.connect()
    await new Promise((resolve) => client.once('ready', resolve))
    const buckets = makeRedisBuckets(overIoredis(client))
    const policy: RatePolicy = { kind: 'window', name: 'w', limit: 5, windowMs: 60_000 }
    const answers = []
    for (let index = 0; index < 7; index++)
      answers.push((await buckets.take('acme', policy, 1)).allowed)
    const keys = await client.keys('*')
    // A minute may have turned in between; then there are two keys and all seven were admitted.
    for (const key of keys) assert.match(key, /^rl:\{acme\}:\d{8}$/)
    if (keys.length === 1) assert.deepEqual(answers, [true, true, true, true, true, false, false])
    const remainingMs = await client.pttl(keys[0]!)
    assert.ok(remainingMs > 60_000 && remainingMs <= 70_000)
    assert.equal((await buckets.take('acme', policy, 0.5)).allowed, keys.length > 1)
  },
)

test(
  'a server that forgets its scripts and keys is asked again, and nobody notices',
  { skip },
  async () => {
    const server = await aRedis()
    const client = server.connect()
    await new Promise((resolve) => client.once('ready', resolve))
    const limiter = aLimiter(client, slow)
    await limiter.decide('k', 60)
    assert.equal((await limiter.decide('k')).allowed, false)
    await client.flushall()
    await client.script('FLUSH')
    const decision = await limiter.decide('k')
    assert.deepEqual([decision.allowed, decision.source], [true, 'shared'])
  },
)

test('a store that answers nonsense is a lost store', { skip }, async () => {
  const buckets = makeRedisBuckets(() => Promise.resolve(['x', null]))
  await assert.rejects(buckets.take('k', slow, 1), { code: 'GUARD_STORE_ANSWER_INVALID' })
})

test(
  'killed and paused under load: no request fails, none waits long, and no more than the shares are admitted',
  { skip },
  async (t) => {
    let server = await aRedis()
    const client = server.connect()
    await new Promise((resolve) => client.once('ready', resolve))
    const events: GuardEvent[] = []
    const limiter = aLimiter(client, slow, events, 250)
    let admitted = 0
    let asked = 0
    /** Eight at once again and again. That it comes back at all while the server is away shows that nobody waits for it. */
    const load = async (what: string, isEnough: () => boolean): Promise<void> => {
      const untilMs = performance.now() + PATIENT_MS
      do {
        const decisions = await Promise.all(Array.from({ length: 8 }, () => limiter.decide('k')))
        asked += decisions.length
        admitted += decisions.filter(({ allowed }) => allowed).length
        await delay(1)
        assert.ok(performance.now() < untilMs, `expected ${what}`)
      } while (!isEnough())
    }
    const count = (type: GuardEvent['type']): number =>
      events.filter((event) => event.type === type).length
    const more = (by: number): (() => boolean) => {
      const enough = asked + by
      return () => asked >= enough
    }
    await load('the whole bucket', () => admitted >= 60)
    assert.equal(admitted, 60)
    server.pause()
    await load('the pause to be seen', () => count('rate.store-lost') === 1)
    await load('answers during the pause', more(200))
    server.resume()
    await load('the server to be back', () => count('rate.store-back') === 1)
    const { port } = server
    await server.crash()
    await load('the kill to be seen', () => count('rate.store-lost') === 2)
    await load('answers while it is gone', more(200))
    server = await startRedis(port)
    servers.push(server)
    await load('the next server to be back', () => count('rate.store-back') === 2)
    // The window of a day admits the whole limit from the shared bucket and, while that is away, this process's half;
    // the server that was killed took its bucket with it, so the next one begins with a full one.
    assert.ok(admitted <= 60 + 30 + 60, `admitted ${admitted}`)
    t.diagnostic(`asked ${asked}, admitted ${admitted}`)
  },
)
