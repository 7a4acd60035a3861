// The list of origins kept to by real servers, and the matrix that finds every careless comparison.
import assert from 'node:assert/strict'
import { createServer, request as httpRequest } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { GuardFault } from '../errors.ts'
import type { GuardEvent } from '../model.ts'
import { corsMatrix, corsMistakes } from './cors-matrix.ts'
import type { CorsCase, CorsSeen } from './cors-matrix.ts'
import { judgeCors, makeCorsPolicy, normaliseOrigin } from './cors.ts'
import { admitAtEdge, expressEdgeGuard, fastifyEdgeHook } from './edge-bindings.ts'
import { makeEdgeGuard } from './edge-guard.ts'

const policy = makeCorsPolicy({
  origins: ['https://app.example.com', 'https://m.example.com:8443', 'capacitor://localhost'],
  methods: ['GET', 'POST', 'PUT'],
  headers: ['Content-Type', 'X-Request-Id'],
  exposed: ['ETag'],
  credentials: true,
})

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function ask(port: number, { method, headers }: CorsCase['request']): Promise<CorsSeen> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port, host: '127.0.0.1', method, headers }, (answer) => {
      answer.resume()
      answer.once('end', () => {
        const fields = Object.entries(answer.headers).map(
          ([name, value]) => [name, String(value)] as const,
        )
        resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(fields) })
      })
    })
    request.once('error', reject)
    request.end()
  })
}

test('Fastify, Express and node:http with the guard pass every case of the matrix', async (t) => {
  const events: GuardEvent[] = []
  const guard = makeEdgeGuard({ cors: policy, sink: (event) => void events.push(event) })
  const app = fastify()
  app.addHook('onRequest', fastifyEdgeHook(guard))
  app.get('/', (_request, reply) => reply.header('vary', 'accept-encoding').send('in'))
  await app.ready()
  const web = express()
  web.use((_request, response, next) => {
    response.setHeader('Vary', 'Accept-Encoding')
    next()
  })
  web.use(expressEdgeGuard(guard))
  web.get('/', (_request, response) => void response.send('in'))
  const plain = createServer((request, response) => {
    if (admitAtEdge(guard, request, response)) response.end('in')
  })
  const cases = corsMatrix(policy)
  assert.ok(cases.length > 40)
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length)
  for (const server of [createServer(web), plain]) {
    const port = await listening(t, server)
    for (const each of cases)
      assert.deepEqual(corsMistakes(each, await ask(port, each.request)), [], each.name)
  }
  // A route that sets Vary anew would take Origin out; Fastify's own `reply.header` does that.
  const fastifyPort = await listening(t, app.server)
  const hidden = await ask(fastifyPort, {
    method: 'GET',
    headers: { origin: 'https://app.example.com' },
  })
  assert.equal(hidden.headers['vary'], 'accept-encoding')
  app.server.removeAllListeners('connection')
  assert.ok(events.some((event) => event.type === 'cors.refused' && event.isPreflight))
})

test('Fastify answers preflights that have no route, and keeps what Vary said before', async (t) => {
  const guard = makeEdgeGuard({ cors: policy })
  const app = fastify()
  app.addHook('onRequest', async (_request, reply) => void reply.header('vary', 'Accept-Encoding'))
  app.addHook('onRequest', fastifyEdgeHook(guard))
  app.get('/', () => 'in')
  await app.ready()
  const port = await listening(t, app.server)
  for (const each of corsMatrix(policy)) {
    const seen = await ask(port, each.request)
    assert.deepEqual(corsMistakes(each, seen), [], each.name)
    assert.match(seen.headers['vary'] ?? '', /^Accept-Encoding, Origin/)
  }
})

test('a list that would let strangers in is refused where it is written', () => {
  const refused: readonly Parameters<typeof makeCorsPolicy>[0][] = [
    { origins: ['*'], credentials: true },
    { origins: ['*', 'https://a.example'] },
    { origins: ['null'] },
    { origins: ['https://*.example.com'] },
    { origins: ['https://a.example/path'] },
    { origins: ['https://a.example?x'] },
    { origins: ['https://user@a.example'] },
    { origins: ['file:///'] },
    { origins: ['a.example'] },
    { origins: ['https://a.example, https://b.example'] },
    { origins: ['https://a.example'], methods: ['*'] },
    { origins: ['https://a.example'], methods: ['TRACE'] },
    { origins: ['https://a.example'], headers: ['*'] },
    { origins: ['https://a.example'], headers: ['x y'] },
    { origins: ['https://a.example'], maxAgeS: -1 },
    { origins: Array.from({ length: 1_001 }, (_, index) => `https://a${index}.example`) },
  ]
  for (const terms of refused)
    assert.throws(
      () => makeCorsPolicy(terms),
      { name: 'GuardFault', code: 'GUARD_CORS_INVALID' },
      JSON.stringify(terms).slice(0, 80),
    )
  assert.ok(new GuardFault('GUARD_CORS_INVALID', '') instanceof Error)
})

test('an origin is written as browsers write it', () => {
  assert.equal(normaliseOrigin('HTTPS://App.Example.com:443/'), 'https://app.example.com')
  assert.equal(normaliseOrigin('http://localhost:80'), 'http://localhost')
  assert.equal(normaliseOrigin('https://fähre.example'), 'https://xn--fhre-loa.example')
  assert.equal(normaliseOrigin('capacitor://localhost'), 'capacitor://localhost')
})

test('several Origin fields, endless lists and strange names are malformed, and nobody is let in', () => {
  const preflight = { 'access-control-request-method': 'GET' }
  const origin = 'https://app.example.com'
  const table = [
    { origin: [origin, origin], ...preflight },
    { origin, 'access-control-request-method': ['GET', 'PUT'] },
    { origin, ...preflight, 'access-control-request-headers': 'x\ny' },
    { origin, ...preflight, 'access-control-request-headers': 'a,'.repeat(10_000) },
    { origin, ...preflight, 'access-control-request-headers': ',' },
    { origin, ...preflight, 'access-control-request-headers': ['etag', 'x'] },
  ]
  for (const headers of table) {
    const answer = judgeCors(policy, { method: 'OPTIONS', headers })
    assert.deepEqual([answer.end, answer.fields], [400, {}], JSON.stringify(headers).slice(0, 80))
  }
  const open = makeCorsPolicy({ origins: ['*'] })
  assert.deepEqual(
    corsMatrix(open).flatMap((each) => {
      const { fields, vary, end } = judgeCors(open, each.request)
      return corsMistakes(each, { status: end ?? 200, headers: { ...fields, vary: vary.join() } })
    }),
    [],
  )
})

test('a service that lets everybody in says so to whoever names no origin: a cache may hand that answer to a page', () => {
  const open = judgeCors(makeCorsPolicy({ origins: ['*'] }), { method: 'GET', headers: {} })
  assert.deepEqual([open.fields['access-control-allow-origin'], open.vary], ['*', []])
  const listed = judgeCors(policy, { method: 'GET', headers: {} })
  assert.deepEqual([listed.fields, listed.vary], [{}, ['Origin']])
})

test('a list that changes while the service runs holds from the next request on', () => {
  let now = policy
  const guard = makeEdgeGuard({ cors: () => now })
  const request = { method: 'GET', headers: { origin: 'https://new.example' } }
  assert.equal(guard(request).fields['access-control-allow-origin'], undefined)
  now = makeCorsPolicy({ origins: ['https://new.example'] })
  assert.equal(guard(request).fields['access-control-allow-origin'], 'https://new.example')
})
