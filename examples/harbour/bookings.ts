// Berth bookings of many harbour operators (tenants) in one PostgreSQL database.
import pg from 'pg'

export interface Booking {
  readonly id: number
  readonly ship: string
  readonly berth: number
  readonly day: string
}

/** Berths every operator has. */
export const BERTH_COUNT = 40

export class BerthTaken extends Error {}

export interface Bookings {
  /** @throws BerthTaken when the operator has another ship there that day */
  book(tenant: string, ship: string, berth: number, day: string): Promise<Booking>
  list(tenant: string): Promise<readonly Booking[]>
  isReachable(): Promise<boolean>
  close(): Promise<void>
}

const SCHEMA = `
create table if not exists harbour_booking (
  tenant_id text not null,
  id integer generated always as identity,
  ship text not null check (length(ship) between 1 and 80),
  berth integer not null check (berth between 1 and ${BERTH_COUNT}),
  day date not null,
  primary key (tenant_id, id),
  unique (tenant_id, berth, day)
)`

/** @param url of the database; its schema is made on first use */
export async function openBookings(url: string): Promise<Bookings> {
  // The embedded database behind a socket serves one session well; a real server would get more.
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5000 })
  // An idle connection may break at any time; the next query opens a new one and reports for itself.
  pool.on('error', () => undefined)
  await pool.query(SCHEMA)
  return {
    async book(tenant, ship, berth, day) {
      try {
        const { rows } = await pool.query<Booking>(
          `insert into harbour_booking (tenant_id, ship, berth, day) values ($1, $2, $3, $4)
           returning id, ship, berth, day::text as day`,
          [tenant, ship, berth, day],
        )
        return rows[0]!
      } catch (error) {
        if (error instanceof pg.DatabaseError && error.code === '23505')
          throw new BerthTaken(`berth ${berth} is taken`)
        throw error
      }
    },
    async list(tenant) {
      const { rows } = await pool.query<Booking>(
        'select id, ship, berth, day::text as day from harbour_booking where tenant_id = $1 order by id limit 1000',
        [tenant],
      )
      return rows
    },
    async isReachable() {
      try {
        await pool.query('select 1')
        return true
      } catch {
        // Whatever the reason, the health answer is the same: not reachable.
        return false
      }
    },
    close: () => pool.end(),
  }
}
