// A body is read only where a route has a use for it, and only as much as that: nobody fills memory by sending to nowhere.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Caller, Route } from '../kernel/index.ts'
import { makeWebServer } from './index.ts'
import type { AskedRequest } from './index.ts'

const ignore = (): undefined => undefined
const MEBIBYTE = 1024 * 1024
const SOMEBODY: Caller = {
  id: 'someone',
  tenantId: 'team',
  role: 'admin',
  environments: null,
  credential: 'api-key',
}

async function serve(t: TestContext): Promise<{ port: number; refused: AskedRequest[] }> {
  const refused: AskedRequest[] = []
  const done = { summary: 'Something', access: 'write', answer: {}, method: 'POST' } as const
  const handle: Route['handle'] = () => Promise.resolve({ data: 1 })
  const web = makeWebServer({
    routes: [
      { ...done, path: '/json', handle },
      { ...done, path: '/bytes', handle, accepts: 'bytes' },
    ],
    log: { info: ignore, warn: ignore, error: ignore },
    clock: { nowMs: () => 0, monotonicMs: () => 0, sleep: () => new Promise(() => undefined) },
    readiness: [],
    newRequestId: () => 'made',
    browser: {
      ownOrigin: 'http://localhost',
      sessionCookie: 'session',
      proofLifetimeMs: 1,
      visits: [
        {
          method: 'POST',
          path: '/visit',
          summary: 'A visit',
          handle: () => Promise.resolve({ cookies: [] }),
        },
      ],
    },
    recorder: {
      carryOut: (_asked, work) => work(),
      refuse: (asked) => Promise.resolve(void refused.push(asked)),
    },
    authenticate: ({ authorization }) =>
      Promise.resolve(authorization === 'known' ? SOMEBODY : undefined),
  })
  await web.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => {
    web.server.closeAllConnections()
    return web.close()
  })
  return { port: (web.server.address() as AddressInfo).port, refused }
}

/** Announces a body, sends nothing of it, and waits for what is answered all the same. */
async function announce(
  t: TestContext,
  port: number,
  path: string,
  sizeBytes: number,
): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: localhost',
    'sec-fetch-site: same-origin',
    'content-type: application/json',
    `content-length: ${sizeBytes}`,
    ...(path === '/visit' ? [] : ['authorization: known']),
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const [answer] = (await once(socket, 'data', { signal: AbortSignal.timeout(20_000) })) as [Buffer]
  return /^HTTP\/1\.1 (\d{3})/.exec(answer.toString())?.[1] ?? ''
}

test('what is sent to no route is answered before any of it is read, and is told with whose it was', async (t) => {
  const { port, refused } = await serve(t)
  assert.equal(await announce(t, port, '/nowhere', 200 * MEBIBYTE), '404')
  assert.deepEqual(
    refused.map(({ caller, route, isKnownRoute }) => [caller?.id, route, isKnownRoute]),
    [['someone', 'unknown', false]],
  )
})

test('JSON may be 64 MiB, bytes 256 MiB, and what a browser is led through a thousand bytes', async (t) => {
  const { port } = await serve(t)
  assert.equal(await announce(t, port, '/json', 64 * MEBIBYTE + 1), '413')
  assert.equal(await announce(t, port, '/bytes', 256 * MEBIBYTE + 1), '413')
  assert.equal(await announce(t, port, '/visit', 1_025), '413')
})
