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
  /**
   * Asked again for the same ship it answers with the booking that is there: a client may repeat what it got no answer to.
   * @throws BerthTaken when the operator has another ship there that day
   */
  book(
    tenant: string,
    ship: string,
    berth: number,
    day: string,
  ): Promise<{ readonly booking: Booking; readonly isNew: boolean }>
  list(tenant: string): Promise<readonly Booking[]>
  /** @throws whatever keeps the database from answering */
  ping(): Promise<void>
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
      const added = await pool.query<Booking>(
        `insert into harbour_booking (tenant_id, ship, berth, day) values ($1, $2, $3, $4)
         on conflict (tenant_id, berth, day) do nothing returning id, ship, berth, day::text as day`,
        [tenant, ship, berth, day],
      )
      if (added.rows[0] !== undefined) return { booking: added.rows[0], isNew: true }
      const known = await pool.query<Booking>(
        `select id, ship, berth, day::text as day from harbour_booking
         where tenant_id = $1 and berth = $2 and day = $3`,
        [tenant, berth, day],
      )
      const booking = known.rows.find((row) => row.ship === ship)
      if (booking === undefined) throw new BerthTaken(`berth ${berth} is taken`)
      return { booking, isNew: false }
    },
    async list(tenant) {
      const { rows } = await pool.query<Booking>(
        'select id, ship, berth, day::text as day from harbour_booking where tenant_id = $1 order by id limit 1000',
        [tenant],
      )
      return rows
    },
    async ping() {
      await pool.query('select 1')
    },
    close: () => pool.end(),
  }
}
