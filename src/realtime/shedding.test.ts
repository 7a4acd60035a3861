// Who reads too slowly, over real sockets and a log in memory that grows faster than anybody reads.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { connectFeed, until } from '../../test/feed.ts'
import { RELEASE, serveFeed } from '../../test/memory-feed.ts'
import { openRawClient } from '../../test/raw-client.ts'
import type { RawClient } from '../../test/raw-client.ts'
import type { Clock } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import { CATCH_UP_LIMIT_ENTRIES } from './model.ts'

const ignore = (): undefined => undefined

/** Let in, and watching nothing. */
async function openSlow(
  t: TestContext,
  port: number,
  onClose: () => void = ignore,
): Promise<RawClient & { readonly texts: readonly string[] }> {
  const texts: string[] = []
  const client = openRawClient({ port, onText: (text) => void texts.push(text), onClose })
  t.after(() => client.socket.destroy())
  await client.status
  client.send('40{"token":"x"}')
  await until(() => texts.some((text) => text.startsWith('40')), 'a welcome')
  return { ...client, texts }
}

test('who does not read is shed within bounds, loses nothing, and keeps nobody waiting', async (t) => {
  const { realtime, log, events, port } = await serveFeed(t)
  const url = `http://127.0.0.1:${port}`
  const quick = await connectFeed(url, { token: 'x' })
  assert.ok((await quick.send('watch', { release: RELEASE })).ok)
  let isOver = false
  const { texts, ...slow } = await openSlow(t, port, () => (isOver = true))
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

test('who does not read what was missed keeps nobody else waiting for it, and is shed', async (t) => {
  const quickly: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() * 4 }
  const { log, events, port } = await serveFeed(t, quickly)
  log.grow(45_000)
  const shedCount = (): number =>
    events.filter((event) => event.type === 'realtime.closed' && event.why === 'shed').length
  for (let count = 0; count < 8; count++) {
    const slow = await openSlow(t, port)
    slow.socket.pause()
    slow.send(`420${JSON.stringify(['watch', { release: RELEASE, since: 0 }])}`)
  }
  const quick = await connectFeed(`http://127.0.0.1:${port}`, { token: 'x' })
  assert.ok((await quick.send('watch', { release: RELEASE, since: 0 })).ok)
  assert.equal(shedCount(), 0)
  assert.deepEqual(
    quick.seqs(),
    Array.from({ length: log.size }, (_, seq) => seq),
  )
  await until(() => shedCount() === 8, 'the end of those who do not read')
  assert.ok(quick.socket.connected)
  quick.socket.close()
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
