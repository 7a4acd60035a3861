// Outbound HTTP against real servers on the loopback address, kind and hostile.
import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net'
import { test, type TestContext } from 'node:test'
import {
  SeaworthyError,
  utf8Bytes,
  utf8Text,
  type FetchAnswer,
  type FetchRequest,
} from '../kernel/index.ts'
import { systemFetch } from './fetch.ts'

async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function web(t: TestContext, answer: RequestListener): Promise<string> {
  return listen(t, createServer(answer))
}

async function raw(t: TestContext, bytes: string): Promise<string> {
  return listen(
    t,
    createTcpServer((socket) => socket.on('error', () => undefined).write(bytes)),
  )
}

function send(url: string, more: Partial<FetchRequest> = {}): Promise<FetchAnswer> {
  return systemFetch.send({
    method: 'GET',
    url,
    headers: {},
    timeoutMs: 5_000,
    bodyLimitBytes: 1_000,
    ...more,
  })
}

function hasReason(reason: string): (error: unknown) => boolean {
  return (error) =>
    error instanceof SeaworthyError &&
    error.code === 'PLATFORM_REQUEST_FAILED' &&
    error.details['reason'] === reason
}

test('method, headers and body arrive, and status, headers and body come back', async (t) => {
  const url = await web(t, (request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      response.writeHead(418, { 'X-Two': ['a', 'b'] })
      response.end(
        `${request.method} ${request.url} ${String(request.headers['x-one'])} ${Buffer.concat(parts).toString()}`,
      )
    })
  })
  const answer = await send(`${url}/path?q=1`, {
    method: 'POST',
    headers: { 'x-one': '1' },
    body: utf8Bytes('body'),
  })
  assert.equal(answer.status, 418)
  assert.equal(utf8Text(answer.body), 'POST /path?q=1 1 body')
  assert.equal(answer.headers['x-two'], 'a, b')
  assert.equal(answer.truncated, false)
  assert.ok(answer.durationMs > 0)
})

test('a redirect is an answer and is not followed', async (t) => {
  let asked = 0
  const url = await web(t, (_request, response) => {
    asked++
    response.writeHead(302, { location: '/elsewhere' }).end()
  })
  const answer = await send(url)
  assert.deepEqual([answer.status, answer.headers['location'], asked], [302, '/elsewhere', 1])
})

test('a body beyond the limit is cut there and the rest is not read', async (t) => {
  const url = await web(t, (_request, response) => {
    const write = (): void => {
      if (response.write('x'.repeat(10_000))) setImmediate(write)
      else response.once('drain', write)
    }
    write()
  })
  const cut = await send(url)
  assert.deepEqual([cut.truncated, cut.body.length], [true, 1_000])
})

test('a body of exactly the limit is whole', async (t) => {
  const url = await web(t, (_request, response) => response.end('x'.repeat(1_000)))
  const answer = await send(url)
  assert.deepEqual([answer.truncated, answer.body.length], [false, 1_000])
})

test('silence, a slow body and a slow head all end with the time limit', async (t) => {
  const silent = await raw(t, '')
  const slowHead = await raw(t, 'HTTP/1.1 200 OK\r\n')
  const slowBody = await raw(t, 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')
  for (const url of [silent, slowHead, slowBody]) {
    await assert.rejects(send(url, { timeoutMs: 100 }), hasReason('timeout'))
  }
})

test('an abort before and during the request ends it', async (t) => {
  const url = await raw(t, '')
  await assert.rejects(send(url, { signal: AbortSignal.abort() }), hasReason('aborted'))
  const controller = new AbortController()
  setTimeout(() => {
    controller.abort()
  }, 50)
  await assert.rejects(send(url, { signal: controller.signal }), hasReason('aborted'))
})

test('a closed port, a name that does not exist and a broken answer are failures with a reason', async (t) => {
  await assert.rejects(send('http://127.0.0.1:1/'), hasReason('ECONNREFUSED'))
  await assert.rejects(
    send(await raw(t, 'not http at all\r\n\r\n')),
    hasReason('HPE_INVALID_CONSTANT'),
  )
  const cut = await listen(
    t,
    createTcpServer((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc')),
  )
  await assert.rejects(send(cut), hasReason('ECONNRESET'))
})

test('an unasked-for protocol switch does not leave the caller waiting', async (t) => {
  const url = await raw(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
  )
  const startedAt = performance.now()
  await assert.rejects(
    send(url, { timeoutMs: 120_000 }),
    (error) => error instanceof SeaworthyError,
  )
  // Usually a few milliseconds.
  assert.ok(performance.now() - startedAt < 60_000)
})

test('credentials in the address and other schemes are refused without being quoted', async () => {
  for (const url of [
    'http://user:fake-secret@127.0.0.1/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'fake-secret',
  ]) {
    await assert.rejects(send(url), (error) => {
      assert.ok(error instanceof SeaworthyError && !error.message.includes('fake-secret'))
      return error.code === 'PLATFORM_REQUEST_REFUSED'
    })
  }
})

test('malformed methods and headers are refused', async () => {
  const refused: Partial<FetchRequest>[] = [
    { method: 'GE T' },
    { headers: { 'x y': '1' } },
    { headers: { x: 'a\r\nb: c' } },
  ]
  for (const more of refused) {
    await assert.rejects(
      send('http://127.0.0.1:1/', more),
      (error) => error instanceof SeaworthyError && error.code === 'PLATFORM_REQUEST_REFUSED',
    )
  }
})
