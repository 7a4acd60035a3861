// Who reads too slowly, over real sockets and a log in memory that grows faster than anybody reads.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { connectFeed, until } from '../../test/feed.ts'
import { openRawClient } from '../../test/raw-client.ts'
import type { LedgerEntry, LedgerFeed } from '../ledger/index.ts'
import { systemClock } from '../platform/index.ts'
import { CATCH_UP_LIMIT_ENTRIES } from './model.ts'
import { openRealtime } from './index.ts'
import type { Realtime, RealtimeEvent } from './index.ts'

const TENANT = 'local'
const ignore = (): undefined => undefined
/** As long as a subject may be: the system takes megabytes for a reader that does not read. */
const RELEASE = { service: 's'.repeat(150), version: '1'.repeat(140) }
const SUBJECT = `${RELEASE.service}@${RELEASE.version}`

type Body = LedgerEntry['body']

function anEntry(seq: number): LedgerEntry {
  const nothing = new Uint8Array(0)
  const body = { type: 'note.appended', subject: SUBJECT } as Partial<Body> as Body
  return { seq, timeMs: 0, leaf: nothing, leafHash: nothing, body }
}

class MemoryLog implements LedgerFeed {
  readonly #entries: LedgerEntry[] = []
  #wake = Promise.withResolvers<void>()

  get size(): number {
    return this.#entries.length
  }

  grow(count: number): void {
    for (let made = 0; made < count; made++) {
      const seq = this.#entries.length
      this.#entries.push(anEntry(seq))
    }
    this.#wake.resolve()
    this.#wake = Promise.withResolvers()
  }

  placeIn(_tenantId: string, wanted: number | undefined): Promise<number> {
    return Promise.resolve(wanted ?? this.size)
  }

  hint(): void {
    this.#wake.resolve()
  }

  async *follow(
    _tenantId: string,
    { fromSeq, signal }: { readonly fromSeq: number; readonly signal: AbortSignal },
  ): AsyncGenerator<readonly LedgerEntry[], void, undefined> {
    let at = fromSeq
    const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    while (!signal.aborted) {
      const entries = this.#entries.slice(at, at + 200)
      at += entries.length
      if (entries.length > 0) yield entries
      else await Promise.race([this.#wake.promise, over])
    }
  }
}

interface Served {
  readonly realtime: Realtime
  readonly log: MemoryLog
  readonly events: RealtimeEvent[]
  readonly port: number
}

async function serveFeed(t: TestContext): Promise<Served> {
  const log = new MemoryLog()
  const events: RealtimeEvent[] = []
  const realtime = await openRealtime({
    clock: systemClock,
    log: { info: ignore, warn: ignore, error: ignore },
    feed: log,
    sink: (event) => void events.push(event),
    guardSink: ignore,
    authenticate: () =>
      Promise.resolve({
        id: 'someone',
        tenantId: TENANT,
        role: 'viewer',
        environments: null,
        credential: 'api-key',
      }),
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) =>
    realtime.take({ request, socket, head, session: undefined, peer: '127.0.0.1' }),
  )
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await realtime.close()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { realtime, log, events, port }
}

test('who does not read is shed within bounds, loses nothing, and keeps nobody waiting', async (t) => {
  const { realtime, log, events, port } = await serveFeed(t)
  const url = `http://127.0.0.1:${port}`
  const quick = await connectFeed(url, { token: 'x' })
  assert.ok((await quick.send('watch', { release: RELEASE })).ok)
  const texts: string[] = []
  let isOver = false
  const slow = openRawClient({
    port,
    onText: (text) => void texts.push(text),
    onClose: () => (isOver = true),
  })
  await slow.status
  slow.send('40{"token":"x"}')
  await until(() => texts.some((text) => text.startsWith('40')), 'a welcome')
  slow.send(`420${JSON.stringify(['watch', { release: RELEASE }])}`)
  await until(() => texts.some((text) => text.startsWith('430')), 'a watch')
  slow.socket.pause()
  const isShed = (): boolean =>
    events.some((event) => event.type === 'realtime.closed' && event.why === 'shed')
  const heldBytes = process.memoryUsage().heapUsed
  while (!isShed()) {
    assert.ok(log.size < 2_000_000, 'nobody is shed')
    log.grow(400)
    const wanted = log.size
    await until(() => quick.seqs().length === wanted, 'every change')
    if (isShed()) break
  }
  t.diagnostic(
    `shed after ${log.size} entries, heap grown by ${Math.round((process.memoryUsage().heapUsed - heldBytes) / 1e6)} MB`,
  )
  assert.ok(quick.socket.connected)
  assert.deepEqual(
    quick.seqs(),
    Array.from({ length: log.size }, (_, seq) => seq),
  )
  slow.socket.resume()
  await until(() => isOver, 'the end of the slow one')
  assert.equal(realtime.figures().connections, 1)
  const again = await connectFeed(url, { token: 'x' })
  // How much sockets hold before anybody is shed is the machine's affair, and may be more than is caught up on.
  const since = Math.max(0, log.size - CATCH_UP_LIMIT_ENTRIES)
  assert.ok((await again.send('watch', { release: RELEASE, since })).ok)
  await until(() => again.seqs().length === log.size - since, 'what was missed')
  assert.deepEqual(again.seqs(), quick.seqs().slice(since))
  for (const client of [quick, again]) client.socket.close()
})

test('a server that closes ends its connections and takes no other', async (t) => {
  const { realtime, port } = await serveFeed(t)
  const client = await connectFeed(`http://127.0.0.1:${port}`, { token: 'x' })
  assert.ok((await client.send('watch')).ok)
  await realtime.close()
  assert.match(await client.ended, /disconnect|transport/)
  assert.deepEqual(realtime.figures(), { connections: 0, unknown: 0, rooms: 0, tenants: 0 })
})

test('the log of a tenant that is watched no more is followed no more', async (t) => {
  const { realtime, port } = await serveFeed(t)
  const client = await connectFeed(`http://127.0.0.1:${port}`, { token: 'x' })
  const watches = [
    { release: null },
    { release: RELEASE },
    { release: { ...RELEASE, version: '2' } },
  ]
  for (const watch of watches) assert.ok((await client.send('watch', watch)).ok)
  assert.deepEqual([realtime.figures().rooms, realtime.figures().tenants], [3, 1])
  assert.ok((await client.send('unwatch', { release: null })).ok)
  assert.equal(realtime.figures().rooms, 2)
  client.socket.close()
  await until(() => realtime.figures().tenants === 0, 'nothing followed')
  assert.equal(realtime.figures().rooms, 0)
})
