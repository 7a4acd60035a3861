// Notifications from the command line: a channel is added, proven, used once for the same message, and removed.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { until } from '../jobs.ts'
import { openMailServer } from '../notify.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from './command-line.ts'

interface Tested {
  readonly arrived: boolean
  readonly remoteId: string | null
}
interface Sent {
  readonly messageId: string
  readonly isRepeat: boolean
}

const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
after(() => {
  place.remove()
})

test('a channel is proven without a server, and a message over it has a receipt in the ledger', async (t) => {
  let isUp = true
  const slack = await openReceiver(t, (_request, response) => {
    response.writeHead(isUp ? 200 : 503).end(isUp ? 'ok' : 'down')
  })
  const url = place.write('url.txt', `${slack.url}\n`)
  const added = await place.shell([
    'notify',
    'channel',
    'add',
    'room',
    '--kind',
    'slack',
    '--secret-file',
    url,
  ])
  assert.match(added.stdout, /notify test room/)
  const proven = await place.shell(['notify', 'test', 'room'])
  assert.equal(proven.exit, 0, proven.stderr)
  assert.match(
    proven.stdout,
    /^room \(slack\): it arrived, accepted.*\nproven: .* answered 200 and ok.*\nnot proven: /,
  )
  isUp = false
  const failed = await place.shell(['notify', 'test', 'room'])
  assert.deepEqual(
    [failed.exit, /did not arrive: answered 503: down/.test(failed.stdout)],
    [30, true],
  )
  isUp = true
  const text = place.write('note.md', 'Out at **noon**')
  const send = [
    'notify',
    'send',
    '--channel',
    'room',
    '--title',
    'Harbour 2.1.0',
    '--text-file',
    text,
  ]
  const first = await place.ask<readonly Sent[]>(send)
  const second = await place.ask<readonly Sent[]>(send)
  assert.deepEqual(
    second.data.map(({ isRepeat }) => isRepeat),
    [true],
  )
  assert.equal(second.data[0]!.messageId, first.data[0]!.messageId)
  const served = await place.serve()
  await until(() => slack.received.length === 3)
  await until(async () => {
    const { stdout } = await place.shell(['notify', 'list', 'room', '--state', 'delivered'])
    return stdout.includes(first.data[0]!.messageId)
  })
  assert.equal((await served.stop()).exit, 0)
  const ledger = await place.shell(['ledger', 'list'])
  assert.match(ledger.stdout, /notification\.delivered/)
  assert.equal((await place.shell(['notify', 'channel', 'remove', 'room'])).exit, 0)
  assert.match((await place.shell(['notify', 'channel', 'list'])).stdout, /no channel yet/)
})

test('mail is proven by what the server said, and line breaks in an address are refused', async (t) => {
  const { port } = await openMailServer(t)
  const words = (to: string) => [
    '--kind',
    'email',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--security',
    'none',
    '--from',
    'release@example.com',
    '--to',
    to,
  ]
  const hostile = await place.refusal([
    'notify',
    'channel',
    'add',
    'crew',
    ...words('a@example.org\r\nBcc: b@example.org'),
  ])
  assert.equal(hostile.exit, 2)
  assert.equal(
    (await place.shell(['notify', 'channel', 'add', 'crew', ...words('crew@example.org')])).exit,
    0,
  )
  const { data } = await place.ask<Tested>(['notify', 'test', 'crew'])
  assert.deepEqual([data.arrived, data.remoteId], [true, 'Q1'])
})
