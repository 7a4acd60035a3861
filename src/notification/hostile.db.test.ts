// Channels that are down, slow, full, redirecting, flooding or greylisting: what is tried again, what is given up, and who is not harmed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { selfSignedCertificate } from '../../test/certificate.ts'
import { until } from '../../test/jobs.ts'
import {
  channelWish,
  mailTarget,
  NOTICE,
  openMailServer,
  openRawServer,
  openSignalhouse,
} from '../../test/notify.ts'
import type { Signalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'
import type { Clock, GuardedFetch, GuardedMail } from '../kernel/index.ts'
import { makeGuardedFetch, makeGuardedMail, systemClock } from '../platform/index.ts'
import { notifyWish } from './deliver.ts'

const SHORT_MS = 700

interface Storm extends Signalhouse {
  /** Time goes on by so much, and what became due then is sent. */
  travel(ms: number, channelId: string): Promise<void>
}

/** With time limits that a test can wait for, and a clock that can be ahead. */
async function openStorm(authorities?: readonly string[]): Promise<Storm> {
  let aheadMs = 0
  const clock: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + aheadMs }
  const guarded = makeGuardedFetch({ allowsLoopback: true })
  const fetch: GuardedFetch = {
    ...guarded,
    send: (request) => guarded.send({ ...request, timeoutMs: SHORT_MS }),
  }
  const guardedMail = makeGuardedMail({
    allowsLoopback: true,
    ...(authorities === undefined ? {} : { authorities }),
  })
  const mail: GuardedMail = {
    ...guardedMail,
    send: (request) => guardedMail.send({ ...request, timeoutMs: SHORT_MS * 4 }),
  }
  const house = await openSignalhouse({ clock, fetch, mail })
  return {
    ...house,
    async travel(ms, channelId) {
      aheadMs += ms
      const { tenantId, sql, jobs } = house
      await sql.transaction({ tenantId }, (tx) =>
        jobs.enqueue(tx, [notifyWish(tenantId, channelId)]),
      )
    },
  }
}

type Target = Parameters<Signalhouse['channels']['add']>[1]['target']

/** The message after its first attempt. */
async function outcomeOf(t: TestContext, target: Target, authorities?: readonly string[]) {
  const storm = await openStorm(authorities)
  const channel = await storm.channels.add(storm.principal, channelWish('it', target))
  await storm.deliver(t)
  await storm.messages.send(storm.principal, ['it'], NOTICE)
  const look = async () => (await storm.messages.list(storm.tenantId, 'it', undefined))[0]!
  await until(async () => (await look()).attempt > 0)
  return { ...storm, channel, look, message: await look() }
}

test('a channel that hangs is cut off, and another one is not slowed by it', async (t) => {
  const storm = await openStorm()
  const hung = await openReceiver(t, () => undefined)
  const well = await openReceiver(t)
  await storm.channels.add(storm.principal, channelWish('hung', { kind: 'webhook', url: hung.url }))
  await storm.channels.add(storm.principal, channelWish('well', { kind: 'webhook', url: well.url }))
  await storm.deliver(t)
  for (let n = 0; n < 5; n++)
    await storm.messages.send(storm.principal, ['hung', 'well'], { ...NOTICE, text: `${n}` })
  await until(() => well.received.length === 5)
  const list = await storm.messages.list(storm.tenantId, 'hung', undefined)
  assert.equal(list.filter(({ state }) => state === 'delivered').length, 0)
  await until(async () =>
    (await storm.messages.list(storm.tenantId, 'hung', undefined)).some(
      ({ error }) => error === 'no answer: timeout',
    ),
  )
})

test('429 with Retry-After lets the channel rest that long, and the message arrives under its id', async (t) => {
  const { url, received } = await openReceiver(t, (_request, response, nth) => {
    if (nth === 1) response.writeHead(429, { 'retry-after': '600' }).end()
    else response.end('ok')
  })
  const { message, messages, channel, channels, principal, tenantId, travel } = await outcomeOf(t, {
    kind: 'slack',
    url,
  })
  assert.deepEqual([message.state, message.status], ['pending', 429])
  assert.ok(Date.parse(message.nextAt) - Date.now() > 500_000)
  const isResting = async (): Promise<boolean> => (await channels.get(tenantId, 'it')).isResting
  assert.equal(await isResting(), true)
  // Somebody who mended the receiver shows that it answers.
  assert.equal((await channels.test(principal, 'it')).arrived, true)
  assert.equal(await isResting(), false)
  await travel(601_000, channel.id)
  const storm = () => messages.list(tenantId, 'it', undefined)
  const state = async () => (await storm()).find(({ id }) => id === message.id)?.state
  await until(async () => (await state()) === 'delivered')
  assert.equal(received.length, 3)
  assert.equal(received[0]!.body, received[2]!.body)
})

