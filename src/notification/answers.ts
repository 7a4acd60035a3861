// What routes of notifications answer, as schemas.
import { z } from 'zod'
import { CHANNEL_KINDS, MESSAGE_STATES } from './model.ts'

const settings = z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]))

export const channelSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  settings,
  ratePerMinute: z.int().min(1),
  isEnabled: z.boolean(),
  health: z.enum(['well', 'failing', 'resting']),
  restsUntil: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
})

/** Of a channel of kind webhook: what its receiver verifies with, shown when it is made and never again. */
export const madeChannelSchema = channelSchema.extend({
  verifyWith: z.strictObject({ secret: z.string(), publicKey: z.string() }).nullable(),
})

const proof = {
  proven: z.array(z.string()),
  unproven: z.array(z.string()),
}

export const testedSchema = z.strictObject({
  channel: z.string(),
  kind: z.enum(CHANNEL_KINDS),
  messageId: z.string(),
  nonce: z.string(),
  arrived: z.boolean(),
  level: z.enum(['nothing', 'accepted', 'echoed', 'read-back']),
  ...proof,
  remoteId: z.string().nullable(),
  error: z.string().nullable(),
  durationMs: z.number().min(0),
})

export const sentSchema = z.array(
  z.strictObject({
    channel: z.string(),
    messageId: z.string(),
    contentHash: z.string(),
    isRepeat: z.boolean(),
    state: z.enum(MESSAGE_STATES),
  }),
)

export const messagesSchema = z.array(
  z.strictObject({
    id: z.string(),
    topic: z.string(),
    origin: z.string(),
    title: z.string(),
    contentHash: z.string(),
    state: z.enum(MESSAGE_STATES),
    attempt: z.int().min(0),
    createdAt: z.iso.datetime(),
    nextAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    remoteId: z.string().nullable(),
    level: z.string().nullable(),
    ...proof,
    quietCount: z.int().min(0),
    replays: z.int().min(0),
  }),
)

export const replayedSchema = z.strictObject({ messages: z.array(z.string()) })
