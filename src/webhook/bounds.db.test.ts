// What the outbox holds on to: of bodies at a time, and of events that nobody can ask for any more.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../test/jobs.ts'
import { openExchange, WISH } from '../../test/webhooks.ts'
import type { Exchange } from '../../test/webhooks.ts'
import { insertEvents, selectDue } from './delivery-store.ts'
import type { NewEvent } from './delivery-store.ts'

const DAY_MS = 24 * 3_600_000
const URL_OF_NOBODY = 'http://127.0.0.1:1/'

function anEvent(nth: number, body: string, happenedMs: number): NewEvent {
  return { id: `evt_${nth}`, seq: nth, type: 'note.appended', body, happenedMs, trace: null }
}

async function countEvents({ sql }: Exchange, tenantId: string): Promise<number> {
  const [row] = await sql.transaction({ tenantId }, (tx) =>
    tx.query<{ count: number }>(
      'select count(*)::int as count from webhook_event where tenant_id = $1',
      [tenantId],
    ),
  )
  return row!.count
}

test('of bodies that are due no more is read than the limit and the one that reaches it', async () => {
  const { sql, webhooks, principal, tenantId } = await openExchange()
  const { id: endpointId } = await webhooks.create(principal, { ...WISH, url: URL_OF_NOBODY })
  const nowMs = Date.now()
  const events = [3, 3, 3, 3, 3, 9, 1].map((size, nth) => anEvent(nth, 'é'.repeat(size), nowMs))
  const deliveries = events.map((event) => ({ endpointId, event }))
  const due = await sql.transaction({ tenantId }, async (tx) => {
    await insertEvents(tx, tenantId, events, deliveries, nowMs)
    const read = async (count: number, sizeBytes: number) =>
      (await selectDue(tx, tenantId, endpointId, nowMs, { count, sizeBytes })).map(
        ({ eventId, body }) => [eventId, body.length],
      )
    return [await read(200, 13), await read(2, 13), await read(200, 1), await read(200, 1_000)]
  })
  assert.deepEqual(
    due.map((read) => read.map(([eventId]) => eventId)),
    [['evt_0', 'evt_1', 'evt_2'], ['evt_0', 'evt_1'], ['evt_0'], events.map(({ id }) => id)],
  )
  assert.deepEqual(
    due[3]!.map(([, length]) => length),
    [3, 3, 3, 3, 3, 9, 1],
  )
})

test('old events go to the last one, also where no endpoint is left; what waits or ended lately stays', async (t) => {
  const exchange = await openExchange()
  const { sql, webhooks, principal, tenantId, deliver, anotherTenant } = exchange
  const left = await anotherTenant()
  const oldMs = Date.now() - 15 * DAY_MS
  const many = Array.from({ length: 2_100 }, (_, nth) => anEvent(nth, '{}', oldMs))
  await sql.transaction({ tenantId: left }, (tx) => insertEvents(tx, left, many, [], oldMs))
  const { id: endpointId } = await webhooks.create(principal, { ...WISH, url: URL_OF_NOBODY })
  await webhooks.change(principal, endpointId, { isEnabled: false })
  const [waits] = many
  await sql.transaction({ tenantId }, (tx) =>
    insertEvents(tx, tenantId, [waits!, many[1]!], [{ endpointId, event: waits! }], oldMs),
  )
  await deliver(t)
  await until(async () => (await countEvents(exchange, left)) === 0)
  await until(async () => (await countEvents(exchange, tenantId)) === 1)
  assert.deepEqual(
    (await webhooks.deliveries(tenantId, endpointId, {})).map(({ eventId }) => eventId),
    [waits!.id],
  )
})
