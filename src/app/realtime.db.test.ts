// The realtime feed of the composed house: who may connect, what they are told, and what becomes of those who misbehave.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { askAsOperator } from '../../test/composed.ts'
import { connectFeed, metricOf, serveApp, until } from '../../test/feed.ts'
import type { FeedClient, ServedApp } from '../../test/feed.ts'
import { MALFORMED_PACKETS } from '../../test/malformed-packets.ts'
import { openRawClient, SOCKET_PATH } from '../../test/raw-client.ts'
import type { RawClient } from '../../test/raw-client.ts'

// One house for all tests: each speaks of a service of its own.
let house: ServedApp
const endings: (() => unknown)[] = []
before(async () => {
  house = await serveApp({ after: (ending) => void endings.push(ending) })
  // A tenant has a log from its first fact on.
  await note('before everything')
})
after(async () => {
  for (const end of endings) await end()
})

function makeKey(name: string): Promise<{ readonly id: string; readonly key: string }> {
  return askAsOperator(house.app, '/v1/api-keys', { name, role: 'viewer' })
}

async function connect(auth?: Readonly<Record<string, unknown>>): Promise<FeedClient> {
  return connectFeed(house.url, auth ?? { token: house.app.viewKey })
}

/** @returns its position */
async function note(subject: string, payload: unknown = 'a note'): Promise<number> {
  const entry = { subject, payload }
  return (await askAsOperator<{ seq: number }>(house.app, '/v1/ledger/entries', entry)).seq
}

async function refusalOf(connecting: Promise<unknown>): Promise<string> {
  try {
    await connecting
    return 'let in'
  } catch (error) {
    return (error as { data?: { code: string }; message: string }).data?.code ?? String(error)
  }
}

test('a watch is told of its release and of its service, in order, without what the entries hold', async () => {
  const client = await connect()
  const release = { service: 'barge', version: '1.0.0' }
  const begun = await client.send('watch', { release })
  assert.ok(begun.ok)
  const first = await note('barge@1.0.0', { run: 'a secret in a note' })
  await note('barge@2.0.0')
  await note('a-barge@1.0.0')
  const second = await note('barge')
  await until(() => client.seqs().length === 2, 'two changes')
  assert.deepEqual(client.seqs(), [first, second])
  assert.ok(!JSON.stringify(client.messages).includes('secret'))
  assert.deepEqual(client.messages[0]?.release, release)
  assert.deepEqual(Object.keys(client.messages[0]?.changes[0] ?? {}), [
    'seq',
    'at',
    'type',
    'subject',
  ])
  // What others read is read as well: each cursor goes beyond what it told.
  assert.ok(client.messages.every((each) => parseInt(each.cursor) > each.changes.at(-1)!.seq))
  client.socket.close()
})

test('who comes back with a cursor gets what is missing and nothing twice, while others write', async () => {
  const release = { service: 'ferry', version: '1.0.0' }
  const first = await connect()
  const begun = await first.send('watch', { release })
  assert.ok(begun.ok)
  const written: number[] = []
  const writing = (async () => {
    for (let round = 0; round < 60; round++) written.push(await note('ferry@1.0.0'))
  })()
  let cursor = begun.cursor
  const seen: number[] = []
  let client = first
  for (let round = 0; round < 6; round++) {
    const wanted = round * 8
    await until(() => written.length > wanted)
    const { messages } = client
    await until(() => messages.length > 0, 'a message')
    client.socket.close()
    // What was on its way when the connection ended is lost with it, and is told again.
    cursor = messages.at(-1)!.cursor
    seen.push(...client.seqs())
    client = await connect()
    const again = await client.send('watch', { release, since: cursor })
    assert.ok(again.ok)
  }
  await writing
  await until(() => seen.length + client.seqs().length >= written.length)
  assert.deepEqual([...seen, ...client.seqs()], written)
  client.socket.close()
})

test('a cursor that is of no history of the log is refused with a code', async () => {
  const client = await connect()
  const answer = await client.send('watch', { since: '1.0123456789abcdef' })
  assert.ok(!answer.ok)
  assert.equal(answer.error.code, 'REALTIME_CURSOR_UNKNOWN')
  // Nothing is held by what was refused.
  const now = await client.send('watch', {})
  assert.ok(now.ok)
  client.socket.close()
})

test('a connection begins with a key that fits, in `auth` and nowhere else', async () => {
  const { url } = house
  const { key } = await makeKey('fitting')
  assert.equal(await refusalOf(connectFeed(url, {})), 'REALTIME_KEY_REFUSED')
  assert.equal(await refusalOf(connectFeed(url, { token: 'wrong' })), 'REALTIME_KEY_REFUSED')
  const foreign = { token: key, tenant: 'other' }
  assert.equal(await refusalOf(connectFeed(url, foreign)), 'REALTIME_TENANT_FOREIGN')
  assert.equal(await refusalOf(connectFeed(url, { token: key, key })), 'REALTIME_HANDSHAKE_REFUSED')
  assert.equal(await refusalOf(connectFeed(url, { token: [key] })), 'REALTIME_HANDSHAKE_REFUSED')
  const own = await connectFeed(url, { token: key, tenant: 'local' })
  own.socket.close()
})

