// A reader of one server while another one is written to: live with Redis, without it, and with it again, in one page that is never loaded anew.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { waitForText } from '../board-hands.ts'
import { openReader } from '../board-tab.ts'
import { CHROMIUM_MISSING, findChromium, withTab } from '../chromium.ts'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, openDeployment } from '../deployment.ts'
import type { Deployment } from '../deployment.ts'
import { until } from '../jobs.ts'
import { redisMissing, startRedis } from '../redis.ts'
import type { OwnRedis } from '../redis.ts'

/** Pages that are told of changes ask by themselves every 20 s, so what is seen sooner was pushed. */
const PUSHED_LIMIT_MS = 10_000
const chromium = findChromium()
const missing =
  clusterMissing ?? redisMissing ?? (chromium === undefined ? CHROMIUM_MISSING : false)

interface Harbour {
  readonly redis: OwnRedis
  readonly deployment: Deployment
  /** Of the server that the reader does not look at. */
  readonly other: string
}

async function openHarbour(t: TestContext): Promise<Harbour> {
  const cluster = await startCluster()
  t.after(() => cluster.remove())
  const redis = await startRedis()
  t.after(() => redis.kill())
  const deployment = await openDeployment(t, {
    SEAWORTHY_DATABASE_URL: cluster.url,
    SEAWORTHY_REDIS_URL: `redis://127.0.0.1:${redis.port}/0`,
  })
  return { redis, deployment, other: (await deployment.serve()).url }
}

/** Whether a server says of itself that it has Redis. */
async function hasRedis(url: string): Promise<boolean> {
  const { body } = await askServer(url, '', '/health/ready')
  const { data } = JSON.parse(body) as { data: { checks: { name: string; ok: boolean }[] } }
  return data.checks.some(({ name, ok }) => name === 'redis' && ok)
}

test(
  'a board shows what another server did, is live with Redis, without it and with it again, and loads nothing anew',
  { skip: missing },
  async (t) => {
    const { redis, deployment, other } = await openHarbour(t)
    const { key, first } = deployment
    await withTab(chromium!, async (tab) => {
      const reader = await openReader(tab, first.url)
      const showsNote = async (subject: string): Promise<void> => {
        const note = { type: 'note.appended', subject, payload: {} }
        const { status, body } = await askServer(other, key, '/v1/ledger/entries', note)
        assert.ok(status === 200 || status === 201, body)
        const writtenMs = performance.now()
        await waitForText(reader, subject)
        const tookMs = performance.now() - writtenMs
        t.diagnostic(`${subject}: seen after ${Math.round(tookMs)} ms`)
        assert.ok(tookMs < PUSHED_LIMIT_MS, `${tookMs} ms`)
        await reader.shows('Live')
      }
      const all = async (has: boolean, what: string): Promise<void> => {
        for (const url of [first.url, other])
          await until(async () => (await hasRedis(url)) === has, what)
      }
      await all(true, 'Redis')
      await reader.open(`/ledger#key=${key}`)
      await reader.shows('Live')
      await tab.evaluate('globalThis.wasHereFirst = true')
      await showsNote('with-redis')
      await redis.kill()
      await all(false, 'servers that miss Redis')
      await showsNote('without-redis')
      const second = await startRedis(redis.port)
      t.after(() => second.kill())
      await all(true, 'Redis again')
      await showsNote('with-redis-again')
      assert.equal(await tab.evaluate('globalThis.wasHereFirst'), true)
    })
  },
)
