// The rules of booking, over HTTP, on a database of the test's own making.
import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { BerthTaken } from '../bookings.ts'
import type { Booking, Bookings } from '../bookings.ts'
import { makeHarbour } from '../service.ts'

function inMemoryBookings(): Bookings {
  const rows: (Booking & { tenant: string })[] = []
  return {
    book(tenant, ship, berth, day) {
      if (rows.some((row) => row.tenant === tenant && row.berth === berth && row.day === day)) {
        return Promise.reject(new BerthTaken(`berth ${berth} is taken`))
      }
      const row = { tenant, id: rows.length + 1, ship, berth, day }
      rows.push(row)
      return Promise.resolve(row)
    },
    list: (tenant) => Promise.resolve(rows.filter((row) => row.tenant === tenant)),
    isReachable: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  }
}

const server = makeHarbour(inMemoryBookings(), '1.4.0')
let url = ''
before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.close())

const book = (tenant: string, body: unknown): Promise<Response> =>
  fetch(`${url}/bookings`, {
    method: 'POST',
    headers: { 'x-tenant': tenant },
    body: JSON.stringify(body),
  })

test('a berth is booked once a day', async () => {
  const ada = { ship: 'Ada', berth: 3, day: '2026-12-01' }
  assert.equal((await book('oslo', ada)).status, 201)
  assert.equal((await book('oslo', { ...ada, ship: 'Grace' })).status, 409)
})

test('another tenant neither sees the booking nor is kept from the berth', async () => {
  const seen = await fetch(`${url}/bookings`, { headers: { 'x-tenant': 'bergen' } })
  assert.deepEqual(await seen.json(), { bookings: [] })
  assert.equal((await book('bergen', { ship: 'Grace', berth: 3, day: '2026-12-01' })).status, 201)
})

test('a request without a tenant is refused', async () => {
  assert.equal((await fetch(`${url}/bookings`)).status, 401)
})

test('a booking outside the harbour is refused', async () => {
  assert.equal((await book('oslo', { ship: 'Ada', berth: 41, day: '2026-12-01' })).status, 422)
  assert.equal((await book('oslo', { ship: '', berth: 1, day: '2026-12-01' })).status, 422)
  assert.equal((await book('oslo', { ship: 'Ada', berth: 1, day: 'soon' })).status, 422)
})