interface Handshake {
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
}

async function statusOfHandshake(terms: Handshake): Promise<string> {
  const client = openRawClient({ port: house.port, ...terms })
  const status = await client.status
  if (status !== 101) await until(() => client.body().endsWith('}'), 'a body')
  client.socket.destroy()
  if (status === 101) return '101'
  const problem = JSON.parse(client.body()) as { readonly code?: string }
  return [status, ...(problem.code === undefined ? [] : [problem.code])].join(' ')
}

test('what a handshake may be is decided before it is one: place, page, address and transport', async () => {
  const own = `http://127.0.0.1:${house.port}`
  assert.equal(await statusOfHandshake({ headers: { origin: own } }), '101')
  for (const origin of [
    `http://127.0.0.1:1`,
    'null',
    'https://evil.example',
    `${own}.evil.example`,
  ])
    assert.equal(await statusOfHandshake({ headers: { origin } }), '403 WEB_ORIGIN_REFUSED', origin)
  const stranger = { headers: { host: 'evil.example' } }
  assert.equal(await statusOfHandshake(stranger), '421 WEB_HOST_FOREIGN')
  const refused = '400 REALTIME_ADDRESS_REFUSED'
  assert.equal(await statusOfHandshake({ path: `${SOCKET_PATH}&token=abc` }), refused)
  assert.equal(await statusOfHandshake({ path: `${SOCKET_PATH}&sid=abc` }), refused)
  assert.equal(await statusOfHandshake({ path: '/socket.io/?EIO=4&transport=polling' }), refused)
  const twice = { port: house.port, path: `${SOCKET_PATH}&transport=x` }
  assert.equal(await openRawClient(twice).status, 400)
  assert.equal(await statusOfHandshake({ path: '/elsewhere' }), '404 WEB_ROUTE_UNKNOWN')
  const polled = await fetch(`${house.url}/socket.io/?EIO=4&transport=polling`)
  assert.equal(polled.status, 404)
  // Clients that offer another HTTP are answered as if they had not.
  const offering = { upgrade: 'h2c', connection: 'Upgrade, HTTP2-Settings' }
  assert.equal(await statusOfHandshake({ path: '/health/live', headers: offering }), '200')
})

test('events that are unknown, unfitting or out of place are refused by name', async () => {
  const client = await connect()
  const codeOf = async (event: string, body?: unknown): Promise<string> => {
    const answer = await client.send(event, body)
    return answer.ok ? 'done' : answer.error.code
  }
  assert.equal(await codeOf('delete'), 'REALTIME_EVENT_UNKNOWN')
  assert.equal(await codeOf('__proto__'), 'REALTIME_EVENT_UNKNOWN')
  assert.equal(await codeOf('watch', { release: 'ferry' }), 'REALTIME_EVENT_INVALID')
  assert.equal(await codeOf('watch', { release: null, since: -1 }), 'REALTIME_EVENT_INVALID')
  assert.equal(await codeOf('watch', { tenant: 'other' }), 'REALTIME_EVENT_INVALID')
  assert.equal(await codeOf('watch', Buffer.from('x')), 'REALTIME_EVENT_INVALID')
  assert.equal(await codeOf('acknowledge', { cursor: 0 }), 'REALTIME_WATCH_UNKNOWN')
  assert.equal(await codeOf('watch'), 'done')
  assert.equal(await codeOf('watch'), 'REALTIME_EVENT_INVALID')
  assert.equal(await codeOf('acknowledge', { cursor: 9_000_000 }), 'REALTIME_CURSOR_UNKNOWN')
  assert.equal(await codeOf('unwatch'), 'done')
  assert.equal(await codeOf('unwatch'), 'REALTIME_WATCH_UNKNOWN')
  // Who asks for no answer is told by an event.
  const told = new Promise<{ code: string }>((resolve) => client.socket.once('refused', resolve))
  client.socket.emit('delete')
  assert.equal((await told).code, 'REALTIME_EVENT_UNKNOWN')
  client.socket.close()
})

