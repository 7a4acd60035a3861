// Routes of messages: send, look at what became of them, begin again what was given up.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import { messagesSchema, replayedSchema, sentSchema } from './answers.ts'
import { channelName, channelOf } from './channel-http.ts'
import { PAGE_LIMIT_COUNT } from './message-store.ts'
import type { Messages } from './messages.ts'
import { MESSAGE_STATES, URGENCIES } from './model.ts'
import type { StoredMessage } from './model.ts'
import { FIELD_LIMIT_COUNT, TEXT_LIMIT_LENGTH, TITLE_LIMIT_LENGTH } from './notice.ts'

const CHANNELS_LIMIT_COUNT = 20
const line = (limit: number) =>
  z
    .string()
    .max(limit)
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, 'expected one line without control characters')

export const channelsSchema = z.array(channelName).min(1).max(CHANNELS_LIMIT_COUNT)
export const urgencySchema = z.enum(URGENCIES).default('info')

const sendSchema = z.strictObject({
  channels: channelsSchema,
  title: line(TITLE_LIMIT_LENGTH).min(1),
  text: z.string().max(TEXT_LIMIT_LENGTH).default(''),
  fields: z
    .array(z.strictObject({ name: line(100), value: line(500) }))
    .max(FIELD_LIMIT_COUNT)
    .default([]),
  urgency: urgencySchema,
  topic: line(200).default('send'),
  isResolved: z.boolean().default(false),
})
const MESSAGES: PagedList = {
  name: 'messages',
  position: /^[^\p{Cc}]{1,200}$/u,
  limitDefault: PAGE_LIMIT_COUNT,
}
const listSchema = z.strictObject({ ...pageShape, state: z.enum(MESSAGE_STATES).exactOptional() })
const replaySchema = z.strictObject({ messageId: z.string().max(100).exactOptional() })

/** A message as the API shows it: what it said is known by its hash and title. */
export interface PresentedMessage extends Pick<
  StoredMessage,
  | 'id'
  | 'topic'
  | 'origin'
  | 'contentHash'
  | 'state'
  | 'attempt'
  | 'createdAt'
  | 'nextAt'
  | 'endedAt'
  | 'status'
  | 'error'
  | 'remoteId'
  | 'quietCount'
  | 'replays'
> {
  readonly title: string
  readonly level: string | null
  readonly proven: readonly string[]
  readonly unproven: readonly string[]
}

export function makeMessageRoutes(messages: Messages): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/messages',
      summary: 'Send a message over channels; the same is sent over each of them once',
      access: 'write',
      body: sendSchema,
      answer: { statuses: [202], data: sentSchema },
      async handle({ principal, body }) {
        const { channels, ...notice } = body
        return { status: 202, data: await messages.send(principal, channels, notice) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/channels/:channel/messages',
      summary:
        'List the messages of a channel in pages, newest first, with what was proven of each',
      access: 'read',
      query: listSchema,
      answer: { data: messagesSchema, isPaged: true },
      async handle({ principal, params, query: { state, ...rest } }) {
        const page = readPage(MESSAGES, rest)
        const rows = await messages.list(principal.tenantId, channelOf(params), state, page)
        return { data: rows.map(present), next: nextOf(MESSAGES, page, rows, ({ id }) => id) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/channels/:channel/replay',
      summary: 'Send again, under their ids, the messages of a channel that were given up',
      access: 'write',
      body: replaySchema.optional(),
      answer: { data: replayedSchema },
      async handle({ principal, params, body }) {
        const ids = await messages.replay(principal, channelOf(params), body?.messageId)
        return { data: { messages: ids } }
      },
    }),
  ]
}

function present(message: StoredMessage): PresentedMessage {
  const { channelId: _channel, notice, proof, reached: _reached, ...rest } = message
  return {
    ...rest,
    title: notice.title,
    level: proof?.level ?? null,
    proven: proof?.proven ?? [],
    unproven: proof?.unproven ?? [],
  }
}
