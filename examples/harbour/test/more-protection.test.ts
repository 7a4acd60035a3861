// What else protects the bookings, over HTTP: pages, queries, the breaker, and what operators see of it.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { openTestHarbour, PAGE } from './test-harbour.ts'
import type { TestHarbour } from './test-harbour.ts'

const ADA = { ship: 'Ada', berth: 3, day: '2026-12-01' }
const GRACE = { ...ADA, ship: 'Grace', berth: 4 }

async function harbourOf(t: TestContext): Promise<TestHarbour> {
  const harbour = await openTestHarbour()
  t.after(() => harbour.close())
  return harbour
}

test('one page may read and book from a browser, others may not, and every answer has the fields of an API', async (t) => {
  const { url } = await harbourOf(t)
  const send = (origin: string): Promise<Response> =>
    fetch(`${url}/bookings`, {
      method: 'POST',
      headers: { origin, 'x-tenant': 'oslo', 'content-type': 'application/json' },
      body: JSON.stringify(ADA),
    })
  const own = await send(PAGE)
  assert.deepEqual([own.status, own.headers.get('access-control-allow-origin')], [201, PAGE])
  const foreign = await send(`${PAGE}.attacker.example`)
  assert.deepEqual(
    [foreign.status, foreign.headers.get('access-control-allow-origin')],
    [403, null],
  )
  assert.equal(foreign.headers.get('x-content-type-options'), 'nosniff')
})

test('a query is answered, and one that asks for a billion ships is refused with its cost', async (t) => {
  const { url, book } = await harbourOf(t)
  await book('oslo', ADA)
  await book('oslo', GRACE)
  const ask = (query: string): Promise<Response> =>
    fetch(`${url}/graph`, {
      method: 'POST',
      headers: { 'x-tenant': 'oslo', 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
  const answer = await ask('{ bookings(first: 1) { ship neighbours { ship } } }')
  const bookings = [{ ship: 'Ada', neighbours: [{ ship: 'Grace' }] }]
  assert.deepEqual([answer.status, await answer.json()], [200, { data: { bookings } }])
  const list = (inner: string): string => `neighbours(first: 1000) { ${inner} }`
  const bomb = await ask(`{ bookings(first: 1000) { ${list(list('ship'))} } }`)
  const { cost, limit } = (await bomb.json()) as { cost: number; limit: number }
  assert.deepEqual([bomb.status, cost > 1e9, limit], [429, true, 10_000])
  assert.equal((await ask('{ bookings {')).status, 400)
  assert.equal((await ask('{ ships }')).status, 400)
})

test('a database that fails is left alone after three failures, and asked again later', async (t) => {
  const harbour = await harbourOf(t)
  const list = (): Promise<Response> =>
    fetch(`${harbour.url}/bookings`, { headers: { 'x-tenant': 'oslo' } })
  harbour.breakDatabase(true)
  for (let turn = 0; turn < 3; turn++) assert.equal((await list()).status, 500)
  const rest = await list()
  assert.deepEqual([rest.status, rest.headers.get('retry-after')], [503, '1'])
  assert.equal(harbour.databaseCalls(), 3)
  harbour.breakDatabase(false)
  await wait(1_100)
  assert.equal((await list()).status, 200)
  assert.equal((await harbour.operate('breakers/database/hold')).status, 202)
  assert.equal((await fetch(`${harbour.url}/health`)).status, 503)
  const seen = (await (await harbour.operate('guards', 'GET')).json()) as {
    breakers: readonly { name: string; state: string; retryAfterMs: number | null }[]
    limits: readonly unknown[]
    switches: readonly { name: string; state: string }[]
  }
  const [{ name, state, retryAfterMs } = assert.fail('expected a breaker')] = seen.breakers
  assert.deepEqual([name, state, retryAfterMs], ['database', 'held', null])
  assert.deepEqual([seen.limits.length, seen.switches[0]?.state], [3, 'on'])
  assert.equal((await harbour.operate('guards', 'GET', 'a-guess')).status, 401)
  assert.equal((await harbour.operate('breakers/database/release')).status, 202)
  assert.equal((await fetch(`${harbour.url}/health`)).status, 200)
})

test('a newcomer that floods for seven seconds is throttled until it calms down, its neighbour is served', async (t) => {
  let second = 0
  const harbour = await openTestHarbour({
    monotonicUs: () => second * 1_000_000,
    epochMs: () => second * 1_000,
    wait: () => Promise.resolve(),
  })
  t.after(() => harbour.close())
  const ask = async (tenant: string): Promise<number> => {
    const url = `${harbour.url}/graph?query=%7B__typename%7D`
    const answer = await fetch(url, { headers: { 'x-tenant': tenant } })
    await answer.arrayBuffer()
    return answer.status
  }
  const askTimes = async (tenant: string, count: number): Promise<Record<number, number>> => {
    const tally: Record<number, number> = {}
    for (let asked = 0; asked < count; asked++) {
      const status = await ask(tenant)
      tally[status] = (tally[status] ?? 0) + 1
    }
    return tally
  }
  const throttled = async (): Promise<readonly string[]> => {
    const answer = await harbour.operate('guards', 'GET')
    const seen = (await answer.json()) as { throttles: { listed: readonly { tenant: string }[] } }
    return seen.throttles.listed.map(({ tenant }) => tenant)
  }
  // The second in which a name is first seen does not count, then five have to be above the limit.
  for (; second < 6; second++) assert.deepEqual(await askTimes('bergen', 150), { 200: 150 })
  const { 200: served = 0, 429: refused = 0 } = await askTimes('bergen', 150)
  // It may still send what is allowed of a newcomer, some of it at once.
  assert.ok(refused >= 50, `${served} served, ${refused} refused`)
  assert.deepEqual([await ask('oslo'), await throttled()], [200, ['bergen']])
  for (; second < 40; second++) await ask('bergen')
  assert.deepEqual([await ask('bergen'), await throttled()], [200, []])
})
