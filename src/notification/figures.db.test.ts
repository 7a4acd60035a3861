// What whoever watches the deployment is told of messages and channels, over every tenant.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, NOTICE, openSignalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'
import { countNotifications } from './figures.ts'

const HOUR_MS = 3_600_000

test('messages that wait or were given up, channels that get nothing, and each attempt are counted', async (t) => {
  const house = await openSignalhouse()
  const { channels, messages, principal, sql, outcomes } = house
  let status = 200
  const slack = await openReceiver(t, (_request, response) => {
    response.writeHead(status).end('ok')
  })
  await channels.add(principal, channelWish('room', { kind: 'slack', url: slack.url }))
  // Other tests leave theirs in the same database.
  const before = await countNotifications(sql, Date.now())
  await house.deliver(t)
  const send = async (title: string, answer: number, outcome: string): Promise<void> => {
    status = answer
    await messages.send(principal, ['room'], { ...NOTICE, title })
    await until(() => outcomes.at(-1) === outcome, outcome)
  }
  await send('one', 200, 'arrived')
  await send('two', 400, 'given-up')
  await send('three', 500, 'failed')
  const nowMs = Date.now() + HOUR_MS
  const after = await countNotifications(sql, nowMs)
  assert.equal(after.dead - before.dead, 1)
  assert.equal(after.pending - before.pending, 1)
  assert.ok(after.oldestPendingMs >= HOUR_MS)
  await channels.change(principal, 'room', { isEnabled: false })
  const disabled = await countNotifications(sql, nowMs)
  assert.equal(disabled.disabled - before.disabled, 1)
})
