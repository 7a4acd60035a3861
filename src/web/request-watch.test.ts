// What is told about requests: templates instead of paths, who asked, and those whose caller left.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Route } from '../kernel/index.ts'
import { makeWebServer } from './index.ts'
import type { EndedRequest } from './index.ts'

const ignore = (): undefined => undefined

interface Watched {
  readonly url: string
  readonly port: number
  readonly ended: EndedRequest[]
  openCount(): number
}

async function openWatched(t: TestContext, handle: Route['handle']): Promise<Watched> {
  const ended: EndedRequest[] = []
  let begunCount = 0
  const web = makeWebServer({
    routes: [
      {
        method: 'GET',
        path: '/v1/runs/:runId',
        summary: 'A run',
        access: 'read',
        answer: {},
        handle,
      },
    ],
    log: { info: ignore, warn: ignore, error: ignore },
    clock: {
      nowMs: () => 0,
      monotonicMs: () => performance.now(),
      sleep: () => new Promise(() => undefined),
    },
    readiness: [],
    newRequestId: () => 'made',
    watch: { begun: () => void (begunCount += 1), ended: (request) => void ended.push(request) },
    authenticate: ({ authorization }) =>
      Promise.resolve(
        authorization === 'Bearer right'
          ? {
              id: 'someone',
              tenantId: 'team',
              role: 'viewer',
              environments: null,
              credential: 'api-key',
            }
          : undefined,
      ),
  })
  await web.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => web.close())
  const { port } = web.server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ended,
    openCount: () => begunCount - ended.length,
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!isSo()) {
    assert.ok(performance.now() < deadline, 'expected it within 20 s')
    await new Promise((resolve) => void setTimeout(resolve, 5))
  }
}

test('a request is told by the template of its route and who asked; a thousand unknown paths have one name', async (t) => {
  const { url, ended, openCount } = await openWatched(t, () => Promise.resolve({ data: 'café' }))
  const headers = { authorization: 'Bearer right', 'x-request-id': 'ours' }
  await (await fetch(`${url}/v1/runs/secret-name?key=canary`, { headers })).text()
  await until(() => ended.length === 1)
  const { durationMs, ...rest } = ended[0]!
  assert.ok(durationMs > 0)
  assert.deepEqual(rest, {
    requestId: 'ours',
    method: 'GET',
    route: '/v1/runs/:runId',
    status: 200,
    sizeBytes: Buffer.byteLength('{"data":"café"}'),
    principal: 'someone',
    tenantId: 'team',
    isCutOff: false,
  })
  for (let each = 0; each < 1_000; each += 1)
    await (await fetch(`${url}/nowhere-${each}%22%0a?x=canary`)).arrayBuffer()
  await (await fetch(`${url}/v1/runs/1`)).arrayBuffer()
  await until(() => ended.length === 1_002)
  assert.deepEqual(
    new Set(ended.slice(1).map((each) => `${each.route} ${each.status}`)),
    new Set(['unknown 404', '/v1/runs/:runId 401']),
  )
  assert.equal(ended.at(-1)?.principal, undefined)
  assert.doesNotMatch(JSON.stringify(ended), /canary|right|nowhere|secret/)
  assert.equal(openCount(), 0)
})

test('a request whose caller left before the answer is told as cut off, once, and is in flight no more', async (t) => {
  let begun: () => void = ignore
  const hasBegun = new Promise<void>((resolve) => (begun = resolve))
  let finish: () => void = ignore
  const { port, ended, openCount } = await openWatched(t, async () => {
    begun()
    await new Promise<void>((resolve) => (finish = resolve))
    return { data: 1 }
  })
  const socket = connect(port, '127.0.0.1')
  socket.write('GET /v1/runs/1 HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer right\r\n\r\n')
  await hasBegun
  assert.equal(openCount(), 1)
  socket.destroy()
  await until(() => ended.length === 1)
  finish()
  await new Promise((resolve) => void setTimeout(resolve, 20))
  assert.deepEqual(
    ended.map(({ status, isCutOff }) => [status, isCutOff]),
    [[499, true]],
  )
  assert.equal(openCount(), 0)
})
