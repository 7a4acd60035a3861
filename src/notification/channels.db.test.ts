// Channels on a database: what arrives in which form, what a test proves, what is never shown again, and what is said once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { until } from '../../test/jobs.ts'
import {
  channelWish,
  mailTarget,
  NOTICE,
  openMailServer,
  openSignalhouse,
} from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'
import { makeNotificationChecks } from './checks.ts'

const ok = (_request: unknown, response: { end(text: string): void }): void => {
  response.end('ok')
}

test('one message over three kinds of channels arrives over each once, with a receipt in the ledger', async (t) => {
  const house = await openSignalhouse()
  const { channels, messages, principal, tenantId } = house
  const hook = await openReceiver(t)
  const slack = await openReceiver(t, ok)
  const mail = await openMailServer(t)
  const made = await channels.add(
    principal,
    channelWish('hook', { kind: 'webhook', url: hook.url }),
  )
  await channels.add(principal, channelWish('room', { kind: 'slack', url: slack.url }))
  await channels.add(principal, channelWish('crew', mailTarget(mail.port)))
  await house.deliver(t)
  const names = ['hook', 'room', 'crew']
  const sent = await messages.send(principal, names, NOTICE)
  const again = await messages.send(principal, names, NOTICE)
  assert.deepEqual(
    again.map(({ isRepeat }) => isRepeat),
    [true, true, true],
  )
  await until(async () => (await house.facts('notification.delivered')).length === 3)
  assert.deepEqual([hook.received.length, slack.received.length, mail.received.length], [1, 1, 1])

  const { headers, body } = hook.received[0]!
  const { secrets } = channels.secrets(tenantId, made.id)
  const event = new Webhook(secrets[0]!).verify(body, { ...headers }) as { data: { title: string } }
  assert.equal(event.data.title, NOTICE.title)
  assert.match(
    slack.received[0]!.body,
    /"text":"• \*backup drill\* failed|\\n• \*backup drill\* failed/,
  )
  assert.match(mail.received[0]!.text, /^Subject: Harbour 2\.1\.0: NO_GO\r$/m)
  assert.match(mail.received[0]!.text, /- backup drill failed/)
  assert.match(mail.received[0]!.text, /<li><strong>backup drill<\/strong> failed<\/li>/)

  const receipts = await house.facts('notification.delivered')
  assert.deepEqual(
    receipts.map(({ message }) => String(message)).toSorted(),
    sent.map(({ messageId }) => messageId).toSorted(),
  )
  const receipt = receipts.find(({ kind }) => kind === 'email')!
  assert.deepEqual([receipt['remoteId'], receipt['content']], ['Q1', sent[0]!.contentHash])
  assert.match(String(receipt['at']), /^\d{4}-/)
})

test('a test says what each kind of channel proved, and what nobody can tell from it', async (t) => {
  const house = await openSignalhouse()
  const { channels, principal } = house
  const echo = await openReceiver(t, (_request, response) => {
    const { data } = JSON.parse(echo.received.at(-1)!.body) as { data: { nonce: string } }
    response.end(`{"nonce":"${data.nonce}"}`)
  })
  const silent = await openReceiver(t)
  const odd = await openReceiver(t, (_request, response) => {
    response.end('<html>Log in</html>')
  })
  const mail = await openMailServer(t)
  await channels.add(principal, channelWish('echo', { kind: 'webhook', url: echo.url }))
  await channels.add(principal, channelWish('silent', { kind: 'webhook', url: silent.url }))
  await channels.add(principal, channelWish('odd', { kind: 'slack', url: odd.url }))
  await channels.add(principal, channelWish('crew', mailTarget(mail.port)))
  const look = async (name: string) => {
    const { arrived, level, remoteId, error, proven, unproven } = await channels.test(
      principal,
      name,
    )
    assert.ok(unproven.length > 0)
    return { arrived, level, remoteId, error, count: proven.length }
  }
  const echoed = await look('echo')
  assert.deepEqual([echoed.arrived, echoed.level, echoed.count], [true, 'echoed', 2])
  assert.equal((await look('silent')).level, 'accepted')
  assert.deepEqual(await look('odd'), {
    arrived: false,
    level: 'nothing',
    remoteId: null,
    error: 'answered 200: <html>Log in</html>',
    count: 0,
  })
  assert.deepEqual(await look('crew'), {
    arrived: true,
    level: 'accepted',
    remoteId: 'Q1',
    error: null,
    count: 2,
  })
  const tested = await house.facts('notification.tested')
  assert.deepEqual(
    tested.map(({ arrived }) => arrived),
    [true, true, false, true],
  )
  assert.match(mail.received[0]!.text, new RegExp(`nonce ${String(tested[3]!['nonce'])}`))
})

