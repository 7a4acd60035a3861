// What routes of requests for runs and of waiting runners answer, as schemas.
import { z } from 'zod'
import { planSchema } from '../gates/index.ts'
import { REQUEST_STATES } from './model.ts'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)

export const requestSchema = z.strictObject({
  requestId: z.uuid(),
  planHash: digest,
  service: z.string(),
  version: z.string(),
  environment: z.string(),
  wish: z.strictObject({
    parameters: z.record(z.string(), z.string()),
    subject: z.looseObject({ service: z.string(), version: z.string(), environment: z.string() }),
    labels: z.array(z.string()),
    confirmed: z.array(z.string()),
    resume: z.enum(['cut-off', 'none']),
    repeat: z.boolean(),
  }),
  askedBy: z.string(),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  state: z.enum(REQUEST_STATES),
  stateAt: z.iso.datetime(),
  reason: z.string().nullable(),
  runId: z.string().nullable(),
  runnerId: z.string().nullable(),
  isCancelAsked: z.boolean(),
})
export const requestsSchema = z.array(requestSchema)

export const askedSchema = z.strictObject({
  request: requestSchema.nullable(),
  preview: z
    .looseObject({ action: z.string(), token: z.string(), expiresAt: z.iso.datetime() })
    .nullable(),
})

const offerSchema = z.strictObject({
  services: z.array(z.string()).nullable(),
  environments: z.array(z.string()),
  labels: z.array(z.string()),
})

const shownSeat = z.strictObject({
  runnerId: z.string(),
  name: z.string(),
  machine: z.string(),
  offer: offerSchema,
  openedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  isWaiting: z.boolean(),
})
export const seatsSchema = z.array(shownSeat)
export const seatSchema = z.strictObject({ seatId: z.uuid() })
export const offeredSchema = z.array(z.uuid())

export const claimedSchema = z.strictObject({
  request: requestSchema,
  plan: planSchema,
  reviews: z.array(z.strictObject({ principal: z.string(), statement: digest })),
})
