// What routes of webhooks answer, as schemas.
import { z } from 'zod'
import { DELIVERY_STATES } from './model.ts'

export const endpointSchema = z.strictObject({
  id: z.string(),
  url: z.string(),
  kinds: z.array(z.string()),
  description: z.string(),
  hasBodySignature: z.boolean(),
  breaker: z.strictObject({
    failures: z.int(),
    restSeconds: z.number(),
    longestRestSeconds: z.number(),
  }),
  isEnabled: z.boolean(),
  disabledReason: z.string().nullable(),
  health: z.enum(['well', 'failing', 'resting']),
  restsUntil: z.iso.datetime().nullable(),
  secretVersion: z.int().min(1),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
})

const secrets = { secrets: z.array(z.string()), publicKey: z.string() }
export const secretsSchema = z.strictObject(secrets)
export const madeEndpointSchema = endpointSchema.extend(secrets)

export const deliveriesSchema = z.array(
  z.looseObject({
    endpointId: z.string(),
    eventId: z.string(),
    type: z.string(),
    state: z.enum(DELIVERY_STATES),
    attempt: z.int().min(0),
    createdAt: z.iso.datetime(),
    nextAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    replays: z.int().min(0),
    seq: z.int().min(0),
  }),
)

export const replayedSchema = z.looseObject({ isDryRun: z.boolean() })
