// Holds the limits of our own API: guesses are slowed, holders of a key are not held up by them, hostile bodies go nowhere.
import assert from 'node:assert/strict'
import test from 'node:test'
import { z } from 'zod'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import type { Clock, Log, Route } from '../kernel/index.ts'
import { makeRequestLimits, makeWebServer } from './index.ts'

const ignore = (): undefined => undefined
const SILENT: Log = { info: ignore, warn: ignore, error: ignore }
const NOW_MS = 1_700_000_000_000

/** A server with one route that answers what it was sent, for keys that begin with `key-`. */
function openServer(withLimits: boolean): { web: FastifyInstance; passMs(ms: number): void } {
  let passed = 0
  const clock: Clock = {
    nowMs: () => NOW_MS + passed,
    monotonicMs: () => passed,
    sleep: () => Promise.reject(new Error('nothing here sleeps')),
  }
  const echo: Route = {
    summary: 'Answers what it was sent',
    method: 'POST',
    path: '/echo',
    access: 'write',
    body: z.unknown(),
    answer: { data: z.unknown() },
    handle: ({ body }) => Promise.resolve({ data: body }),
  }
  const policy = { kind: 'bucket', name: 'few', limit: 60, windowMs: 60_000, burst: 3 } as const
  const web = makeWebServer({
    routes: [echo],
    log: SILENT,
    clock,
    newRequestId: () => 'request-of-the-test',
    readiness: [],
    ...(withLimits
      ? { limits: makeRequestLimits({ clock, known: policy, stranger: policy }) }
      : {}),
    authenticate: ({ authorization }) =>
      Promise.resolve(
        authorization?.startsWith('key-') === true
          ? {
              id: authorization,
              tenantId: 'local',
              role: 'developer',
              environments: null,
              credential: 'api-key',
            }
          : undefined,
      ),
  })
  return { web, passMs: (ms) => void (passed += ms) }
}

function post(
  web: FastifyInstance,
  authorization: string,
  payload = '{}',
  url = '/echo',
): Promise<LightMyRequestResponse> {
  return web.inject({ method: 'POST', url, payload, headers: { authorization, host: 'localhost' } })
}

function codeOf(answer: LightMyRequestResponse): string {
  return `${answer.statusCode} ${answer.json<{ code?: string }>().code ?? ''}`.trim()
}

test('guesses of a key, and of a route, run out; whoever holds a key goes on, each principal with a bucket of its own', async () => {
  const { web, passMs } = openServer(true)
  const guesses = ['/echo', '/echo', '/nowhere', '/echo', '/nowhere']
  const seen: string[] = []
  for (const url of guesses) seen.push(codeOf(await post(web, 'guess', '{}', url)))
  assert.deepEqual(seen, [
    '401 WEB_KEY_REFUSED',
    '401 WEB_KEY_REFUSED',
    '404 WEB_ROUTE_UNKNOWN',
    '429 WEB_RATE_LIMITED',
    '429 WEB_RATE_LIMITED',
  ])
  for (const key of ['key-1', 'key-2'])
    for (const wanted of ['200', '200', '200', '429 WEB_RATE_LIMITED'])
      assert.deepEqual([key, codeOf(await post(web, key))], [key, wanted])
  const limited = await post(web, 'key-1')
  assert.equal(limited.headers['retry-after'], '1')
  assert.match(String(limited.headers['ratelimit-policy']), /^"few";q=60;w=60/)
  assert.match(String(limited.headers['content-type']), /^application\/problem\+json/)
  passMs(1_000)
  assert.equal(codeOf(await post(web, 'key-1')), '200')
  assert.equal(codeOf(await post(web, 'guess')), '401 WEB_KEY_REFUSED')
})

test('within one process nothing is limited', async () => {
  const { web } = openServer(false)
  for (let count = 0; count < 10; count += 1) assert.equal(codeOf(await post(web, 'key-1')), '200')
})

test('a body that a parser would change in silence is refused with the reason and its place', async () => {
  const { web } = openServer(false)
  const bodies = [
    ['{"a":1,"\\u0061":2}', 'duplicate-key'],
    ['{"__proto__":{"isAdmin":true}}', 'forbidden-key'],
    ['{"n":12345678901234567890}', 'inexact-number'],
    ['{"t":"\\ud800"}', 'lone-surrogate'],
    ['['.repeat(100_000), 'too-deep'],
    ['{"type":', 'not-json'],
    ['\ufeff{}', 'byte-order-mark'],
  ] as const
  for (const [body, reason] of bodies) {
    const answer = await post(web, 'key-1', body)
    assert.deepEqual([reason, codeOf(answer)], [reason, '400 WEB_BODY_MALFORMED'])
    assert.deepEqual(answer.json<{ details: unknown }>().details, { reason })
  }
  assert.equal((await post(web, 'key-1', '{"a":[1,"ä",null]}')).body, '{"data":{"a":[1,"ä",null]}}')
})

test('every answer has the header fields of an API, refusals and unknown routes too', async () => {
  const { web } = openServer(true)
  for (const answer of [
    await post(web, 'key-1'),
    await post(web, 'guess'),
    await post(web, 'guess', '{}', '/nowhere'),
  ]) {
    const { headers, statusCode } = answer
    const seen = ['x-content-type-options', 'referrer-policy', 'cache-control', 'x-frame-options']
    assert.deepEqual(
      [statusCode, ...seen.map((name) => headers[name])],
      [statusCode, 'nosniff', 'no-referrer', 'no-store', 'DENY'],
    )
    assert.match(String(headers['content-security-policy']), /default-src 'none'/)
  }
})