test('a redirect to a metadata address is not followed, and content that is refused is given up at once', async (t) => {
  const moved = await openReceiver(t, (_request, response) => {
    response.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
  })
  const away = await outcomeOf(t, { kind: 'webhook', url: moved.url })
  assert.deepEqual([away.message.state, away.message.error], ['pending', 'answered 307'])
  const refused = await openReceiver(t, (_request, response) => {
    response.writeHead(400).end('invalid_blocks')
  })
  const dead = await outcomeOf(t, { kind: 'slack', url: refused.url })
  assert.deepEqual(
    [dead.message.state, dead.message.error],
    ['dead', 'answered 400: invalid_blocks'],
  )
  const facts = await dead.facts('notification.given-up')
  assert.deepEqual(
    facts.map(({ message }) => message),
    [dead.message.id],
  )
  assert.deepEqual(await dead.messages.replay(dead.principal, 'it', undefined), [dead.message.id])
})

test('of an answer of 100 MB no more is read than the limit', async (t) => {
  let sentBytes = 0
  const { url } = await openReceiver(t, (_request, response) => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const pour = (): void => {
      while (!response.destroyed && sentBytes < 100 * 2 ** 20) {
        sentBytes += chunk.length
        if (!response.write(chunk)) break
      }
    }
    response.writeHead(500)
    response.on('drain', pour)
    pour()
  })
  const { message } = await outcomeOf(t, { kind: 'slack', url })
  assert.deepEqual([message.state, message.status], ['pending', 500])
  assert.ok(sentBytes < 50 * 2 ** 20, `${sentBytes} bytes were sent`)
})

test('a mail server that hangs, floods or says nonsense is left, and tried again', async (t) => {
  const hung = await outcomeOf(t, mailTarget(await openRawServer(t, () => undefined)))
  assert.deepEqual([hung.message.state, hung.message.attempt], ['pending', 1])
  let sentBytes = 0
  const flood = await openRawServer(t, (socket) => {
    const chunk = Buffer.alloc(64 * 1024, 'x')
    const pour = (): void => {
      while (!socket.destroyed && sentBytes < 100 * 2 ** 20) {
        sentBytes += chunk.length
        if (!socket.write(chunk)) break
      }
    }
    socket.on('drain', pour)
    socket.write('220 ')
    pour()
  })
  const flooded = await outcomeOf(t, mailTarget(flood))
  assert.equal(flooded.message.state, 'pending')
  assert.ok(sentBytes < 50 * 2 ** 20, `${sentBytes} bytes were sent`)
  const odd = await outcomeOf(
    t,
    mailTarget(await openRawServer(t, (socket) => socket.write('HTTP/1.1 400\r\n'))),
  )
  assert.equal(odd.message.state, 'pending')
})

test('greylisting (451) is tried again for those who did not take it, and for nobody else', async (t) => {
  let hasWaited = false
  const refuse = (words: string, responseCode: number) =>
    Object.assign(new Error(words), { responseCode })
  const { port, received } = await openMailServer(t, {
    onRcptTo({ address }, _session, done) {
      if (address.startsWith('slow') && !hasWaited) done(refuse('4.7.1 Greylisted', 451))
      else done()
    },
  })
  const { message, travel, channel, look, facts } = await outcomeOf(
    t,
    mailTarget(port, ['quick@example.org', 'slow@example.org']),
  )
  assert.deepEqual(
    [message.state, message.status, message.reached],
    ['pending', 451, ['quick@example.org']],
  )
  hasWaited = true
  await travel(10_000, channel.id)
  await until(async () => (await look()).state === 'delivered')
  assert.deepEqual(
    received.map(({ to }) => to),
    [['quick@example.org'], ['slow@example.org']],
  )
  const ids = received.map(({ text }) => /^Message-ID: (\S+)/im.exec(text)?.[1])
  assert.deepEqual(ids, [`<${message.id}@example.com>`, `<${message.id}@example.com>`])
  const [receipt] = await facts('notification.delivered')
  assert.match(JSON.stringify(receipt), /2 of 2 addresses/)
})

