// Holds what an operator sees of a server: health with reasons, request ids, answers that closing does not cut off.
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Clock, Log, Route } from '../kernel/index.ts'
import { makeWebServer } from './index.ts'
import type { ReadinessCheck } from './index.ts'

interface Problem {
  readonly code: string
  readonly requestId: string
}

function openServer(
  routes: readonly Route[],
  readiness: readonly ReadinessCheck[] = [],
): { web: FastifyInstance; logged: unknown[]; passMs(ms: number): void } {
  let nowMs = 0
  const wakers: { readonly atMs: number; readonly wake: () => void }[] = []
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => void wakers.push({ atMs: nowMs + ms, wake: () => resolve() })),
  }
  const logged: unknown[] = []
  const keep = (_message: string, fields?: unknown): void => void logged.push(fields)
  const log: Log = { info: keep, warn: keep, error: keep }
  let ids = 0
  const web = makeWebServer({
    routes,
    log,
    clock,
    readiness,
    newRequestId: () => `made-${(ids += 1)}`,
    authenticate: () =>
      Promise.resolve({
        id: 'someone',
        tenantId: 'local',
        role: 'developer',
        environments: null,
        credential: 'api-key',
      }),
  })
  return {
    web,
    logged,
    passMs(ms) {
      nowMs += ms
      for (const { atMs, wake } of wakers) if (atMs <= nowMs) wake()
    },
  }
}

const headers = { host: 'localhost' }

function routeThat(handle: Route['handle']): Route {
  return { method: 'GET', path: '/act', summary: 'Acts', access: 'read', answer: {}, handle }
}

test('readiness names what fails and what is silent, asks once a second, and shows no internals', async () => {
  let isFailing = false
  let askedCount = 0
  let silentCount = 0
  const { web, passMs } = openServer(
    [],
    [
      {
        name: 'database',
        reason: 'The database does not answer.',
        ask: () => {
          askedCount += 1
          return isFailing ? Promise.reject(new Error('secret host name')) : Promise.resolve()
        },
      },
      {
        name: 'queue',
        reason: 'The queue does not answer.',
        ask: () => {
          if (!isFailing) return Promise.resolve()
          silentCount += 1
          return new Promise<void>(() => undefined)
        },
      },
    ],
  )
  const ask = (path: string): Promise<LightMyRequestResponse> =>
    web.inject({ method: 'GET', url: `/health/${path}`, headers })
  assert.equal((await ask('live')).statusCode, 200)
  for (let each = 0; each < 5; each += 1) assert.equal((await ask('ready')).statusCode, 200)
  assert.equal(askedCount, 1)

  isFailing = true
  for (let round = 1; round <= 2; round += 1) {
    passMs(1_000)
    const waiting = ask('ready')
    await new Promise((resolve) => void setTimeout(resolve, 100))
    passMs(2_000)
    const refused = await waiting
    assert.equal(refused.statusCode, 503)
    assert.deepEqual(refused.json<{ data: unknown }>().data, {
      status: 'not-ready',
      checks: [
        { name: 'database', ok: false, reason: 'The database does not answer.' },
        { name: 'queue', ok: false, reason: 'The queue does not answer.' },
      ],
    })
  }
  assert.equal(silentCount, 1, 'a silent check is not asked again')
  assert.equal((await ask('live')).statusCode, 200)
})

test('answer, problem and log bear one request id; an id that could deceive a log is replaced', async () => {
  const { web, logged } = openServer([routeThat(() => Promise.reject(new Error('inner')))])
  const ask = async (id: string | undefined): Promise<string> => {
    const answer = await web.inject({
      method: 'GET',
      url: '/act',
      headers: { ...headers, ...(id === undefined ? {} : { 'x-request-id': id }) },
    })
    const problem = answer.json<Problem>()
    assert.equal(problem.code, 'WEB_INTERNAL_FAULT')
    assert.equal(problem.requestId, answer.headers['x-request-id'])
    assert.equal((logged.at(-1) as Problem).requestId, problem.requestId)
    return problem.requestId
  }
  assert.equal(await ask('ours-1.2_3'), 'ours-1.2_3')
  const hostile = [undefined, '', 'a b', '"}{', 'x'.repeat(65), 'é', '../a', 'a,b']
  for (const id of hostile) assert.match(await ask(id), /^made-\d+$/, String(id))
  assert.equal(logged.length, hostile.length + 1)
})

test('a route that declares no access is never mounted', () => {
  const { access: _access, ...undeclared } = routeThat(() => Promise.resolve({ data: 1 }))
  assert.throws(() => openServer([undeclared as Route]), /\/act to declare its access/)
  assert.throws(() => openServer([{ ...undeclared, access: 'all' as 'read' }]), /declare/)
})

test('closing answers what was begun and takes nothing new', async () => {
  let finish = (): void => undefined
  let begun = (): void => undefined
  const hasBegun = new Promise<void>((resolve) => (begun = resolve))
  const { web } = openServer([
    routeThat(async () => {
      begun()
      await new Promise<void>((resolve) => (finish = resolve))
      return { data: 'kept' }
    }),
  ])
  await web.listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${(web.server.address() as AddressInfo).port}`
  const answer = fetch(`${url}/act`)
  await hasBegun
  const closed = web.close()
  await new Promise((resolve) => void setTimeout(resolve, 50))
  await assert.rejects(fetch(`${url}/health/live`, { headers: { connection: 'close' } }))
  finish()
  const kept = await answer
  assert.deepEqual(await kept.json(), { data: 'kept' })
  assert.equal(kept.headers.get('connection'), 'close')
  await closed
})

test('closing cuts off after ten seconds, and not before, what is never answered', async () => {
  let begun = (): void => undefined
  const hasBegun = new Promise<void>((resolve) => (begun = resolve))
  const { web, passMs } = openServer([
    routeThat(() => {
      begun()
      return new Promise(() => undefined)
    }),
  ])
  await web.listen({ host: '127.0.0.1', port: 0 })
  const { port } = web.server.address() as AddressInfo
  let isOver = false
  const answer = fetch(`http://127.0.0.1:${port}/act`).finally(() => (isOver = true))
  const refused = assert.rejects(answer)
  await hasBegun
  const closed = web.close()
  await new Promise((resolve) => void setTimeout(resolve, 50))
  passMs(9_999)
  await new Promise((resolve) => void setTimeout(resolve, 50))
  assert.equal(isOver, false)
  passMs(1)
  await refused
  await closed
})
