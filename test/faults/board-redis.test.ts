// A reader of one server while another one is written to, and one of a release while its run goes on: live with Redis, without it, and with it again, in one page that is never loaded anew.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { waitForText } from '../board-hands.ts'
import { openReader } from '../board-tab.ts'
import type { Reader } from '../board-tab.ts'
import { CHROMIUM_MISSING, findChromium, withTab } from '../chromium.ts'
import { clusterMissing, startCluster } from '../cluster.ts'
import { askServer, openDeployment } from '../deployment.ts'
import type { Deployment } from '../deployment.ts'
import { openWorkplace } from '../e2e/command-line.ts'
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

const LEGS = [1, 2, 3, 4, 5]

/** A run whose legs end one by one, and a page of its release that watches. Both are at one server: each keeps its blobs in a folder of its own. */
interface Watched {
  /** Ends a leg, and waits until the page says so of it, and that the next one runs. */
  sees(leg: number, what: string): Promise<void>
  /** Resolves when the run has ended. */
  readonly ended: Promise<unknown>
}

async function watchRun(t: TestContext, harbour: Harbour, reader: Reader): Promise<Watched> {
  const { deployment } = harbour
  const settings = { SEAWORTHY_URL: deployment.first.url, SEAWORTHY_KEY: deployment.key }
  const runner = openWorkplace(undefined, settings)
  const gate = (leg: number): string => join(runner.folder, `go-${leg}`)
  const legs = LEGS.map(
    (leg) =>
      `- [ ] **Leg ${leg}**\n  \`\`\`bash\n  until test -e ${gate(leg)}; do sleep 0.1; done\n  \`\`\`\n`,
  )
  const file = runner.write('lighter.md', `# Lighter 2.4.0\n\n${legs.join('')}`)
  assert.equal((await runner.ask(['runner', 'enrol', 'here'])).exit, 0)
  const asked = await runner.ask<{ confirm: { token: string } }>(['run', file])
  const { ended } = runner.start(['run', file, '--confirm', asked.data.confirm.token, '--json'])
  t.after(async () => {
    // A test that fails lets the run end too.
    for (const leg of LEGS) writeFileSync(gate(leg), '')
    await ended
    runner.remove()
  })
  await until(async () => {
    const path = '/v1/releases/lighter/2.4.0'
    return (await askServer(deployment.first.url, deployment.key, path)).status === 200
  })
  await reader.open(`/releases/lighter/2.4.0#key=${deployment.key}`)
  await reader.until(rowHas(1, 'Running'))
  return {
    ended,
    async sees(leg, what) {
      writeFileSync(gate(leg), '')
      const atMs = performance.now()
      await reader.until(rowHas(leg, 'Pass'))
      if (leg < LEGS.length) await reader.until(rowHas(leg + 1, 'Running'))
      const tookMs = performance.now() - atMs
      t.diagnostic(`leg ${leg}, ${what}: seen after ${Math.round(tookMs)} ms`)
      assert.ok(tookMs < PUSHED_LIMIT_MS, `leg ${leg}, ${what}: ${tookMs} ms`)
      await reader.shows('Live')
    },
  }
}

function rowHas(leg: number, word: string): string {
  return `[...document.querySelectorAll('.gates summary')].some((it) => it.innerText.includes('Leg ${leg}') && it.innerText.includes('${word}'))`
}

/** Notes each word that the head of the page says, in order. */
const LISTEN = `{ globalThis.said = []
  new MutationObserver(() => {
    const word = document.querySelector('.reach > :last-child')?.innerText ?? ''
    if (said.at(-1) !== word) said.push(word)
  }).observe(document.body, { childList: true, subtree: true, characterData: true }) }`

test(
  'a run that somebody watches is seen leg by leg while Redis dies, while it is gone and once it is back, and the page stays live',
  { skip: missing },
  async (t) => {
    const harbour = await openHarbour(t)
    const { redis, deployment, other } = harbour
    const all = async (has: boolean, what: string): Promise<void> => {
      for (const url of [deployment.first.url, other])
        await until(async () => (await hasRedis(url)) === has, what)
    }
    await all(true, 'Redis')
    await withTab(chromium!, async (tab) => {
      const reader = await openReader(tab, deployment.first.url)
      const watched = await watchRun(t, harbour, reader)
      await reader.shows('Live')
      await tab.evaluate(LISTEN)
      await watched.sees(1, 'with Redis')
      await redis.crash()
      await watched.sees(2, 'as Redis dies')
      await all(false, 'servers that miss Redis')
      await watched.sees(3, 'without Redis')
      const second = await startRedis(redis.port)
      t.after(() => second.kill())
      await watched.sees(4, 'as Redis comes back')
      await all(true, 'Redis again')
      await watched.sees(5, 'with Redis again')
      await watched.ended
      await reader.until(`!document.body.innerText.includes('A run is going on')`)
      t.diagnostic(`the head said ${JSON.stringify(await tab.evaluate('said'))}`)
    })
  },
)