test('a mailbox that does not exist (550) is given up, and a wrong password never shows', async (t) => {
  const refuse = (words: string, responseCode: number) =>
    Object.assign(new Error(words), { responseCode })
  const nobody = await openMailServer(t, {
    onRcptTo: (_address, _session, done) => done(refuse('5.1.1 No such user', 550)),
  })
  const dead = await outcomeOf(t, mailTarget(nobody.port))
  assert.deepEqual([dead.message.state, dead.message.status], ['dead', 550])
  const strict = await openMailServer(t, {
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ password }, _session, done) => done(refuse(`wrong: ${String(password)}`, 535)),
  })
  const login = { user: 'seaworthy', password: 'CANARY-password' }
  const locked = await outcomeOf(t, { ...mailTarget(strict.port), ...login })
  assert.equal(locked.message.state, 'pending')
  assert.match(String(locked.message.error), /535/)
  assert.doesNotMatch(String(locked.message.error), /CANARY/)
})

// Workers share one queue: those that trust the authority and those that do not must not meet in one test.
test('a certificate that nobody vouches for gets no mail', async (t) => {
  const { key, cert } = selfSignedCertificate()
  for (const security of ['tls', 'starttls'] as const) {
    const server = { secure: security === 'tls', key, cert, disabledCommands: [] }
    const { port, received } = await openMailServer(t, server)
    const { message } = await outcomeOf(t, { ...mailTarget(port), security })
    assert.equal(message.state, 'pending')
    assert.match(String(message.error), /self-signed|certificate/i)
    assert.deepEqual(received, [])
  }
})

test('a certificate of a known authority gets mail, with TLS from the start and with STARTTLS', async (t) => {
  const { key, cert } = selfSignedCertificate()
  for (const security of ['tls', 'starttls'] as const) {
    const server = { secure: security === 'tls', key, cert, disabledCommands: [] }
    const { port, received } = await openMailServer(t, server)
    const known = await outcomeOf(t, { ...mailTarget(port), security }, [cert.toString()])
    await until(async () => (await known.look()).state === 'delivered')
    assert.equal(received.length, 1)
  }
})

test('a server that takes STARTTLS away gets neither login nor message', async (t) => {
  let loginCount = 0
  const { port, received } = await openMailServer(t, {
    onAuth(_auth, _session, done) {
      loginCount += 1
      done(null, { user: 'x' })
    },
  })
  const login = { user: 'seaworthy', password: 'CANARY-password' }
  const { message } = await outcomeOf(t, { ...mailTarget(port), ...login, security: 'starttls' })
  assert.deepEqual([message.state, received.length, loginCount], ['pending', 0, 0])
})

test('no more messages leave in a minute than the channel may have', async (t) => {
  const storm = await openStorm()
  const { url, received } = await openReceiver(t)
  const target = { kind: 'webhook', url } as const
  const wish = { ...channelWish('it', target), ratePerMinute: 3 }
  const { id } = await storm.channels.add(storm.principal, wish)
  for (let n = 0; n < 5; n++)
    await storm.messages.send(storm.principal, ['it'], { ...NOTICE, text: `${n}` })
  await storm.deliver(t)
  await until(() => received.length === 3)
  const list = () => storm.messages.list(storm.tenantId, 'it', 'pending')
  await until(async () => (await list()).length === 2)
  await storm.travel(61_000, id)
  await until(() => received.length === 5)
})

test('messages over several channels and the ends of their attempts never wait for each other', async (t) => {
  const storm = await openStorm()
  const names = ['a', 'b', 'c', 'd']
  const { url } = await openReceiver(t)
  for (const name of names)
    await storm.channels.add(storm.principal, channelWish(name, { kind: 'webhook', url }))
  await storm.deliver(t)
  const send = (n: number): Promise<unknown> =>
    storm.messages.send(storm.principal, names, { ...NOTICE, text: `wave ${n}` })
  for (let wave = 0; wave < 10; wave++)
    await Promise.all(Array.from({ length: 4 }, (_, n) => send(4 * wave + n)))
  await until(async () => (await storm.facts('notification.delivered')).length === 160)
  assert.equal((await storm.facts('notification.asked')).length, 160)
})
