// Use cases of seats: a runner says with its key that it waits, looks what it may take, and leaves.
import { readBase64, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { SqlTx } from '../kernel/index.ts'
import type { RegisteredPrincipal } from '../identity/index.ts'
import { dispatchFault } from './errors.ts'
import { CLOCK_SKEW_LIMIT_MS, SEAT_KEPT_MS, seatWord } from './model.ts'
import type { RunnerOffer, Seat } from './model.ts'
import type { DispatchPorts } from './ports.ts'
import { selectWaiting } from './request-store.ts'
import {
  deleteOldSeats,
  deleteSeat,
  insertSeat,
  selectSeat,
  selectSeats,
  updateSeen,
} from './seat-store.ts'
import type { ListedSeat } from './seat-store.ts'
import type { RowPage } from '../web/index.ts'

export interface SeatWish {
  readonly runner: string
  readonly machine: string
  readonly offer: RunnerOffer
  /** When the runner signed; RFC 3339. */
  readonly at: string
  /** Base64, ECDSA P-256 in DER, over the seat's word. */
  readonly signature: string
}

/** A seat that is asked from is stamped no more often than this. */
const STAMP_MS = 10_000
/** Requests that a runner is told of at a time. */
export const OFFERED_LIMIT = 20

/** @throws DISPATCH_RUNNER_REFUSED */
export async function openWord(
  ports: DispatchPorts,
  tenantId: string,
  runnerId: string,
  word: Uint8Array,
  signed: { readonly at: string; readonly signature: string },
): Promise<RegisteredPrincipal> {
  const { clock, identity, verifier } = ports
  const runner = (await identity.list(tenantId)).find(({ id }) => id === runnerId)
  const refuse = (text: string): Error => dispatchFault('DISPATCH_RUNNER_REFUSED', text)
  if (runner?.kind !== 'runner') throw refuse('expected an enrolled runner, got somebody else')
  if (runner.revokedAt !== undefined)
    throw refuse(`expected a runner in force, ${runner.id} was revoked at ${runner.revokedAt}`)
  const skewMs = Date.parse(signed.at) - clock.nowMs()
  if (Math.abs(skewMs) > CLOCK_SKEW_LIMIT_MS)
    throw refuse(
      `expected a word of the last five minutes, the runner’s clock differs by ${Math.round(skewMs / 1000)} s`,
    )
  const signature = readBase64(signed.signature)
  const isGenuine =
    signature !== undefined &&
    (await verifier.verify('ecdsa-p256-sha256', runner.publicKey, word, signature))
  if (!isGenuine) throw refuse(`expected a signature of ${runner.id}`)
  return runner
}

export async function openSeat(
  ports: DispatchPorts,
  tenantId: string,
  wish: SeatWish,
): Promise<Seat> {
  const { runner: runnerId, machine, offer, at } = wish
  const word = seatWord({ runner: runnerId, machine, offer, at })
  const runner = await openWord(ports, tenantId, runnerId, word, wish)
  const nowMs = ports.clock.nowMs()
  const now = new Date(nowMs).toISOString()
  const seat: Seat = {
    seatId: uuidV7(nowMs, ports.random.bytes(UUID_CHANCE_BYTES)),
    runnerId,
    name: runner.displayName,
    machine,
    offer,
    openedAt: now,
    seenAt: now,
  }
  await ports.sql.transaction({ tenantId }, async (tx) => {
    await deleteOldSeats(tx, tenantId, new Date(nowMs - SEAT_KEPT_MS).toISOString())
    await insertSeat(tx, tenantId, seat)
  })
  return seat
}

/** Runners that were heard of within the last day. */
export async function listSeats(
  ports: DispatchPorts,
  tenantId: string,
  page?: RowPage,
): Promise<readonly ListedSeat[]> {
  const since = new Date(ports.clock.nowMs() - SEAT_KEPT_MS).toISOString()
  return ports.sql.transaction({ tenantId }, (tx) => selectSeats(tx, tenantId, since, page))
}

/** Requests that this runner may take, oldest first; asking is also its sign of life. @throws DISPATCH_SEAT_UNKNOWN */
export async function offerRequests(
  ports: DispatchPorts,
  tenantId: string,
  seatId: string,
): Promise<readonly string[]> {
  const nowMs = ports.clock.nowMs()
  const now = new Date(nowMs).toISOString()
  return ports.sql.transaction({ tenantId }, async (tx) => {
    const seat = await findSeat(tx, tenantId, seatId)
    if (Date.parse(seat.seenAt) <= nowMs - STAMP_MS) await updateSeen(tx, tenantId, seatId, now)
    const waiting = await selectWaiting(tx, tenantId, seat.offer, now, OFFERED_LIMIT)
    return waiting.map(({ requestId }) => requestId)
  })
}

export async function leaveSeat(
  ports: DispatchPorts,
  tenantId: string,
  seatId: string,
): Promise<void> {
  await ports.sql.transaction({ tenantId }, (tx) => deleteSeat(tx, tenantId, seatId))
}

export async function findSeat(tx: SqlTx, tenantId: string, seatId: string): Promise<Seat> {
  const seat = await selectSeat(tx, tenantId, seatId)
  if (seat !== undefined) return seat
  throw dispatchFault(
    'DISPATCH_SEAT_UNKNOWN',
    `expected a runner that waits here, got ${JSON.stringify(seatId.slice(0, 80))}`,
  )
}
