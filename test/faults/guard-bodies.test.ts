// Bodies that are meant to hurt, against real Fastify, Express and node:http servers with the ingest guard in front.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import test from 'node:test'
import type { TestContext } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { expressJsonBody, fastifyJsonParser, makeIngestGuard } from '../../src/guard/index.ts'
import { nodeGuardClock, nodeSha256 } from '../../src/guard/node.ts'

const MEBIBYTE = 1_048_576
const GIBIBYTE = 1_024 * MEBIBYTE
const BODY_LIMIT_MS = 400

interface Target {
  readonly name: string
  readonly port: number
}

async function portOf(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function targets(t: TestContext): Promise<readonly Target[]> {
  const guard = makeIngestGuard({
    clock: nodeGuardClock,
    sha256: nodeSha256,
    bodyLimitMs: BODY_LIMIT_MS,
  })
  const app = fastify()
  app.addContentTypeParser('application/json', fastifyJsonParser(guard))
  app.post('/', () => 'in')
  await app.ready()
  const web = express()
  web.use(expressJsonBody(guard))
  web.post('/', (_request, response) => void response.send('in'))
  const parse = expressJsonBody(guard)
  const plain = createServer((request, response) => {
    parse(request, response, () => void response.end('in'))
  })
  return [
    { name: 'Fastify', port: await portOf(t, app.server) },
    { name: 'Express', port: await portOf(t, createServer(web)) },
    { name: 'node:http', port: await portOf(t, plain) },
  ]
}

interface Sent {
  /** Status line and what followed; empty when the connection ended before an answer. */
  readonly answer: string
  readonly sentBytes: number
  readonly ms: number
}

/** Sends what `next` gives until it gives nothing, the server ends the connection, or it has answered. */
async function sendRaw(
  port: number,
  headers: string,
  next: () => Uint8Array | undefined,
  pauseMs = 0,
): Promise<Sent> {
  const began = performance.now()
  const socket = connect(port, '127.0.0.1')
  let [answer, sentBytes, isClosed] = ['', 0, false]
  socket.on('data', (chunk) => void (answer += chunk.toString()))
  // A reset is how a server that hung up looks to whoever is still sending.
  socket.on('error', () => void (isClosed = true))
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      isClosed = true
      resolve()
    }),
  )
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${headers}\r\n\r\n`)
  for (let chunk = next(); chunk !== undefined; chunk = next()) {
    if (isClosed) break
    sentBytes += chunk.length
    const isFree = socket.write(chunk)
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
    else if (!isFree)
      await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
  }
  if (!isClosed) socket.end()
  await closed
  return { answer, sentBytes, ms: performance.now() - began }
}

const megabyte = new Uint8Array(MEBIBYTE).fill(0x31)

test('a body of one gigabyte is refused without being read, in chunks or with its length declared', async (t) => {
  for (const { name, port } of await targets(t)) {
    const before = process.memoryUsage().rss
    const lengths = [`content-length: ${GIBIBYTE}`, 'transfer-encoding: chunked']
    for (const headers of lengths) {
      const isChunked = headers.startsWith('transfer')
      const head = new TextEncoder().encode(`${MEBIBYTE.toString(16)}\r\n`)
      const chunk = isChunked ? Buffer.concat([head, megabyte, Buffer.from('\r\n')]) : megabyte
      let left = GIBIBYTE / MEBIBYTE
      const { answer, sentBytes } = await sendRaw(port, headers, () =>
        left-- > 0 ? chunk : undefined,
      )
      assert.ok(
        answer === '' || answer.startsWith('HTTP/1.1 413'),
        `${name}: ${answer.slice(0, 80)}`,
      )
      assert.ok(sentBytes < GIBIBYTE / 4, `${name} ${headers}: ${sentBytes} bytes were taken`)
    }
    const grown = process.memoryUsage().rss - before
    assert.ok(grown < 200 * MEBIBYTE, `${name}: ${Math.round(grown / MEBIBYTE)} MiB more`)
  }
})

test('a client that waits for the answer hears that its gigabyte is too large', async (t) => {
  for (const { name, port } of await targets(t)) {
    const { answer } = await sendRaw(port, `content-length: ${GIBIBYTE}`, () => undefined)
    assert.match(answer, /^HTTP\/1\.1 413 [^]*INGEST_TOO_LARGE/, name)
    assert.match(answer, /connection: close/i, name)
  }
})

test('a body that comes a byte at a time is refused when its time is over', async (t) => {
  for (const { name, port } of await targets(t)) {
    const { answer, ms } = await sendRaw(
      port,
      'content-length: 1000',
      () => megabyte.subarray(0, 1),
      50,
    )
    assert.match(answer, /^HTTP\/1\.1 408 [^]*INGEST_TOO_SLOW/, name)
    assert.ok(ms < 20 * BODY_LIMIT_MS, `${name} waited ${ms} ms`)
  }
})

test('a flood of hostile bodies gets 4xx only, while a good caller is served and the event loop turns', async (t) => {
  const bodies = [
    '['.repeat(100_000),
    '{"a":'.repeat(100_000),
    `[${'0,'.repeat(200_000)}0]`,
    `{${Array.from({ length: 20_000 }, (_, index) => `"k${index}":0`).join()}}`,
    `"${'\\ud800'.repeat(100_000)}"`,
    '9'.repeat(900_000),
    `"${'x'.repeat(900_000)}`,
    '{"__proto__":{"a":1}}',
    '\u0000'.repeat(1_000),
  ]
  for (const { name, port } of await targets(t)) {
    const url = `http://127.0.0.1:${port}/`
    const send = async (body: string): Promise<number> => {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      })
      await answer.arrayBuffer()
      return answer.status
    }
    const delay = monitorEventLoopDelay({ resolution: 10 })
    delay.enable()
    for (let round = 0; round < 3; round++) {
      const statuses = await Promise.all([...bodies, '{"a":1}'].map(send))
      assert.equal(statuses.pop(), 200, name)
      for (const [index, status] of statuses.entries())
        assert.ok(
          status >= 400 && status < 500,
          `${name}: ${bodies[index]!.slice(0, 10)} got ${status}`,
        )
    }
    delay.disable()
    // Client and servers share this process; the figure is for the reader, the bound is for what hangs.
    t.diagnostic(`${name}: event loop delay p99 ${(delay.percentile(99) / 1e6).toFixed(1)} ms`)
    assert.ok(delay.percentile(99) < 2e9, name)
  }
})
