// Requests over real sockets whose bodies never come, stop coming, or name their encoding in another case.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { nodeGuardClock, nodeSha256 } from '../node.ts'
import { expressJsonBody, fastifyJsonParser } from './ingest-bindings.ts'
import { makeIngestGuard } from './ingest-guard.ts'

const TYPE = 'Host: x\r\nContent-Type: application/json\r\n'

function aGuard(bodyLimitMs = 30_000) {
  return makeIngestGuard({ clock: nodeGuardClock, sha256: nodeSha256, bodyLimitMs })
}

async function startExpress(t: TestContext, guard = aGuard()): Promise<number> {
  const app = express()
  app.use(expressJsonBody(guard))
  app.all('/', (request, response) => void response.send(`got ${JSON.stringify(request.body)}`))
  const server = app.listen(0, '127.0.0.1')
  await new Promise<void>((resolve) => void server.once('listening', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

async function startFastify(t: TestContext, guard = aGuard()): Promise<number> {
  const app = fastify({ forceCloseConnections: true })
  app.addContentTypeParser('application/json', fastifyJsonParser(guard))
  app.post('/', (request) => ({ got: request.body }))
  t.after(() => app.close())
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

/** What came back until the server closed the connection. */
async function sendRaw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const part of socket) answer += String(part)
  return answer
}

test('requests that have no body pass with its type, and an empty body does not', async (t) => {
  const port = await startExpress(t)
  for (const method of ['GET', 'DELETE']) {
    const head = `${method} / HTTP/1.1\r\nConnection: close\r\n${TYPE}`
    assert.match(await sendRaw(port, `${head}\r\n`), /^HTTP\/1\.1 200 [^]*got undefined/)
    const doubled = `${head}Content-Length: 13\r\n\r\n{"a":1,"a":2}`
    assert.match(await sendRaw(port, doubled), /^HTTP\/1\.1 400 [^]*INGEST_DUPLICATE_KEY/)
    const chunked = `${head}Transfer-Encoding: chunked\r\n\r\nd\r\n{"a":1,"a":2}\r\n0\r\n\r\n`
    assert.match(await sendRaw(port, chunked), /^HTTP\/1\.1 400 [^]*INGEST_DUPLICATE_KEY/)
  }
  const post = `POST / HTTP/1.1\r\nConnection: close\r\n${TYPE}`
  assert.match(await sendRaw(port, `${post}\r\n`), /^HTTP\/1\.1 400 [^]*INGEST_EMPTY/)
})

test('the encoding that changes nothing has its name in any case', async (t) => {
  const port = await startExpress(t)
  const head = `POST / HTTP/1.1\r\nConnection: close\r\n${TYPE}Content-Length: 7\r\n`
  const answer = await sendRaw(port, `${head}Content-Encoding: Identity\r\n\r\n{"a":1}`)
  assert.match(answer, /^HTTP\/1\.1 200 [^]*got \{"a":1\}/)
})

test('a body that stops coming is refused when its time is over, and its connection closed', async (t) => {
  for (const start of [startExpress, startFastify]) {
    const guard = aGuard(50)
    const port = await start(t, guard)
    const head = `POST / HTTP/1.1\r\n${TYPE}Content-Length: 7\r\n\r\n`
    const answers = await Promise.all([sendRaw(port, `${head}{"a"`), sendRaw(port, head)])
    for (const answer of answers) assert.match(answer, /^HTTP\/1\.1 408 [^]*INGEST_TOO_SLOW/)
    assert.deepEqual(guard.counts(), { 'too-slow': 2 })
  }
})
