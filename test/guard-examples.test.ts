// Runs the examples of docs/guards.md as they stand there.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder, loadExample, loadModule, statusesOf, writeExample } from './guard-example.ts'
import type { InjectedApp } from './guard-example.ts'

test('the Fastify example admits sixty requests at once and refuses further ones', async () => {
  const app = (await loadExample('fastify')) as { server: Server; ready(): PromiseLike<unknown> }
  await app.ready()
  const statuses = await statusesOf(app.server, 70)
  assert.ok(statuses.slice(0, 60).every((status) => status === 200))
  assert.ok(statuses.slice(60).includes(429))
})

test('the Express example refuses after five, and blocks the address after ten refusals', async () => {
  const app = (await loadExample('express')) as RequestListener
  const statuses = await statusesOf(createServer(app), 17)
  assert.deepEqual(statuses, [
    ...Array<number>(5).fill(200),
    ...Array<number>(10).fill(429),
    ...Array<number>(2).fill(403),
  ])
})

test('the example of strict bodies takes one meaning and refuses two', async () => {
  const app = (await loadExample('ingest')) as InjectedApp
  const send = (payload: string): Promise<{ statusCode: number; body: string }> =>
    app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/json' },
      payload,
    })
  assert.equal((await send('{"a":1}')).body, '{"got":{"a":1}}')
  const refused = await send('{"a":1,"a":2}')
  assert.equal(refused.statusCode, 400)
  assert.match(refused.body, /INGEST_DUPLICATE_KEY/)
  await app.close()
})

test('the examples of counters show what Fastify and Express refused', async (t) => {
  const injected = (await loadExample('metrics-fastify')) as InjectedApp
  const headers = { 'content-type': 'application/json' }
  await injected.inject({ method: 'POST', url: '/', headers, payload: '{"a":1,"a":1}' })
  const { body } = await injected.inject({ method: 'GET', url: '/metrics' })
  assert.match(body, /^ingest_malformed_total\{reason="duplicate-key"\} 1$/m)
  await injected.close()
  const server = createServer((await loadExample('metrics-express')) as RequestListener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const get = (path: string): Promise<string> =>
    fetch(url + path, { headers: { connection: 'close' } }).then((answer) => answer.text())
  for (let index = 0; index < 3; index++) await get('/')
  assert.match(
    await get('/metrics'),
    /^rate_limit_refused_total\{policy="push",source="local"\} 2$/m,
  )
})

/** What of Fastify and of a listening Express app is asked here. */
async function withServer<Result>(
  server: Server,
  use: (url: string) => Promise<Result>,
): Promise<Result> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const SMALL_QUERY = '{ items(first: 2) { id } }'
const LARGE_QUERY = '{ items(first: 200) { items(first: 200) { id } } }'

async function askGraph(url: string, query: string): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
}

test('the GraphQL example for Fastify answers a small query, refuses a large one, and counts both', async () => {
  const app = (await loadExample('graph-fastify')) as {
    server: Server
    ready(): PromiseLike<unknown>
  }
  await app.ready()
  await withServer(app.server, async (url) => {
    assert.equal((await askGraph(url, SMALL_QUERY)).status, 200)
    const refused = await askGraph(url, LARGE_QUERY)
    assert.equal(refused.status, 429)
    assert.match(await refused.text(), /"cost":40200,"limit":10000/)
    const metrics = await (await fetch(`${url}/metrics`)).text()
    assert.match(metrics, /graph_guard_block_total\{reason="cost",enforced="true"\} 1/)
    assert.match(metrics, /graph_query_complexity_score_count 2/)
  })
})

test('the GraphQL example for Express takes points until they are used up', async () => {
  const app = (await loadExample('graph-express')) as RequestListener
  await withServer(createServer(app), async (url) => {
    assert.equal((await askGraph(url, SMALL_QUERY)).status, 200)
    assert.equal((await askGraph(url, LARGE_QUERY)).status, 429)
    const dear = '{ items(first: 95) { items(first: 95) { id } } }'
    assert.equal((await askGraph(url, dear)).status, 200)
    const second = await askGraph(url, dear)
    assert.equal(second.status, 429)
    assert.ok(second.headers.get('retry-after') !== null)
    assert.match(await second.text(), /GRAPH_POINTS/)
  })
})

test('the example of REST fan-out counts what is expanded', async () => {
  const app = (await loadExample('fan-out')) as RequestListener
  await withServer(createServer(app), async (url) => {
    const get = async (query: string): Promise<Response> => fetch(`${url}/?${query}`)
    assert.deepEqual(await (await get('expand=comments&limit=5')).json(), { cost: 55 })
    assert.equal((await get('expand=author.posts&limit=1000')).status, 429)
  })
})

interface SwitchExample {
  readonly app: unknown
  readonly switches: { refresh(): Promise<void>; stop(): void }
}

