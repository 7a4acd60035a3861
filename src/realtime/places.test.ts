// Room for connections: what strangers of one address, one key and one tenant may have of it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { connectFeed, until } from '../../test/feed.ts'
import { serveFeed } from '../../test/memory-feed.ts'
import { openRawClient } from '../../test/raw-client.ts'
import type { Caller } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import { SOCKET_LIMITS } from './model.ts'
import { Places } from './places.ts'

const EXHAUSTED = { code: 'REALTIME_CONNECTIONS_EXHAUSTED' }
const aCaller = (tenantId: string, id: string): Caller => ({
  id,
  tenantId,
  role: 'viewer',
  environments: null,
  credential: 'api-key',
})

test('250 of one address may be unknown, of one /64 too, and each that goes makes room', () => {
  const places = new Places(SOCKET_LIMITS)
  const leaves = Array.from({ length: 250 }, (_, nth) => places.takeUnknown(`2001:db8::${nth}`))
  assert.throws(() => places.takeUnknown('2001:db8::ffff'), EXHAUSTED)
  places.takeUnknown('2001:db8:0:1::1')
  places.takeUnknown('192.0.2.7')
  places.takeUnknown(undefined)
  leaves[0]!()
  leaves[0]!()
  places.takeUnknown('2001:db8::1')
  assert.throws(() => places.takeUnknown('2001:db8::1'), EXHAUSTED)
})

test('one key has room for 1,000 and one tenant for 6,000, and neither takes that of another', () => {
  const places = new Places(SOCKET_LIMITS)
  const take = (tenantId: string, id: string, count: number): readonly (() => void)[] =>
    Array.from({ length: count }, () => places.takeKnown(aCaller(tenantId, id)))
  const [first] = take('one', 'a', 1_000)
  assert.throws(() => places.takeKnown(aCaller('one', 'a')), EXHAUSTED)
  // What was refused holds no place of the tenant.
  for (const id of ['b', 'c', 'd', 'e', 'f']) take('one', id, 1_000)
  assert.throws(() => places.takeKnown(aCaller('one', 'g')), EXHAUSTED)
  take('another', 'a', 1_000)
  first!()
  places.takeKnown(aCaller('one', 'g'))
})

test('who connects again and again has one bucket of events for all of it', async (t) => {
  const { port } = await serveFeed(t)
  const url = `http://127.0.0.1:${port}`
  let allowedCount = 0
  const codes = new Set<string>()
  // Sixty at once are allowed to each connection.
  for (let made = 0; made < 80; made++) {
    const client = await connectFeed(url, { token: 'a' })
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => client.send('acknowledge', { cursor: 0 })),
    )
    for (const answer of answers) if (!answer.ok) codes.add(answer.error.code)
    const limited = answers.filter(
      (answer) => !answer.ok && answer.error.code === 'REALTIME_RATE_LIMITED',
    )
    allowedCount += answers.length - limited.length
    client.socket.close()
    if (limited.length > 50) break
  }
  assert.ok(codes.has('REALTIME_RATE_LIMITED'))
  assert.ok(allowedCount >= 3_600 && allowedCount < 4_800, `${allowedCount} were allowed`)
  const other = await connectFeed(url, { token: 'b' })
  const answer = await other.send('acknowledge', { cursor: 0 })
  assert.ok(!answer.ok && answer.error.code === 'REALTIME_WATCH_UNKNOWN')
  other.socket.close()
})

test('connections take places as they come and give them back as they go', async (t) => {
  const limits = { perAddress: 2, perPrincipal: 2, perTenant: 3 }
  const { realtime, port } = await serveFeed(t, systemClock, limits)
  const url = `http://127.0.0.1:${port}`
  const strangers = [openRawClient({ port }), openRawClient({ port })]
  for (const stranger of strangers) assert.equal(await stranger.status, 101)
  const third = openRawClient({ port })
  third.socket.on('error', () => undefined)
  await assert.rejects(third.status)
  for (const { socket } of strangers) socket.destroy()
  await until(() => realtime.figures().unknown === 0, 'no strangers')
  // Who said who they are is no stranger any more.
  const clients = [await connectFeed(url, { token: 'a' }), await connectFeed(url, { token: 'a' })]
  await assert.rejects(connectFeed(url, { token: 'a' }), { message: EXHAUSTED.code })
  clients.push(await connectFeed(url, { token: 'b' }))
  await assert.rejects(connectFeed(url, { token: 'b' }), { message: EXHAUSTED.code })
  const other = await connectFeed(url, { token: 'a', tenant: 'other' })
  clients[0]!.socket.close()
  await until(() => realtime.figures().connections === 3, 'one less')
  clients.push(await connectFeed(url, { token: 'b' }))
  for (const { socket } of [...clients, other]) socket.close()
})
