// All SQL of seats: which runners wait, and when each was heard of last.
import type { Sql, SqlTx } from '../kernel/index.ts'
import { SEAT_SILENCE_MS } from './model.ts'
import type { RunnerOffer, Seat } from './model.ts'
import type { RowPage } from '../web/index.ts'

interface SeatRow {
  seat_id: string
  runner_id: string
  name: string
  machine: string
  offer: string
  opened_at: string
  seen_at: string
}

function seatOfRow(row: SeatRow): Seat {
  return {
    seatId: row.seat_id,
    runnerId: row.runner_id,
    name: row.name,
    machine: row.machine,
    offer: JSON.parse(row.offer) as RunnerOffer,
    openedAt: row.opened_at,
    seenAt: row.seen_at,
  }
}

export async function insertSeat(tx: SqlTx, tenantId: string, seat: Seat): Promise<void> {
  await tx.query(
    `insert into dispatch_seat (tenant_id, seat_id, runner_id, name, machine, offer, opened_at, seen_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      tenantId,
      seat.seatId,
      seat.runnerId,
      seat.name,
      seat.machine,
      JSON.stringify(seat.offer),
      seat.openedAt,
      seat.seenAt,
    ],
  )
}

export async function selectSeat(
  tx: SqlTx,
  tenantId: string,
  seatId: string,
): Promise<Seat | undefined> {
  const rows = await tx.query<SeatRow>(
    'select * from dispatch_seat where tenant_id = $1 and seat_id = $2',
    [tenantId, seatId],
  )
  return rows[0] && seatOfRow(rows[0])
}

/** A seat with its place in the list. What waits is named by a hash there: whoever knows the id of a seat can say that its runner is still there. */
export interface ListedSeat extends Seat {
  readonly position: string
}

/** Seats of one tenant that are looked at at once, where nobody asks for a page; more of them wait unseen, and take requests all the same. */
const SEAT_LIMIT_ROWS = 200

export async function selectSeats(
  tx: SqlTx,
  tenantId: string,
  since: string,
  { limit = SEAT_LIMIT_ROWS, after }: RowPage = {},
): Promise<readonly ListedSeat[]> {
  const [openedAt, place] = after?.split(' ') ?? []
  const rows = await tx.query<SeatRow & { place: string }>(
    `select * from (
       select *, encode(sha256(convert_to(seat_id::text, 'UTF8')), 'hex') as place from dispatch_seat
       where tenant_id = $1 and seen_at >= $2
     ) as seat
     where $3::timestamptz is null or (opened_at, place) < ($3::timestamptz, $4)
     order by opened_at desc, place desc limit $5`,
    [tenantId, since, openedAt ?? null, place ?? null, limit],
  )
  return rows.map((row) => ({ ...seatOfRow(row), position: `${row.opened_at} ${row.place}` }))
}

export async function updateSeen(
  tx: SqlTx,
  tenantId: string,
  seatId: string,
  seenAt: string,
): Promise<void> {
  await tx.query('update dispatch_seat set seen_at = $3 where tenant_id = $1 and seat_id = $2', [
    tenantId,
    seatId,
    seenAt,
  ])
}

export async function deleteSeat(tx: SqlTx, tenantId: string, seatId: string): Promise<void> {
  await tx.query('delete from dispatch_seat where tenant_id = $1 and seat_id = $2', [
    tenantId,
    seatId,
  ])
}

export async function deleteOldSeats(tx: SqlTx, tenantId: string, before: string): Promise<void> {
  await tx.query('delete from dispatch_seat where tenant_id = $1 and seen_at < $2', [
    tenantId,
    before,
  ])
}

/** Runners of every tenant that wait now. */
export async function countWaitingRunners(sql: Sql, nowMs: number): Promise<number> {
  return sql.transaction('system', async (tx) => {
    const since = new Date(nowMs - SEAT_SILENCE_MS).toISOString()
    const rows = await tx.query<{ count: number }>(
      'select count(*) as count from dispatch_seat where seen_at >= $1',
      [since],
    )
    return rows[0]?.count ?? 0
  })
}
