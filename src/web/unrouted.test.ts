// What never reaches a route is refused like everything else: as a problem document that repeats nothing, with an id, and told to the watch.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import type { Caller, Route } from '../kernel/index.ts'
import { makeWebServer } from './index.ts'
import type { EndedRequest } from './index.ts'

const ignore = (): undefined => undefined
const CANARY = 'canary4Yb7nQ2sXk9Rw'
const SOMEBODY: Caller = {
  id: 'someone',
  tenantId: 'team',
  role: 'admin',
  environments: null,
  credential: 'api-key',
}

interface Rig {
  readonly web: FastifyInstance
  readonly ended: EndedRequest[]
  openCount(): number
  open(): Promise<Socket>
  /** The connection as the server has it. */
  accepted(): Socket
  handledCount(): number
}

/** @param data what the handler waits for and answers */
async function openRig(t: TestContext, data: Promise<unknown> = Promise.resolve(1)): Promise<Rig> {
  const ended: EndedRequest[] = []
  let [openCount, handledCount] = [0, 0]
  const route = { path: '/v1/runs/:runId', summary: 'A run', access: 'read', answer: {} } as const
  const handle: Route['handle'] = async () => {
    handledCount += 1
    return { data: await data }
  }
  const web = makeWebServer({
    routes: [
      { ...route, method: 'GET', handle },
      { ...route, method: 'POST', handle, accepts: 'bytes' },
    ],
    log: { info: ignore, warn: ignore, error: ignore },
    clock: {
      nowMs: () => 0,
      monotonicMs: () => performance.now(),
      sleep: () => new Promise(() => undefined),
    },
    readiness: [],
    newRequestId: () => 'made',
    watch: {
      begun: () => void (openCount += 1),
      ended: (request) => {
        openCount -= 1
        ended.push(request)
      },
    },
    authenticate: () => Promise.resolve(SOMEBODY),
  })
  let accepted: Socket | undefined
  web.server.on('connection', (socket) => void (accepted = socket))
  await web.listen({ host: '127.0.0.1', port: 0 })
  t.after(() => {
    web.server.closeAllConnections()
    return web.close()
  })
  const { port } = web.server.address() as AddressInfo
  return {
    web,
    ended,
    openCount: () => openCount,
    async open() {
      const socket = connect(port, '127.0.0.1')
      t.after(() => socket.destroy())
      await once(socket, 'connect')
      await until(() => accepted?.remotePort === socket.localPort)
      return socket
    },
    accepted: () => accepted!,
    handledCount: () => handledCount,
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!isSo()) {
    assert.ok(performance.now() < deadline, 'expected it within 20 s')
    await new Promise((resolve) => setImmediate(resolve))
  }
}

