// Redis paused, killed and started again under load: two servers go on, each with its share of the limits, and count together again.
import assert from 'node:assert/strict'
import test from 'node:test'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, openDeployment } from '../deployment.ts'
import type { Answer } from '../deployment.ts'
import { until } from '../jobs.ts'
import { redisMissing, startRedis } from '../redis.ts'
import type { OwnRedis } from '../redis.ts'

interface Readiness {
  readonly data: {
    readonly status: string
    readonly checks: readonly { readonly name: string; readonly ok: boolean }[]
  }
}

async function redisOf(url: string): Promise<{ readonly status: string; readonly ok: boolean }> {
  const { body } = await askServer(url, '', '/health/ready')
  const { status, checks } = (JSON.parse(body) as Readiness).data
  return { status, ok: checks.find(({ name }) => name === 'redis')?.ok === true }
}

/** Whether Redis counts for strangers. */
async function hasCounts(redis: OwnRedis): Promise<boolean> {
  const client = redis.connect()
  await until(async () => (await client.ping().catch(() => '')) === 'PONG', 'a connection')
  const names = await client.keys('seaworthy:rl:stranger:*')
  client.disconnect()
  return names.length > 0
}

/** What an address may mistype: 20 at once, one a second after that. */
const BURST = 20
const GUESS_COUNT = 60

/** Guesses at every server at once. @returns how many were looked at, and for how long they went on */
async function guess(urls: readonly string[]): Promise<{ looked: number; seconds: number }> {
  const began = performance.now()
  const answers = await Promise.all(
    Array.from({ length: GUESS_COUNT }, (_, nth) =>
      askServer(urls[nth % urls.length]!, 'no-key', '/v1/runs'),
    ),
  )
  assert.ok(answers.every(({ status }) => status === 401 || status === 429))
  for (const { mediaType } of answers) assert.match(mediaType, /^application\/problem\+json/)
  const looked = answers.filter(({ status }) => status === 401).length
  return { looked, seconds: (performance.now() - began) / 1_000 }
}

test(
  'two servers count limits together, go on while Redis is paused or gone, and count together again without a restart',
  { skip: clusterMissing ?? redisMissing ?? false },
  async (t) => {
    const cluster = await startCluster()
    t.after(() => cluster.remove())
    const redis = await startRedis()
    let second = redis
    t.after(async () => {
      redis.resume()
      await redis.kill()
      await second.kill()
    })
    const deployment = await openDeployment(t, {
      SEAWORTHY_DATABASE_URL: cluster.url,
      SEAWORTHY_REDIS_URL: `redis://127.0.0.1:${redis.port}/0`,
    })
    const urls = [deployment.first.url, (await deployment.serve()).url]
    for (const url of urls) await until(async () => (await redisOf(url)).ok, 'Redis')
    const together = await guess(urls)
    // Each for itself would have let twice as many through; a slow answer of Redis is made up for by a share at most.
    assert.ok(together.looked < 2 * BURST + together.seconds, JSON.stringify(together))
    assert.ok(await hasCounts(redis))

    const answers: Answer[] = []
    const over = new AbortController()
    const reading = Promise.all(
      urls.map(async (url) => {
        while (!over.signal.aborted) answers.push(await askServer(url, deployment.key, '/v1/runs'))
      }),
    )
    const going = async (what: string): Promise<void> => {
      const before = answers.length
      await until(() => answers.length >= before + 40, what)
    }
    await going('answers before the fault')
    redis.pause()
    await going('answers while Redis is paused')
    await until(async () => !(await redisOf(urls[0]!)).ok, 'a server that misses Redis')
    assert.equal((await redisOf(urls[0]!)).status, 'ready')
    redis.resume()
    await until(async () => (await redisOf(urls[0]!)).ok, 'Redis after the pause')
    await redis.kill()
    await until(async () => !(await redisOf(urls[1]!)).ok, 'a server that misses Redis again')
    await going('answers while Redis is gone')
    second = await startRedis(redis.port)
    for (const url of urls) await until(async () => (await redisOf(url)).ok, 'Redis once more')
    over.abort()
    await reading
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200),
      [],
    )
    await until(async () => {
      await guess(urls)
      return hasCounts(second)
    }, 'limits that are counted together again')
  },
)