/** Where the examples look, replaced as their page says. */
function writeSwitches(switches: object): void {
  const text = JSON.stringify({ format: 'seaworthy-switches/1', switches })
  writeFileSync(join(folder, 'switches.json'), text)
}

test('the Fastify example of switches closes a route, shares a rollout, and opens again', async () => {
  process.env['SWITCH_FOLDER'] = folder
  writeSwitches({})
  const { app, switches } = (await loadModule('switches-fastify')) as SwitchExample & {
    readonly app: InjectedApp
  }
  const bill = async (): Promise<number> =>
    (await app.inject({ method: 'POST', url: '/bills' })).statusCode
  assert.equal(await bill(), 200)
  writeSwitches({
    'billing-writes': { state: 'off' },
    'new-price': { state: 'on', rollout: [{ variant: 'on', percent: 50 }] },
  })
  await switches.refresh()
  assert.equal(await bill(), 503)
  const prices = new Set<string>()
  for (let user = 0; user < 20; user++)
    prices.add((await app.inject({ method: 'GET', url: `/price/${user}` })).body)
  assert.deepEqual([...prices].toSorted(), [
    '{"value":false,"variant":"off","reason":"SPLIT"}',
    '{"value":true,"variant":"on","reason":"SPLIT"}',
  ])
  writeSwitches({})
  await switches.refresh()
  assert.equal(await bill(), 200)
  await app.close()
})

test('the Express example of switches closes what lies below a path and nothing else', async () => {
  process.env['SWITCH_FOLDER'] = folder
  writeSwitches({ 'billing-writes': { state: 'off' } })
  const { app, switches } = (await loadModule('switches-express')) as SwitchExample
  const server = createServer(app as RequestListener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const closed = await fetch(`${url}/bills`, { method: 'POST' })
  assert.deepEqual([closed.status, closed.headers.get('retry-after')], [503, '30'])
  assert.match(closed.headers.get('content-type') ?? '', /problem\+json/)
  assert.equal((await fetch(`${url}/other`)).status, 404)
  writeSwitches({})
  await switches.refresh()
  assert.equal((await fetch(`${url}/bills`, { method: 'POST' })).status, 200)
  switches.stop()
  server.closeAllConnections()
  server.close()
})

test('the examples of abnormal rates watch a tenant, show it, and take what an operator says', async (t) => {
  const injected = (await loadExample('anomaly-fastify')) as InjectedApp
  // A tenant that a client only claims is nobody's.
  const headers = { authorization: 'Bearer a-key-of-acme', 'x-tenant': 'other' }
  assert.equal((await injected.inject({ method: 'GET', url: '/', headers })).body, 'in')
  assert.equal((await injected.inject({ method: 'GET', url: '/throttled' })).body, '[]')
  const { body } = await injected.inject({ method: 'GET', url: '/metrics' })
  assert.match(body, /^abuseguard_false_positive_total 0$/m)
  await injected.close()
  const server = createServer((await loadExample('anomaly-express')) as RequestListener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const ask = (method: string, path: string): Promise<string> =>
    fetch(url + path, { method, headers: { ...headers, connection: 'close' } }).then((answer) =>
      answer.text(),
    )
  assert.equal(await ask('GET', '/tenants/acme'), 'null')
  assert.equal(await ask('GET', '/'), 'in')
  assert.match(await ask('GET', '/tenants/acme'), /"mode":"enforce"/)
  assert.equal(await ask('GET', '/tenants/other'), 'null')
  assert.equal(await ask('POST', '/tenants/acme/legitimate/none'), '{"marked":false}')
  assert.equal(await ask('POST', '/tenants/acme/off'), '{"set":true}')
  assert.match(await ask('GET', '/tenants/acme'), /"mode":"off"/)
})

const jsonType = { 'content-type': 'application/json' }

test('the example of contracts tries a schema in a worker and holds bodies to it', async () => {
  writeExample('contract-compiler')
  const app = (await loadExample('contracts-fastify')) as InjectedApp
  const send = (payload: string): Promise<{ statusCode: number; body: string }> =>
    app.inject({ method: 'POST', url: '/', headers: jsonType, payload })
  assert.equal((await send('{"berth":"B-17"}')).statusCode, 200)
  const refused = await send('{"berth":"17"}')
  assert.equal(refused.statusCode, 422)
  assert.match(refused.body, /INGEST_CONTRACT/)
  await app.close()
})

test('the example of quarantine lists what was refused and nothing else', async (t) => {
  const server = createServer((await loadExample('quarantine-express')) as RequestListener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const statuses: number[] = []
  for (const body of ['{"a":1}', '{"a":1,"a":2}'])
    statuses.push((await fetch(url, { method: 'POST', headers: jsonType, body })).status)
  assert.deepEqual(statuses, [200, 400])
  const listed = (await (await fetch(`${url}/quarantine`)).json()) as { reason: string }[]
  assert.deepEqual(
    listed.map(({ reason }) => reason),
    ['duplicate-key'],
  )
})
