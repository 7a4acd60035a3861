// A harbour for tests: bookings in memory, guards as in service, switches in a folder of its own.
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GuardClock } from '../../../src/guard/index.ts'
import { BerthTaken } from '../bookings.ts'
import type { Booking, Bookings } from '../bookings.ts'
import { makeGuards } from '../guards.ts'
import { makeHarbour } from '../service.ts'

/** The one page that may ask from a browser. */
export const PAGE = 'https://app.harbour.example'
export const OPERATOR_KEY = 'the-key-of-this-test'

export interface TestHarbour {
  readonly url: string
  readonly switchPath: string
  /** Whether the database fails from now on. */
  breakDatabase(isBroken: boolean): void
  /** Calls that reached the database, health included. */
  readonly databaseCalls: () => number
  book(tenant: string, body: unknown): Promise<Response>
  operate(path: string, method?: string, key?: string): Promise<Response>
  close(): Promise<void>
}

/** @param rateClock by which rates are measured; default: that of Node */
export async function openTestHarbour(rateClock?: GuardClock): Promise<TestHarbour> {
  const folder = await mkdtemp(join(tmpdir(), 'harbour-test-'))
  const switchPath = join(folder, 'switches.json')
  const guards = makeGuards({
    switchPath,
    operatorKey: OPERATOR_KEY,
    pageOrigins: [PAGE],
    ...(rateClock === undefined ? {} : { rateClock }),
  })
  await guards.switches.start()
  const database = { isBroken: false, calls: 0 }
  const server = makeHarbour(inMemoryBookings(database), '1.4.0', guards)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    switchPath,
    breakDatabase(isBroken) {
      database.isBroken = isBroken
    },
    databaseCalls: () => database.calls,
    book: (tenant, body) =>
      fetch(`${url}/bookings`, {
        method: 'POST',
        headers: { 'x-tenant': tenant, 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    operate: (path, method = 'PUT', key = OPERATOR_KEY) =>
      fetch(`${url}/operator/${path}`, { method, headers: { authorization: `Bearer ${key}` } }),
    async close() {
      guards.switches.stop()
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function inMemoryBookings(database: { isBroken: boolean; calls: number }): Bookings {
  const rows: (Booking & { tenant: string })[] = []
  const reach = async (): Promise<void> => {
    database.calls += 1
    if (database.isBroken) throw new Error('the database of this test is broken')
  }
  return {
    async book(tenant, ship, berth, day) {
      await reach()
      const known = rows.find(
        (row) => row.tenant === tenant && row.berth === berth && row.day === day,
      )
      if (known?.ship === ship) return { booking: known, isNew: false }
      if (known !== undefined) throw new BerthTaken(`berth ${berth} is taken`)
      const booking = { tenant, id: rows.length + 1, ship, berth, day }
      rows.push(booking)
      return { booking, isNew: true }
    },
    async list(tenant) {
      await reach()
      return rows.filter((row) => row.tenant === tenant)
    },
    ping: reach,
    close: () => Promise.resolve(),
  }
}
