// Answers that go on: who may no longer ask, who leaves and a server that closes each end them; there is room for so many.
import assert from 'node:assert/strict'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Clock, Log, Route } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import { makeWebServer } from './index.ts'

const ignore = (): undefined => undefined
const log: Log = { info: ignore, warn: ignore, error: ignore }

interface Served {
  readonly url: string
  /** Streams that were begun and have not ended. */
  openCount: number
  isAdmitted: boolean
  close(): Promise<void>
}

interface TickTerms {
  readonly tick?: Uint8Array
  readonly pauseMs?: number
  readonly clock?: Clock
}

async function serveTicks(t: TestContext, terms: TickTerms = {}): Promise<Served> {
  const { tick = new TextEncoder().encode(': tick\n\n'), pauseMs = 200 } = terms
  const { clock = systemClock } = terms
  const route: Route = {
    method: 'GET',
    path: '/ticks',
    summary: 'Ticks',
    access: 'read',
    answer: { mediaType: 'text/event-stream' },
    handle: () =>
      Promise.resolve({
        mediaType: 'text/event-stream',
        async *stream(signal) {
          served.openCount += 1
          try {
            for (;;) {
              yield tick
              await systemClock.sleep(pauseMs, signal)
            }
          } catch (error) {
            if (!signal.aborted) throw error
          } finally {
            served.openCount -= 1
          }
        },
      }),
  }
  const web = makeWebServer({
    routes: [route],
    log,
    clock,
    readiness: [],
    newRequestId: () => 'made',
    authenticate: ({ authorization = 'someone' }) =>
      Promise.resolve(
        served.isAdmitted
          ? {
              id: authorization,
              tenantId: 'local',
              role: 'viewer',
              environments: null,
              credential: 'api-key',
            }
          : undefined,
      ),
  })
  await web.listen({ host: '127.0.0.1', port: 0 })
  const { port } = web.server.address() as AddressInfo
  const served: Served = {
    url: `http://127.0.0.1:${port}/ticks`,
    openCount: 0,
    isAdmitted: true,
    close: () => web.close(),
  }
  t.after(() => web.close())
  return served
}

async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 2_000 && !holds(); round++) await systemClock.sleep(10)
  assert.ok(holds(), 'expected it within twenty seconds')
}

/** More than the system takes for a reader that does not read. */
const FLOOD: TickTerms = { tick: new Uint8Array(256 * 1024).fill(0x41), pauseMs: 1 }

/** Follows, and stops reading after the first bytes. */
async function stall({ url }: Served, t: TestContext): Promise<Socket> {
  const { port, pathname } = new URL(url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', ignore)
  t.after(() => socket.destroy())
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`)
  await new Promise((resolve) => socket.once('data', resolve))
  socket.pause()
  return socket
}

const ask = ({ url }: Served, authorization: string): Promise<Response> =>
  fetch(url, { headers: { authorization } })

async function codeOf(answer: Response): Promise<string> {
  return ((await answer.json()) as { readonly code: string }).code
}

test('a stream whose reader stalls ends too once its caller would not be let in any more', async (t) => {
  const served = await serveTicks(t, FLOOD)
  await stall(served, t)
  await systemClock.sleep(500)
  assert.equal(served.openCount, 1)
  served.isAdmitted = false
  const startedMs = systemClock.monotonicMs()
  await until(() => served.openCount === 0)
  assert.ok(systemClock.monotonicMs() - startedMs < 8_000)
})

test('a server that closes does not wait for a reader that stalls', async (t) => {
  const served = await serveTicks(t, FLOOD)
  await stall(served, t)
  await systemClock.sleep(500)
  const startedMs = systemClock.monotonicMs()
  await served.close()
  assert.ok(systemClock.monotonicMs() - startedMs < 8_000)
  await until(() => served.openCount === 0)
})

test('who takes nothing for half a minute is cut off, and who reads or has nothing to read is not', async (t) => {
  const quickly: Clock = {
    ...systemClock,
    monotonicMs: () => systemClock.monotonicMs() * 10,
    sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
  }
  const served = await serveTicks(t, { ...FLOOD, clock: quickly })
  const idle = await serveTicks(t, { pauseMs: 60_000, clock: quickly })
  await Promise.all([stall(served, t), stall(idle, t)])
  const leaving = new AbortController()
  const reading = await fetch(served.url, { signal: leaving.signal })
  const read = async (): Promise<void> => {
    for await (const chunk of reading.body ?? []) assert.ok(chunk.length > 0)
  }
  const isRead = read().then(
    () => 'ended',
    () => 'left',
  )
  await until(() => served.openCount === 2)
  await until(() => served.openCount === 1)
  await systemClock.sleep(1_000)
  assert.deepEqual([served.openCount, idle.openCount], [1, 1])
  leaving.abort()
  assert.equal(await isRead, 'left')
})

test('a stream ends once its caller would not be let in any more', async (t) => {
  const served = await serveTicks(t)
  const answer = await fetch(served.url)
  assert.equal(answer.headers.get('content-type'), 'text/event-stream')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  await until(() => served.openCount === 1)
  served.isAdmitted = false
  assert.match(await answer.text(), /^(?:: tick\n\n)+$/)
  assert.equal(served.openCount, 0)
})

test('a follower that leaves ends its stream, and a server that closes ends all of them at once', async (t) => {
  const served = await serveTicks(t)
  const leaving = new AbortController()
  await fetch(served.url, { signal: leaving.signal })
  const others = await Promise.all([fetch(served.url), fetch(served.url)])
  await until(() => served.openCount === 3)
  leaving.abort()
  await until(() => served.openCount === 2)
  const startedMs = systemClock.monotonicMs()
  await served.close()
  // Nothing waits for the grace of ten seconds that answers under way have.
  assert.ok(systemClock.monotonicMs() - startedMs < 8_000)
  for (const other of others) assert.match(await other.text(), /^(?:: tick\n\n)+$/)
  assert.equal(served.openCount, 0)
})

test('beyond 500 streams of a tenant the next is refused, and one that ends makes room', async (t) => {
  const served = await serveTicks(t)
  const leaving = new AbortController()
  await Promise.all([
    fetch(served.url, { signal: leaving.signal }),
    ...Array.from({ length: 499 }, (_, nth) => ask(served, `number ${nth % 5}`)),
  ])
  const refused = await ask(served, 'number 6')
  assert.deepEqual([refused.status, await codeOf(refused)], [503, 'WEB_STREAMS_EXHAUSTED'])
  leaving.abort()
  await until(() => served.openCount === 499)
  const next = await fetch(served.url)
  assert.equal(next.status, 200)
  await next.body?.cancel()
})

test('beyond 100 streams of a key or account the next is refused, and others have room', async (t) => {
  const served = await serveTicks(t)
  await Promise.all(Array.from({ length: 100 }, () => ask(served, 'one')))
  const refused = await ask(served, 'one')
  assert.deepEqual([refused.status, await codeOf(refused)], [503, 'WEB_STREAMS_EXHAUSTED'])
  const other = await ask(served, 'another')
  assert.equal(other.status, 200)
  await other.body?.cancel()
})
