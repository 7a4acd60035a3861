// What is forgotten of messages and runs, and when.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { channelWish, NOTICE, openSignalhouse } from '../../test/notify.ts'
import { openReceiver } from '../../test/webhooks.ts'
import { UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import { systemClock } from '../platform/index.ts'
import { forgetOld } from './forget.ts'
import { takeGateStatuses, upsertGateStatus } from './rule-store.ts'

const DAY_MS = 24 * 3_600_000

test('messages go 90 days after they ended, gates of runs that never end after 30, and what waits stays', async (t) => {
  const { sql, channels, messages, principal, tenantId, deliver } = await openSignalhouse()
  const well = await openReceiver(t)
  const sick = await openReceiver(t, (_request, response) => {
    response.writeHead(503).end()
  })
  await channels.add(principal, channelWish('well', { kind: 'webhook', url: well.url }))
  await channels.add(principal, channelWish('sick', { kind: 'webhook', url: sick.url }))
  const [oldRun, newRun] = [31, 29].map((days) =>
    uuidV7(systemClock.nowMs() - days * DAY_MS, new Uint8Array(UUID_CHANCE_BYTES).fill(255)),
  )
  const gatesOf = (run = '') =>
    sql.transaction({ tenantId }, async (tx) => (await takeGateStatuses(tx, tenantId, run)).length)
  await sql.transaction({ tenantId }, async (tx) => {
    for (const run of [oldRun!, newRun!]) await upsertGateStatus(tx, tenantId, run, 'load', 'PASS')
  })
  await messages.send(principal, ['well', 'sick'], NOTICE)
  await deliver(t)
  const states = async (channel: string) =>
    (await messages.list(tenantId, channel, undefined)).map(({ state }) => state)
  await until(async () => (await states('well'))[0] === 'delivered' && sick.received.length > 0)
  const forget = (days: number) => {
    const nowMs = (): number => systemClock.nowMs() + days * DAY_MS
    return forgetOld({ sql, clock: { ...systemClock, nowMs } })
  }
  await forget(0)
  assert.deepEqual([await gatesOf(oldRun), await gatesOf(newRun)], [0, 1])
  await forget(89)
  assert.deepEqual(await states('well'), ['delivered'])
  await forget(91)
  assert.deepEqual([await states('well'), await states('sick')], [[], ['pending']])
  await messages.send(principal, ['well'], NOTICE)
  await until(() => well.received.length === 2)
})