test('the check says when a channel was last proven, and that one was not', async (t) => {
  const house = await openSignalhouse()
  const { channels, principal, tenantId, sql } = house
  let isUp = true
  const slack = await openReceiver(t, (_request, response) => {
    response.writeHead(isUp ? 200 : 500).end('ok')
  })
  const [check] = makeNotificationChecks({ sql, clock: house.ports.clock })
  const collect = (channel: string) =>
    check!.collect({ tenantId, runId: 'r', planHash: 'p', parameters: { channel } })
  assert.deepEqual((await collect('room'))['exists'], false)
  await channels.add(principal, channelWish('room', { kind: 'slack', url: slack.url }))
  const before = await collect('room')
  assert.deepEqual(
    [before['exists'], before['lastTestArrived'], before['lastProvenMinutes']],
    [true, null, null],
  )
  await channels.test(principal, 'room')
  const proven = await collect('room')
  assert.deepEqual([proven['lastTestArrived'], proven['level']], [true, 'accepted'])
  assert.ok(Number(proven['lastProvenMinutes']) < 60 && proven['lastProvenMinutes'] !== null)
  isUp = false
  assert.equal((await channels.test(principal, 'room')).arrived, false)
  const after = await collect('room')
  assert.deepEqual(
    [after['lastTestArrived'], after['level'], after['dead']],
    [false, 'accepted', 0],
  )
})

test('what opens a channel is in no row, no fact and no list, and does not open in another tenant', async () => {
  const house = await openSignalhouse()
  const { channels, principal, tenantId, sql, ledger } = house
  const url = 'https://hooks.slack.com/services/T0KEN/B0KEN/S3CRET'
  await channels.add(principal, channelWish('room', { kind: 'slack', url }))
  const secret = { user: 'seaworthy', password: 'S3CRET-password' }
  const mail = { ...mailTarget(2525), ...secret }
  const stored = await channels.add(principal, channelWish('crew', mail))
  const rows = await sql.transaction({ tenantId }, (tx) =>
    tx.query('select * from notification_channel'),
  )
  const { entries } = await ledger.list(tenantId, {})
  const payloads = await Promise.all(entries.map(({ seq }) => ledger.payloadOf(tenantId, seq)))
  const everything = JSON.stringify([rows, payloads, await channels.list(tenantId)])
  for (const word of ['S3CRET', 'T0KEN', 'B0KEN'])
    assert.ok(!everything.includes(word) && !Buffer.from(stored.sealed).toString().includes(word))
  const other = await house.anotherTenant()
  assert.throws(
    () =>
      house.ports.seal.open(`["notification channel","${other}","${stored.id}"]`, stored.sealed),
    {
      code: 'PLATFORM_SEAL_BROKEN',
    },
  )
  const changed = Uint8Array.from(stored.sealed)
  changed[20]! ^= 1
  assert.throws(
    () =>
      house.ports.seal.open(JSON.stringify(['notification channel', tenantId, stored.id]), changed),
    { code: 'PLATFORM_SEAL_BROKEN' },
  )
})

test('a channel is changed, disabled and removed, and strangers find none of it', async (t) => {
  const house = await openSignalhouse()
  const { channels, messages, principal } = house
  const first = await openReceiver(t, ok)
  const second = await openReceiver(t, ok)
  await channels.add(principal, channelWish('room', { kind: 'slack', url: first.url }))
  await assert.rejects(
    channels.add(principal, channelWish('room', { kind: 'slack', url: first.url })),
    {
      code: 'NOTIFICATION_CHANNEL_TAKEN',
    },
  )
  const stranger = { id: 'p-2', tenantId: await house.anotherTenant() }
  for (const act of [
    () => channels.test(stranger, 'room'),
    () => channels.change(stranger, 'room', { isEnabled: false }),
    () => channels.remove(stranger, 'room'),
    () => messages.send(stranger, ['room'], NOTICE),
    () => messages.list(stranger.tenantId, 'room', undefined),
    () => messages.replay(stranger, 'room', undefined),
  ])
    await assert.rejects(act(), { code: 'NOTIFICATION_CHANNEL_UNKNOWN' })
  await channels.change(principal, 'room', { target: { kind: 'slack', url: second.url } })
  assert.equal((await channels.test(principal, 'room')).arrived, true)
  assert.deepEqual([first.received.length, second.received.length], [0, 1])
  await channels.change(principal, 'room', { isEnabled: false })
  await assert.rejects(messages.send(principal, ['room'], NOTICE), {
    code: 'NOTIFICATION_CHANNEL_REFUSED',
  })
  await assert.rejects(channels.test(principal, 'room'), { code: 'NOTIFICATION_CHANNEL_REFUSED' })
  await channels.remove(principal, 'room')
  assert.deepEqual(await channels.list(principal.tenantId), [])
})

test('addresses that lead inside, mail without TLS and half a login are refused before anything is stored', async () => {
  const { channels, principal } = await openSignalhouse()
  const mail = { ...mailTarget(587), host: 'mail.example', security: 'starttls' } as const
  for (const target of [
    { kind: 'slack', url: 'http://hooks.slack.com/services/x' },
    { kind: 'webhook', url: 'https://169.254.169.254/latest/meta-data/' },
    { kind: 'webhook', url: 'https://[::ffff:10.0.0.1]/' },
    { ...mail, host: '10.0.0.1' },
    { ...mail, security: 'none' },
    { ...mail, port: 22 },
    { ...mail, host: 'mail.example\r\nQUIT' },
    { ...mail, user: 'somebody' },
  ] as const)
    await assert.rejects(
      channels.add(principal, channelWish('room', target)),
      { code: 'NOTIFICATION_CHANNEL_REFUSED' },
      JSON.stringify(target),
    )
  assert.deepEqual(await channels.list(principal.tenantId), [])
})
