// An endpoint that is changed while its deliveries are on their way: what was to come is not sent to where it was.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, openReceiver, WISH } from '../../test/webhooks.ts'
import { systemClock } from '../platform/index.ts'
import { AttemptRecord } from './attempt-record.ts'
import { afterFailure } from './cool-down.ts'
import { selectEndpoint } from './store.ts'

const COUNT = 150
const ANSWER_MS = 60

test('an endpoint that gets another address, is disabled or removed in the middle hears little more', async (t) => {
  const { sql, webhooks, principal, tenantId, append, deliver } = await openExchange()
  const slowly = () =>
    openReceiver(t, (_request, response) => {
      setTimeout(() => response.writeHead(204).end(), ANSWER_MS)
    })
  const [moved, next, disabled, removed] = [
    await slowly(),
    await openReceiver(t),
    await slowly(),
    await slowly(),
  ]
  const create = async (url: string): Promise<string> =>
    (await webhooks.create(principal, { ...WISH, url })).id
  const ids = [await create(moved.url), await create(disabled.url), await create(removed.url)]
  await append(COUNT)
  await deliver(t)
  await until(() => [moved, disabled, removed].every(({ received }) => received.length > 0))
  await webhooks.change(principal, ids[0]!, { url: next.url })
  await webhooks.change(principal, ids[1]!, { isEnabled: false })
  await sql.transaction({ tenantId }, (tx) => webhooks.removeInTx(tx, principal, ids[2]!))
  await until(async () => {
    const [first, second] = [
      await webhooks.deliveries(tenantId, ids[0]!, { state: 'pending' }),
      await webhooks.deliveries(tenantId, ids[1]!, { state: 'pending' }),
    ]
    return first.length === 0 && second.length === 0
  })
  assert.ok(next.received.length > 0)
  for (const { received } of [moved, disabled, removed])
    assert.ok(received.length < COUNT, `${received.length} came`)
})

test('what the address before answers late, 410 or failure, neither disables nor burdens the new one', async (t) => {
  const { webhooks, principal, tenantId, append, deliver, ledger } = await openExchange()
  const next = await openReceiver(t)
  const ids = await Promise.all(
    [410, 500].map(async (status) => {
      const before = await openReceiver(t, (_request, response) => {
        setTimeout(() => response.writeHead(status).end(), 10 * ANSWER_MS)
      })
      const { id } = await webhooks.create(principal, { ...WISH, url: before.url })
      return { id, before }
    }),
  )
  await append(8)
  await deliver(t)
  await until(() => ids.every(({ before }) => before.received.length === 8))
  for (const { id } of ids) await webhooks.change(principal, id, { url: next.url })
  await until(() => next.received.length === 16)
  for (const { id } of ids)
    await until(async () =>
      (await webhooks.deliveries(tenantId, id, {})).every(({ state }) => state === 'delivered'),
    )
  assert.deepEqual(
    (await webhooks.list(tenantId)).map(({ isEnabled, failures, rests }) => [
      isEnabled,
      failures,
      rests,
    ]),
    [
      [true, 0, 0],
      [true, 0, 0],
    ],
  )
  for (const type of ['webhook.endpoint-disabled', 'webhook.endpoint-failing'])
    assert.deepEqual((await ledger.list(tenantId, { type })).entries, [])
})

test('another address ends the rest of the one before, and disabling gives up at once what waits', async (t) => {
  const { webhooks, principal, tenantId, append, deliver } = await openExchange()
  const patient = () =>
    openReceiver(t, (_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end()
    })
  const [moved, disabled, next] = [await patient(), await patient(), await openReceiver(t)]
  const { id: movedId } = await webhooks.create(principal, { ...WISH, url: moved.url })
  const { id: disabledId } = await webhooks.create(principal, { ...WISH, url: disabled.url })
  await append(1)
  await deliver(t)
  const all = async (id: string, state: 'pending' | 'delivered' | 'dead') =>
    (await webhooks.deliveries(tenantId, id, {})).every(
      (each) => each.state === state && each.attempt > 0,
    )
  await until(async () => (await webhooks.list(tenantId)).every(({ isResting }) => isResting))
  await webhooks.change(principal, movedId, { url: next.url })
  await webhooks.change(principal, disabledId, { isEnabled: false })
  await until(async () => (await all(movedId, 'delivered')) && (await all(disabledId, 'dead')))
  assert.equal(next.received.length, 1)
})

test('what two workers see of one endpoint is one breaker, and the ledger is told of its rest once', async () => {
  const { sql, webhooks, principal, tenantId, ledger } = await openExchange()
  const url = 'http://127.0.0.1:1/'
  const { id } = await webhooks.create(principal, { ...WISH, url })
  const endpoint = await sql.transaction({ tenantId }, (tx) => selectEndpoint(tx, tenantId, id))
  const ports = { sql, ledger, clock: systemClock, actor: 'control-plane-test' }
  const records = [1, 2].map(() => new AttemptRecord(ports, tenantId, endpoint!))
  const nowMs = systemClock.nowMs()
  for (let nth = 1; nth <= 3; nth++)
    for (const record of records) {
      const end = { eventId: `evt_${nth}`, attempt: 1, beganMs: nowMs, endedMs: nowMs }
      record.add({ ...end, state: 'pending' }, (before) => afterFailure(before, nowMs))
    }
  await Promise.all(records.map((record) => record.written()))
  const [after] = await webhooks.list(tenantId)
  assert.deepEqual([after!.failures, after!.rests, after!.isResting], [5, 1, true])
  const { entries } = await ledger.list(tenantId, { type: 'webhook.endpoint-failing' })
  assert.equal(entries.length, 1)
})
