// Routes of runners that wait: each says so with its key, sees what waits, takes a request and ends it.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Clock, Route } from '../kernel/index.ts'
import { rereadStarted, startedSchema } from '../gates/index.ts'
import { claimedSchema, offeredSchema, requestSchema, seatSchema, seatsSchema } from './answers.ts'
import { labelSchema } from './ask-terms.ts'
import { environmentOfRequest, requestParams } from './request-path.ts'
import { isSeatWarm } from './model.ts'
import type { Dispatch } from './service.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'

const NAMES_LIMIT = 100
const SIGNATURE_LIMIT_CHARACTERS = 200
const REASON_LIMIT_CHARACTERS = 500

const name = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}]+$/u)
const names = z.array(name).max(NAMES_LIMIT)
const signedShape = {
  at: z.iso.datetime(),
  signature: z.string().min(1).max(SIGNATURE_LIMIT_CHARACTERS),
}
const seatWish = z.strictObject({
  runner: z.string().min(1).max(100),
  machine: name,
  offer: z.strictObject({
    services: names.min(1).nullable(),
    environments: names.min(1),
    labels: z.array(labelSchema).max(NAMES_LIMIT),
  }),
  ...signedShape,
})
const holderId = z.string().min(1).max(100)
const holder = z.strictObject({ id: holderId, machine: name, pid: z.int().min(0) })
const claimWish = z.strictObject({ seat: z.uuid(), holder, ...signedShape })
const declineWish = z.strictObject({
  holder: holderId,
  reason: z
    .string()
    .min(1)
    .max(REASON_LIMIT_CHARACTERS)
    .regex(/^[^\p{Cc}]+$/u),
})
const claimName = z.object({ request: z.object({ requestId: z.uuid() }) })
const seatParams = z.strictObject({ seatId: z.uuid() })

const SEATS: PagedList = {
  name: 'runner-seats',
  position: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z [0-9a-f]{64}$/,
  limitDefault: 200,
}

export function makeTakingRoutes(
  dispatch: Dispatch,
  clock: Pick<Clock, 'nowMs'>,
): readonly Route[] {
  return [...makeSeatRoutes(dispatch, clock), ...makeClaimRoutes(dispatch)]
}

function makeSeatRoutes(dispatch: Dispatch, clock: Pick<Clock, 'nowMs'>): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/runner-seats',
      summary: 'Say, signed with the runner’s key, that it waits, and what it takes',
      access: 'write',
      environment: 'none',
      body: seatWish,
      answer: { statuses: [201], data: seatSchema },
      async handle({ principal, body }) {
        const { seatId } = await dispatch.openSeat(principal.tenantId, body)
        return { status: 201, data: { seatId } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/runner-seats',
      summary: 'List runners that wait or waited within a day in pages, who came last first',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: seatsSchema, isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(SEATS, query)
        const seats = await dispatch.listSeats(principal.tenantId, page)
        const nowMs = clock.nowMs()
        const data = seats.map((seat) => {
          // Whoever knows the id of a seat can say that its runner is still there.
          const { seatId: _, position: __, ...shown } = seat
          return { ...shown, isWaiting: isSeatWarm(seat, nowMs) }
        })
        return { data, next: nextOf(SEATS, page, seats, ({ position }) => position) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/runner-seats/:seatId/offers',
      summary: 'See which requests this runner may take now; asking is its sign of life',
      access: 'read',
      params: seatParams,
      answer: { data: offeredSchema },
      async handle({ principal, params }) {
        return { data: await dispatch.offer(principal.tenantId, params.seatId) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/runner-seats/:seatId/leave',
      summary: 'Say that the runner does not wait any more',
      access: 'write',
      environment: 'none',
      repetition: 'harmless',
      params: seatParams,
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await dispatch.leave(principal.tenantId, params.seatId)
        return { data: null }
      },
    }),
  ]
}

function makeClaimRoutes(dispatch: Dispatch): readonly Route[] {
  const terms = {
    access: 'write',
    params: requestParams,
    environment: environmentOfRequest(dispatch),
  } as const
  return [
    defineRoute({
      ...terms,
      method: 'POST',
      path: '/v1/run-requests/:requestId/claim',
      summary: 'Take a request, signed with the runner’s key; exactly one runner gets it',
      body: claimWish,
      answer: {
        data: claimedSchema,
        reread: {
          name: (data) => claimName.parse(data),
          read: ({ principal }, name) =>
            dispatch.readClaim(principal.tenantId, claimName.parse(name).request.requestId),
        },
      },
      async handle({ principal, params, body }) {
        return { data: await dispatch.claim(principal.tenantId, params.requestId, body) }
      },
    }),
    defineRoute({
      ...terms,
      method: 'POST',
      path: '/v1/run-requests/:requestId/start',
      summary: 'Start the run of a taken request, under the lease of its runner',
      body: z.strictObject({ holder }),
      answer: {
        statuses: [201],
        data: startedSchema,
        reread: rereadStarted((tenantId, runId) => dispatch.readStart(tenantId, runId)),
      },
      async handle({ principal, params, body }) {
        const data = await dispatch.start(principal.tenantId, params.requestId, body.holder)
        return { status: 201, data }
      },
    }),
    defineRoute({
      ...terms,
      method: 'POST',
      path: '/v1/run-requests/:requestId/decline',
      summary: 'Say why a runner does not execute what it took',
      body: declineWish,
      answer: { data: requestSchema },
      async handle({ principal, params, body }) {
        const { tenantId } = principal
        const { holder: by, reason } = body
        return { data: await dispatch.decline(tenantId, params.requestId, by, reason) }
      },
    }),
    defineRoute({
      ...terms,
      method: 'POST',
      path: '/v1/run-requests/:requestId/end',
      summary: 'Say that the runner let the run go; how it ended follows from the run',
      repetition: 'harmless',
      body: z.strictObject({ holder: holderId }),
      answer: { data: requestSchema },
      async handle({ principal, params, body }) {
        return { data: await dispatch.end(principal.tenantId, params.requestId, body.holder) }
      },
    }),
  ]
}
