// Answers that go on: who may no longer ask, who leaves and a server that closes each end them; there is room for so many.
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import type { Log, Route } from '../kernel/index.ts'
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

async function serveTicks(t: TestContext): Promise<Served> {
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
              yield new TextEncoder().encode(': tick\n\n')
              await systemClock.sleep(200, signal)
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
    clock: systemClock,
    readiness: [],
    newRequestId: () => 'made',
    authenticate: () =>
      Promise.resolve(
        served.isAdmitted
          ? {
              id: 'someone',
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
    ...Array.from({ length: 499 }, () => fetch(served.url)),
  ])
  const refused = await fetch(served.url)
  const problem = (await refused.json()) as { readonly code: string }
  assert.deepEqual([refused.status, problem.code], [503, 'WEB_STREAMS_EXHAUSTED'])
  leaving.abort()
  await until(() => served.openCount === 499)
  const next = await fetch(served.url)
  assert.equal(next.status, 200)
  await next.body?.cancel()
})
