// The rules of booking, over HTTP, on a database of the test's own making.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { openTestHarbour } from './test-harbour.ts'

const harbour = await openTestHarbour()
after(() => harbour.close())
const { book } = harbour

test('a berth is booked once a day', async () => {
  const ada = { ship: 'Ada', berth: 3, day: '2026-12-01' }
  assert.equal((await book('oslo', ada)).status, 201)
  assert.equal((await book('oslo', { ...ada, ship: 'Grace' })).status, 409)
})

test('a booking that is asked for again is the same booking', async () => {
  const edith = { ship: 'Edith', berth: 5, day: '2026-12-01' }
  const [first, again] = [await book('oslo', edith), await book('oslo', edith)]
  assert.deepEqual([first.status, again.status], [201, 200])
  assert.deepEqual(await again.json(), await first.json())
})

test('another tenant neither sees the booking nor is kept from the berth', async () => {
  const seen = await fetch(`${harbour.url}/bookings`, { headers: { 'x-tenant': 'bergen' } })
  assert.deepEqual(await seen.json(), { bookings: [] })
  assert.equal((await book('bergen', { ship: 'Grace', berth: 3, day: '2026-12-01' })).status, 201)
})

test('a request without a tenant is refused', async () => {
  assert.equal((await fetch(`${harbour.url}/bookings`)).status, 401)
})

test('a booking outside the harbour or the calendar is refused', async () => {
  const fit = { ship: 'Ada', berth: 1, day: '2026-12-01' }
  for (const unfit of [
    { berth: 41 },
    { ship: '' },
    { day: 'soon' },
    { day: '2026-02-30' },
    { day: '0000-01-01' },
  ])
    assert.equal((await book('oslo', { ...fit, ...unfit })).status, 422, JSON.stringify(unfit))
})
