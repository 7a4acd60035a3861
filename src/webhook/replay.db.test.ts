// Replays of a span of time: what is within, what is at its edges, and what is left alone.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openExchange, WISH } from '../../test/webhooks.ts'
import { insertEvents, selectDeliveries, updateAttempts } from './delivery-store.ts'
import type { NewEvent, ReplayRange } from './delivery-store.ts'

const HOURS = [9, 10, 11, 12]
const atHour = (hour: number): string => `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`

function eventAt(hour: number): NewEvent {
  const happenedMs = Date.parse(atHour(hour))
  return {
    id: `evt_${hour}`,
    seq: hour,
    type: 'note.appended',
    body: '{}',
    happenedMs,
    trace: null,
  }
}

test('a span begins with its first moment and ends before its last, and either may be open', async () => {
  const { sql, webhooks, principal, tenantId } = await openExchange()
  const { id } = await webhooks.create(principal, { ...WISH, url: 'http://127.0.0.1:1/' })
  const events = HOURS.map(eventAt)
  const nowMs = Date.now()
  await sql.transaction({ tenantId }, async (tx) => {
    const deliveries = events.map((event) => ({ endpointId: id, event }))
    await insertEvents(tx, tenantId, events, deliveries, nowMs)
    const end = { attempt: 1, state: 'dead' as const, beganMs: nowMs, endedMs: nowMs }
    const ends = events.map(({ id: eventId }) => ({ ...end, eventId }))
    await updateAttempts(tx, tenantId, id, ends)
  })
  const count = async (span: Omit<ReplayRange, 'states'>) => {
    const counted = await webhooks.replay(principal, id, { ...span, states: ['dead'] }, true)
    return [counted.count, counted.firstAt, counted.lastAt].map((value) =>
      typeof value === 'string' ? new Date(value).toISOString() : value,
    )
  }
  assert.deepEqual(await count({ fromAt: atHour(11) }), [2, atHour(11), atHour(12)])
  assert.deepEqual(await count({ toAt: atHour(11) }), [2, atHour(9), atHour(10)])
  const inside = { fromAt: atHour(10), toAt: atHour(12) }
  assert.deepEqual(await count(inside), [2, atHour(10), atHour(11)])
  // The same moments, as somebody east of here writes them.
  const east = { fromAt: '2026-11-20T12:00:00+02:00', toAt: '2026-11-20T14:00:00+02:00' }
  assert.deepEqual(await count(east), [2, atHour(10), atHour(11)])
  assert.deepEqual(await count({ fromAt: atHour(12), toAt: atHour(10) }), [0, null, null])
  await webhooks.replay(principal, id, { ...inside, states: ['dead'] }, false)
  const states = await sql.transaction({ tenantId }, (tx) =>
    selectDeliveries(tx, tenantId, id, {}, 10),
  )
  assert.deepEqual(
    states.map(({ eventId, state, replays }) => [eventId, state, replays]),
    [
      ['evt_12', 'dead', 0],
      ['evt_11', 'pending', 1],
      ['evt_10', 'pending', 1],
      ['evt_9', 'dead', 0],
    ],
  )
})
