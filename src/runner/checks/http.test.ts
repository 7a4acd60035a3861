// HTTP checks against a real server.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { aGate, runGate, textOf } from '../../../test/runner.ts'

async function listen(t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(answer ?? (() => undefined))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  return `http://127.0.0.1:${address.port}`
}

test('an http check keeps status, headers and body of whatever answers, and fills in its parameters', async (t) => {
  const url = await listen(t, (request, response) => {
    const isWrong = request.headers.authorization !== 'Bearer fake-token-1'
    response.writeHead(isWrong ? 401 : 200, {
      'content-type': 'application/json',
      'set-cookie': 'session=abc',
      'x-path': request.url ?? '',
    })
    response.end('{"healthy":true}')
  })
  const check = {
    type: 'http',
    method: 'GET',
    url: '$BASE/health',
    headers: { Authorization: 'Bearer ${API_TOKEN}' },
  } as const
  const gate = aGate('health', check, {
    parameters: ['BASE', 'API_TOKEN'],
    assertions: [
      { read: { from: 'status' }, op: 'eq', value: 200 },
      { read: { from: 'json', path: '$.healthy' }, op: 'eq', value: true },
    ],
  })
  const got = await runGate(gate, {
    terms: { parameters: { BASE: url, API_TOKEN: 'fake-token-1' }, confirmed: [] },
  })
  assert.equal(got.judgement.status, 'PASS')
  assert.ok(got.capture.kind === 'http')
  assert.deepEqual(
    [got.capture.headers['x-path'], got.capture.headers['set-cookie']],
    ['/health', '[masked]'],
  )
  assert.equal(textOf(got, 'body'), '{"healthy":true}')
  const refused = await runGate(gate, {
    terms: { parameters: { BASE: url, API_TOKEN: 'fake-token-2' }, confirmed: [] },
  })
  assert.equal(refused.judgement.status, 'FAIL')
})

test('an http check that gets no answer within its time is an error with a reason', async (t) => {
  const url = await listen(t, () => undefined)
  const got = await runGate(
    aGate('silent', { type: 'http', method: 'GET', url }, { timeoutMs: 200 }),
  )
  assert.ok(got.capture.kind === 'http')
  assert.deepEqual([got.judgement.status, got.capture.status], ['ERROR', null])
  assert.ok(got.capture.error !== undefined)
})
