// A server killed with kill -9 while it sends messages: every acknowledged one arrives after the next start, under the id it has.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { until } from '../jobs.ts'
import { openReceiver } from '../webhooks.ts'
import { openWorkplace } from '../e2e/command-line.ts'

const MESSAGE_COUNT = 40
const ANSWER_MS = 60
const SERVING = /Serving on (http:\/\/127\.0\.0\.1:\d+)/

test('messages that were acknowledged before a kill are sent after the next start, with the same id', async (t) => {
  const place = openWorkplace(undefined, { SEAWORTHY_WEBHOOK_LOOPBACK: 'yes' })
  t.after(() => place.remove())
  const { url, received } = await openReceiver(t, (_request, response) => {
    setTimeout(() => response.writeHead(204).end(), ANSWER_MS)
  })
  const file = place.write('url.txt', url)
  const words = ['--kind', 'webhook', '--secret-file', file, '--rate', '600']
  assert.equal((await place.ask(['notify', 'channel', 'add', 'hook', ...words])).exit, 0)
  const { child, ended } = place.start(['serve', '--port', '0'])
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr!.on('data', (part: Buffer) => (said += part.toString()))
  await until(() => SERVING.test(said), 'the server')
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8')
  const key = Buffer.from(secret.trim(), 'base64').toString('base64url')
  const acknowledged: string[] = []
  const send = async (n: number): Promise<void> => {
    const answer = await fetch(`${SERVING.exec(said)![1]!}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channels: ['hook'], title: `message ${n}` }),
    })
    if (!answer.ok) return
    const { data } = (await answer.json()) as { data: readonly { messageId: string }[] }
    acknowledged.push(data[0]!.messageId)
  }
  const sending = Array.from({ length: MESSAGE_COUNT }, (_, n) => send(n))
  await until(() => acknowledged.length >= MESSAGE_COUNT / 2 && received.length >= 1)
  child.kill('SIGKILL')
  await Promise.allSettled(sending)
  await ended
  const idsSeen = (): Set<string> =>
    new Set(received.map(({ headers }) => headers['webhook-id'] ?? ''))
  const before = idsSeen()
  assert.ok(
    acknowledged.some((id) => !before.has(id)),
    'the kill left nothing behind',
  )
  const last = await place.serve()
  t.after(() => last.stop())
  await until(() => {
    const seen = idsSeen()
    return acknowledged.every((id) => seen.has(id))
  }, 'every acknowledged message')
})
