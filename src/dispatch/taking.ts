// Use cases of runners that take requests: claim one, start it, decline it, end it.
import type { SqlTx } from '../kernel/index.ts'
import { selectReviews } from '../gates/index.ts'
import type { RunHolder, StartedRun } from '../gates/index.ts'
import type { Plan } from '../verdict/index.ts'
import { readRequest, unknownRequest } from './asking.ts'
import { dispatchFault } from './errors.ts'
import { CLAIM_MS, claimWord, offerGap } from './model.ts'
import type { RunRequest, StoredRequest } from './model.ts'
import type { DispatchPorts } from './ports.ts'
import { lockRequest, updateRequest } from './request-store.ts'
import { findSeat, openWord } from './seats.ts'
import { endRequest, SETTLE_KIND, settleRequest } from './settling.ts'

export interface ClaimWish {
  readonly seat: string
  readonly holder: RunHolder
  readonly at: string
  readonly signature: string
}

/** A request that a runner took, with all that it decides by on its own side. */
export interface ClaimedRequest {
  readonly request: RunRequest
  readonly plan: Plan
  readonly reviews: readonly { readonly principal: string; readonly statement: string }[]
}

/** Of any number of runners that want a request exactly one gets it. @throws DISPATCH_REQUEST_TAKEN, DISPATCH_OFFER_REFUSED */
export async function claimRequest(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
  wish: ClaimWish,
): Promise<ClaimedRequest> {
  const { sql, clock, ledger, identity, jobs } = ports
  const { holder, at } = wish
  const seat = await sql.transaction({ tenantId }, (tx) => findSeat(tx, tenantId, wish.seat))
  const word = claimWord({ runner: seat.runnerId, request: requestId, holder, at })
  await openWord(ports, tenantId, seat.runnerId, word, wish)
  const stateBefore = await sql.transaction({ tenantId }, async (tx) => {
    await identity.assertInForce(tx, tenantId, seat.runnerId, null)
    const found = await lockRequest(tx, tenantId, requestId)
    if (found === undefined) throw unknownRequest(requestId)
    const request = await settleRequest(ports, tx, tenantId, found)
    // An end that was due is written down, so it must not be undone by throwing here.
    if (request.state !== 'waiting') return request.state
    const gap = offerGap(seat.offer, request)
    if (gap !== undefined)
      throw dispatchFault(
        'DISPATCH_OFFER_REFUSED',
        `expected a runner that takes it, ${seat.name} ${gap}`,
      )
    const nowMs = clock.nowMs()
    const heldUntilMs = nowMs + CLAIM_MS
    await updateRequest(tx, tenantId, requestId, {
      state: 'claimed',
      at: new Date(nowMs).toISOString(),
      runnerId: seat.runnerId,
      holderId: holder.id,
      heldUntil: new Date(heldUntilMs).toISOString(),
    })
    const payload = { request: requestId }
    await jobs.enqueue(tx, [
      { tenantId, kind: SETTLE_KIND, key: requestId, payload, dueMs: heldUntilMs + 1 },
    ])
    await ledger.appendInTx(tx, tenantId, [
      {
        type: 'run.claimed',
        actor: seat.runnerId,
        subject: `${request.service}@${request.version}`,
        payload: { request: requestId, runner: seat.runnerId },
        refs: [request.planHash],
      },
    ])
    return undefined
  })
  if (stateBefore !== undefined)
    throw dispatchFault(
      'DISPATCH_REQUEST_TAKEN',
      `expected a request that waits, this one is ${stateBefore}`,
    )
  return readClaim(ports, tenantId, requestId)
}

export async function readClaim(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
): Promise<ClaimedRequest> {
  const request = await readRequest(ports, tenantId, requestId)
  const plan = await ports.plans.readPinned(tenantId, request.planHash)
  const reviews = await ports.sql.transaction({ tenantId }, (tx) =>
    selectReviews(tx, tenantId, request.planHash),
  )
  return { request, plan, reviews }
}

/** Opens the run, or goes on with one that was cut off. @throws DISPATCH_CLAIM_LOST, GATES_RUN_HELD */
export async function startRequest(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
  holder: RunHolder,
): Promise<StartedRun> {
  const held = await ports.sql.transaction({ tenantId }, (tx) =>
    lockHeld(ports, tx, tenantId, requestId, holder.id, 'claimed'),
  )
  const { planHash, askedBy, wish } = held
  const { parameters, subject, confirmed, resume } = wish
  const asked = { planHash, askedBy, parameters, subject, confirmed, resume, runner: holder }
  return ports.runs.startAsked(tenantId, asked, {
    async hold(tx) {
      await lockHeld(ports, tx, tenantId, requestId, holder.id, 'claimed')
    },
    async mark(tx, runId) {
      const at = new Date(ports.clock.nowMs()).toISOString()
      await updateRequest(tx, tenantId, requestId, { state: 'running', at, runId })
    },
  })
}

/** What the runner decided on its own side not to execute. @throws DISPATCH_CLAIM_LOST */
export async function declineRequest(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
  holderId: string,
  reason: string,
): Promise<RunRequest> {
  await ports.sql.transaction({ tenantId }, async (tx) => {
    const request = await lockHeld(ports, tx, tenantId, requestId, holderId, 'claimed')
    const by = request.runnerId ?? ports.actor
    const at = new Date(ports.clock.nowMs()).toISOString()
    const end = { state: 'declined', reason: `${by} declined: ${reason}`, at, by } as const
    await endRequest(ports, tx, tenantId, request, end)
  })
  return readRequest(ports, tenantId, requestId)
}

/** The runner let the run go: finished, or left open. Said again it changes nothing. */
export async function endTaken(
  ports: DispatchPorts,
  tenantId: string,
  requestId: string,
  holderId: string,
): Promise<RunRequest> {
  await ports.sql.transaction({ tenantId }, async (tx) => {
    const request = await lockRequest(tx, tenantId, requestId)
    if (request === undefined) throw unknownRequest(requestId)
    if (request.holderId !== holderId) throw lostClaim(requestId)
    await settleRequest(ports, tx, tenantId, request)
  })
  return readRequest(ports, tenantId, requestId)
}

async function lockHeld(
  ports: DispatchPorts,
  tx: SqlTx,
  tenantId: string,
  requestId: string,
  holderId: string,
  state: RunRequest['state'],
): Promise<StoredRequest> {
  const found = await lockRequest(tx, tenantId, requestId)
  if (found === undefined) throw unknownRequest(requestId)
  const nowMs = ports.clock.nowMs()
  const isInTime = Date.parse(found.heldUntil ?? '') >= nowMs
  if (found.holderId === holderId && found.state === state && isInTime) return found
  throw lostClaim(requestId)
}

function lostClaim(requestId: string): Error {
  return dispatchFault(
    'DISPATCH_CLAIM_LOST',
    `expected to hold the request ${requestId} still, it is somebody else’s or over`,
  )
}
