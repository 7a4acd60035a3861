// Breakers in front of real endpoints, and settings that are refused where they are written.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { admitThrough } from './breaker-bindings.ts'
import type { BreakerSettings } from './breaker-model.ts'
import { makeBreaker } from './breaker.ts'

const clock = { monotonicUs: () => 0, epochMs: () => 0 }
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

test('settings without sense are refused', () => {
  const wrong: readonly BreakerSettings[] = [
    { ...consecutive, rule: { kind: 'consecutive', failures: 0 } },
    { ...consecutive, rule: { kind: 'consecutive', failures: 1.5 } },
    { ...consecutive, openMs: Number.NaN },
    { ...consecutive, openMs: 1e12 },
    { ...consecutive, longestOpenMs: 10 },
    { ...consecutive, probes: 0 },
    { ...consecutive, slowCallMs: -1 },
    { ...sampling, rule: { kind: 'sampling', windowMs: 1_000, failureRate: 0, minimumCalls: 1 } },
    { ...sampling, rule: { kind: 'sampling', windowMs: 1_000, failureRate: 1.1, minimumCalls: 1 } },
  ]
  for (const settings of wrong)
    assert.throws(
      () => makeBreaker({ name: 'mail', settings, clock }),
      { code: 'GUARD_BREAKER_INVALID' },
      JSON.stringify(settings),
    )
})

test('in front of an endpoint, 5xx open it, refusals are 503 with Retry-After, and callers who hang up count for nothing', async (t) => {
  const breaker = makeBreaker({ name: 'mail', settings: { ...consecutive, probes: 1 }, clock })
  let status = 200
  const serve: RequestListener = (request, response) => {
    if (!admitThrough(breaker, response)) return
    if (request.url === '/slow') return
    response.statusCode = status
    response.end('in')
  }
  const server = createServer(serve)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (let index = 0; index < 5; index++) {
    const leaving = new AbortController()
    const answer = fetch(`${url}/slow`, { signal: leaving.signal })
    setTimeout(() => leaving.abort(), 20)
    await assert.rejects(answer)
  }
  status = 404
  for (let index = 0; index < 5; index++) assert.equal((await fetch(url)).status, 404)
  assert.equal(breaker.snapshot().state, 'closed')
  status = 500
  const statuses: number[] = []
  for (let index = 0; index < 5; index++) statuses.push((await fetch(url)).status)
  assert.deepEqual(statuses, [500, 500, 500, 503, 503])
  const refused = await fetch(url)
  assert.equal(refused.headers.get('retry-after'), '1')
  assert.equal(refused.headers.get('content-type'), 'application/problem+json')
})