async function readAll(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

/** @returns status and code of the one problem document that a connection gave */
function readProblem(answer: string): string {
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  assert.equal(answer.match(/HTTP\/1\.1 /g)?.length, 1, answer)
  for (const line of [
    /^content-type: application\/problem\+json/im,
    /^x-content-type-options: nosniff$/im,
    /^content-security-policy: default-src 'none'/im,
    /^cache-control: no-store$/im,
    /^connection: close$/im,
    new RegExp(`^content-length: ${Buffer.byteLength(body)}$`, 'im'),
  ])
    assert.match(head.replaceAll('\r', ''), line)
  assert.doesNotMatch(answer, new RegExp(CANARY))
  const problem: { status: number; code: string; requestId: string } = JSON.parse(body)
  assert.match(head, new RegExp(`^HTTP/1.1 ${problem.status} `))
  assert.match(head, new RegExp(`^x-request-id: ${problem.requestId}\r$`, 'm'))
  return `${problem.status} ${problem.code} ${problem.requestId}`
}

const HOST = 'host: localhost\r\nconnection: close\r\nx-request-id: ours'
const LONG = CANARY.repeat(16)

test('what the framework or Node would refuse by itself is a problem document with an id, and is counted and logged', async (t) => {
  const { ended, open, openCount } = await openRig(t)
  const table = [
    [`GET /v1/runs/${CANARY}%zz HTTP/1.1\r\n${HOST}`, '400 WEB_PATH_INVALID ours', 'GET'],
    [`GET /v1/runs/%ff?key=${CANARY} HTTP/1.1\r\n${HOST}`, '400 WEB_PATH_INVALID ours', 'GET'],
    [`PUT /${CANARY}%c0%af HTTP/1.1\r\n${HOST}`, '400 WEB_PATH_INVALID ours', 'PUT'],
    [`GET /v1/runs/${LONG} HTTP/1.1\r\n${HOST}`, '414 WEB_PATH_TOO_LONG ours', 'GET'],
    [
      'GET /v1/runs/1 HTTP/1.1\r\nconnection: close\r\nx-request-id: ours',
      '400 WEB_REQUEST_REFUSED ours',
      'GET',
    ],
    [`FOO /${CANARY} HTTP/1.1\r\n${HOST}`, '400 WEB_REQUEST_REFUSED made', 'unknown'],
    [`GET /${CANARY} HTTP/9.9\r\n${HOST}`, '400 WEB_REQUEST_REFUSED made', 'unknown'],
    [
      `POST /v1/runs/1 HTTP/1.1\r\n${HOST}\r\ntransfer-encoding: chunked\r\ncontent-length: 5`,
      '400 WEB_REQUEST_REFUSED made',
      'unknown',
    ],
    [
      `GET /v1/runs/1 HTTP/1.1\r\n${HOST}\r\nx-big: ${CANARY.repeat(1_100)}`,
      '431 WEB_HEADERS_TOO_LARGE made',
      'unknown',
    ],
  ] as const
  for (const [request, wanted, method] of table) {
    const socket = await open()
    socket.write(`${request}\r\n\r\n`)
    assert.equal(readProblem(await readAll(socket)), wanted, request.slice(0, 60))
    await until(() => ended.length > 0 && openCount() === 0)
    assert.equal(ended.length, 1, wanted)
    const [told] = ended.splice(0)
    assert.equal(
      `${told?.method} ${told?.status} ${told?.requestId} ${told?.isCutOff}`,
      [method, wanted.slice(0, 3), wanted.split(' ')[2], 'false'].join(' '),
    )
    assert.doesNotMatch(JSON.stringify(told), new RegExp(CANARY))
  }
})

test('an expectation that the server does not know is ignored', async (t) => {
  const { open } = await openRig(t)
  const socket = await open()
  socket.write(`GET /v1/runs/1 HTTP/1.1\r\n${HOST}\r\nexpect: the-impossible\r\n\r\n`)
  assert.match(await readAll(socket), /^HTTP\/1\.1 200 [^]*\{"data":1\}$/)
})

test('header lines that do not end are answered 408', async (t) => {
  const { web, open, accepted, ended } = await openRig(t)
  const socket = await open()
  socket.write('GET /v1/runs/1 HTTP/1.1\r\n')
  await until(() => accepted().bytesRead > 0)
  const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' })
  web.server.emit('clientError', late, accepted())
  assert.equal(readProblem(await readAll(socket)), '408 WEB_REQUEST_SLOW made')
  assert.deepEqual(
    ended.map(({ status }) => status),
    [408],
  )
})

test('a body that breaks in the middle is answered under the id of its request, which is told once and not carried out', async (t) => {
  const { open, ended, handledCount, openCount } = await openRig(t)
  const socket = await open()
  const chunked = HOST.replace('connection: close', 'transfer-encoding: chunked')
  socket.write(`POST /v1/runs/1 HTTP/1.1\r\n${chunked}\r\n\r\n1\r\na\r\n${CANARY}\r\n`)
  assert.equal(readProblem(await readAll(socket)), '400 WEB_REQUEST_REFUSED ours')
  await until(() => ended.length === 1)
  assert.deepEqual([ended[0]?.requestId, openCount(), handledCount()], ['ours', 0, 0])
})

test('what is broken behind a request that is still carried out is not answered in its place', async (t) => {
  let finish: () => void = ignore
  const { open, ended, handledCount } = await openRig(
    t,
    new Promise<void>((resolve) => (finish = resolve)),
  )
  const socket = await open()
  const first = 'GET /v1/runs/1 HTTP/1.1\r\nhost: localhost\r\n\r\n'
  socket.write(first)
  await until(() => handledCount() === 1)
  socket.write('FOO / HTTP/1.1\r\n\r\n')
  assert.equal(await readAll(socket), '')
  finish()
  await until(() => ended.length === 1)
  assert.deepEqual([ended[0]?.status, ended[0]?.isCutOff], [499, true])
})

test('a connection whose answer has begun, or that is gone, gets nothing more', async (t) => {
  const { web, open, accepted, handledCount } = await openRig(
    t,
    Promise.resolve('a'.repeat(32 * 1024 * 1024)),
  )
  const broken = Object.assign(new Error('broken'), { code: 'HPE_INVALID_METHOD' })
  const socket = await open()
  socket.pause()
  socket.write('GET /v1/runs/1 HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await until(() => handledCount() === 1 && accepted().bytesWritten > 0)
  for (let times = 0; times < 2; times += 1) web.server.emit('clientError', broken, accepted())
  let answer = ''
  socket.on('data', (chunk) => (answer += String(chunk)))
  // Cut off in the middle, it may end as reset.
  socket.on('error', ignore)
  socket.resume()
  if (!socket.closed) await new Promise((resolve) => void socket.once('close', resolve))
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.doesNotMatch(answer, /problem\+json/)
  assert.ok(answer.length < 32 * 1024 * 1024)
})
