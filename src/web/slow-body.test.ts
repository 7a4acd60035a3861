// A body that trickles in is answered and cut off; one that keeps its pace has as long as it needs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import Fastify from 'fastify'
import type { Clock } from '../kernel/index.ts'
import { problemOf } from './problem.ts'
import { endSlowBodies } from './slow-body.ts'

const PACE = { graceMs: 1_000, bytesPerSecond: 10 }

interface Rig {
  /** Resolves the sleeps in order, as the time they were for would. */
  wake(): void
  readonly sleepCount: () => number
  /** Returns once the server has read it. */
  send(text: string): Promise<Socket>
}

async function openRig(t: TestContext): Promise<Rig> {
  const wakers: (() => void)[] = []
  let sleepCount = 0
  const clock: Clock = {
    nowMs: () => 0,
    monotonicMs: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        sleepCount += 1
        wakers.push(resolve)
        signal?.addEventListener('abort', () => reject(new Error('over')), { once: true })
      }),
  }
  const server = Fastify({ logger: false })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body)
  })
  server.setErrorHandler((error, _request, reply) => {
    const { status, code } = problemOf(error, true)
    return reply.code(status).send({ code })
  })
  endSlowBodies(server, clock, PACE)
  server.post('/', (request, reply) => reply.send({ size: (request.body as Buffer).length }))
  let accepted: Socket | undefined
  server.server.on('connection', (socket) => void (accepted = socket))
  await server.listen({ port: 0, host: '127.0.0.1' })
  t.after(() => server.close())
  const { port } = server.server.address() as AddressInfo
  return {
    wake: () => wakers.shift()?.(),
    sleepCount: () => sleepCount,
    async send(text) {
      const socket = connect(port, '127.0.0.1')
      t.after(() => socket.destroy())
      await once(socket, 'connect')
      socket.write(text)
      await until(() => accepted?.remotePort === socket.localPort)
      await until(() => accepted!.bytesRead >= text.length)
      // From the connection to the body it is a few turns of the loop.
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
      return socket
    },
  }
}

const head = (size: number): string =>
  `POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${size}\r\n\r\n`

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

async function readAll(socket: Socket): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return text
}

test('a body that is behind its pace is answered 408, and its connection ends', async (t) => {
  const rig = await openRig(t)
  const socket = await rig.send(`${head(10_000)}{`)
  await until(() => rig.sleepCount() === 1)
  rig.wake()
  // The one byte that came earned a tenth of a second, no more.
  await until(() => rig.sleepCount() === 2)
  rig.wake()
  const answer = await readAll(socket)
  assert.match(answer, /^HTTP\/1\.1 408 /)
  assert.match(answer, /connection: close/)
  assert.match(answer, /WEB_BODY_SLOW/)
})

test('a body that keeps its pace is read to its end, and nothing waits for it afterwards', async (t) => {
  const rig = await openRig(t)
  const socket = await rig.send(`${head(60)}${'a'.repeat(30)}`)
  await until(() => rig.sleepCount() === 1)
  rig.wake()
  await until(() => rig.sleepCount() === 2)
  socket.end('b'.repeat(30))
  const answer = await readAll(socket)
  assert.match(answer, /^HTTP\/1\.1 200 /)
  assert.match(answer, /"size":60/)
  rig.wake()
})

test('a body that is refused unread is not told of twice', async (t) => {
  const rig = await openRig(t)
  const huge = await rig.send(`${head(2 ** 40)}a`)
  assert.match(String((await once(huge, 'data'))[0]), /^HTTP\/1\.1 413 /)
  await until(() => rig.sleepCount() === 1)
  rig.wake()
  await until(() => rig.sleepCount() === 2)
  rig.wake()
  const other = await rig.send(`${head(1)}b`)
  other.end()
  assert.match(await readAll(other), /"size":1/)
})

test('a sender who goes away in the middle leaves no error behind', async (t) => {
  const rig = await openRig(t)
  const socket = await rig.send(`${head(60)}a`)
  await until(() => rig.sleepCount() === 1)
  socket.destroy()
  const other = await rig.send(`${head(1)}b`)
  other.end()
  assert.match(await readAll(other), /"size":1/)
})