test('a connection has sixty events at once and two hundred a minute, then it is told to wait', async () => {
  const client = await connect()
  const begun = await client.send('watch')
  assert.ok(begun.ok)
  const answers = await Promise.all(
    Array.from({ length: 100 }, () => client.send('acknowledge', { cursor: begun.cursor })),
  )
  const done = answers.filter(({ ok }) => ok).length
  // One was the watch; what comes back while they are sent, on a slow machine, is a few.
  assert.ok(done >= 59 && done <= 75, `got ${done}`)
  const refused = answers.find((answer) => !answer.ok)
  assert.ok(refused !== undefined && !refused.ok)
  assert.equal(refused.error.code, 'REALTIME_RATE_LIMITED')
  assert.ok((refused.error.retryAfterMs ?? 0) > 0 && (refused.error.retryAfterMs ?? 0) <= 300)
  // Another connection has its own.
  const other = await connect()
  assert.ok((await other.send('watch')).ok)
  other.socket.close()
  // Who goes on all the same is taken not to listen.
  for (let sent = 0; sent < 200; sent++) client.socket.emit('acknowledge', { cursor: 0 })
  await client.ended
})

test('connections of a key that is revoked end within five seconds, and those of others do not', async () => {
  const leaked = await makeKey('leaked')
  const kept = await makeKey('kept')
  const clients = await Promise.all([
    connect({ token: leaked.key }),
    connect({ token: leaked.key }),
    connect({ token: kept.key }),
  ])
  const [first, second, other] = clients
  assert.ok(first !== undefined && second !== undefined && other !== undefined)
  assert.ok((await first.send('watch')).ok)
  const revokedMs = performance.now()
  await askAsOperator(house.app, `/v1/api-keys/${leaked.id}/revocation`, { reason: 'was in a log' })
  await Promise.all([first.ended, second.ended])
  const tookMs = performance.now() - revokedMs
  assert.ok(tookMs < 5_000, `took ${tookMs} ms`)
  assert.ok(other.socket.connected)
  assert.equal(await refusalOf(connect({ token: leaked.key })), 'IDENTITY_API_KEY_ENDED')
  other.socket.close()
})

function openRaw(onText: (text: string) => void, onClose: () => void): RawClient {
  return openRawClient({ port: house.port, onText, onClose })
}

test('no malformed packet, before or after the key, disturbs the others', async () => {
  const steady = await connect()
  const release = { service: 'lugger', version: '1.0.0' }
  assert.ok((await steady.send('watch', { release })).ok)
  for (const isKnown of [true, false]) {
    for (const [name, bytes] of MALFORMED_PACKETS) {
      let [isIn, isOver] = [false, false]
      const client = openRaw(
        (text) => (isIn ||= text.startsWith(isKnown ? '40' : '0')),
        () => (isOver = true),
      )
      assert.equal(await client.status, 101)
      if (isKnown) client.send(`40${JSON.stringify({ token: house.app.viewKey })}`)
      await until(() => isIn || isOver, name)
      client.sendBytes(bytes)
      // Refused, cut off or passed over: what counts is that the server goes on.
      client.send('2')
      client.socket.end()
      await until(() => isOver, `the end after ${name}`)
    }
  }
  const seq = await note('lugger@1.0.0')
  await until(() => steady.seqs().includes(seq), 'the change')
  assert.deepEqual(steady.seqs(), [seq])
  steady.socket.close()
})

test('one connection may say once who it is, and is closed where that opens nothing', async () => {
  const answers: string[] = []
  let isOver = false
  const client = openRaw(
    (text) => answers.push(text),
    () => (isOver = true),
  )
  await client.status
  for (let guess = 0; guess < 20; guess++) client.send(`40{"token":"guess-${guess}"}`)
  await until(() => isOver, 'the end')
  assert.ok(answers.filter((text) => text.startsWith('40')).length === 0)
  const refusals = answers.filter((text) => text.startsWith('44'))
  assert.ok(refusals.length >= 1, answers.join('\n'))
})

const metric = (name: string): Promise<number> => metricOf(house.app, name)

test('connections, rooms, refusals and events are counted', async () => {
  const client = await connect()
  const before = await metric('seaworthy_realtime_connections{state="known"}')
  assert.ok(before >= 1)
  assert.ok((await client.send('watch', { release: { service: 'a', version: '1' } })).ok)
  assert.ok((await metric('seaworthy_realtime_rooms')) >= 1)
  assert.equal((await client.send('dance')).ok, false)
  assert.ok(
    (await metric('seaworthy_realtime_events_total{event="unknown",outcome="refused"}')) >= 1,
  )
  assert.ok((await metric('seaworthy_realtime_events_total{event="watch",outcome="ok"}')) >= 1)
  assert.ok((await metric('seaworthy_realtime_refused_total{code="REALTIME_KEY_REFUSED"}')) >= 1)
  client.socket.close()
  const endsAtMs = performance.now() + 30_000
  while ((await metric('seaworthy_realtime_connections{state="known"}')) >= before)
    assert.ok(performance.now() < endsAtMs, 'a connection that left is counted still')
})
