// Routes of channels.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route, SqlTx } from '../kernel/index.ts'
import { admissionOf } from '../webhook/index.ts'
import { channelSchema, madeChannelSchema, testedSchema } from './answers.ts'
import type { ChannelTest } from './channel-test.ts'
import type { Channels } from './channels.ts'
import { targetSchema } from './channel-target.ts'
import { RATE_DEFAULT_PER_MINUTE } from './model.ts'
import type { ChannelKind, ChannelSettings, StoredChannel } from './model.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'

const RATE_LIMIT_PER_MINUTE = 600

export const channelName = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/, 'expected a name such as release-room')
/** Where a page of a list by name ends. */
export const NAME_POSITION = /^[a-z0-9-]{1,60}$/
const ratePerMinute = z.int().min(1).max(RATE_LIMIT_PER_MINUTE)

const addSchema = z.strictObject({
  name: channelName,
  ratePerMinute: ratePerMinute.default(RATE_DEFAULT_PER_MINUTE),
  target: targetSchema,
})
const changeSchema = z.strictObject({
  name: channelName.exactOptional(),
  ratePerMinute: ratePerMinute.exactOptional(),
  isEnabled: z.boolean().exactOptional(),
  target: targetSchema.exactOptional(),
})

/** A channel as the API shows it. */
export interface PresentedChannel {
  readonly id: string
  readonly name: string
  readonly kind: ChannelKind
  readonly settings: ChannelSettings
  readonly ratePerMinute: number
  readonly isEnabled: boolean
  readonly health: 'well' | 'failing' | 'resting'
  readonly restsUntil: string | null
  readonly createdAt: string
  readonly createdBy: string
}

export interface MadeChannel extends PresentedChannel {
  readonly verifyWith: { readonly secret: string; readonly publicKey: string } | null
}

const CHANNELS: PagedList = {
  name: 'channels',
  position: NAME_POSITION,
  limitDefault: 200,
}

export function makeChannelRoutes(
  channels: Channels,
  clock: { nowMs(): number },
): readonly Route[] {
  const present = (stored: StoredChannel): PresentedChannel => presentAt(stored, clock.nowMs())
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/channels',
      summary: 'Add a channel that messages are sent over; what opens it is never shown again',
      access: 'admin',
      body: addSchema,
      answer: {
        statuses: [201],
        data: madeChannelSchema,
        secrets: {
          members: ['verifyWith'],
          recovery:
            'To be shown what its receiver verifies with, remove the channel and add it again.',
        },
      },
      async handle({ principal, body }) {
        const stored = await channels.add(principal, body)
        return {
          status: 201,
          data: {
            ...present(stored),
            verifyWith: verifyWith(channels, principal.tenantId, stored),
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/channels',
      summary: 'List the channels of the tenant in pages, by name, and how they are',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(channelSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(CHANNELS, query)
        const rows = await channels.list(principal.tenantId, page)
        return { data: rows.map(present), next: nextOf(CHANNELS, page, rows, ({ name }) => name) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/channels/:channel',
      summary: 'Change a channel, disable it, or enable it again; what is not named stays',
      access: 'admin',
      body: changeSchema,
      answer: { data: channelSchema },
      async handle({ principal, params, body }) {
        return { data: present(await channels.change(principal, channelOf(params), body)) }
      },
    }),
    {
      method: 'DELETE',
      path: '/v1/channels/:channel',
      summary: 'Remove a channel with its messages',
      access: 'admin',
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await channels.remove(principal, channelOf(params))
        return { data: null }
      },
    },
    {
      method: 'POST',
      path: '/v1/channels/:channel/test',
      summary: 'Send a nonce over a channel now, and say what its answer proves',
      access: 'write',
      // It waits for what the channel answers.
      repetition: 'own',
      answer: { data: testedSchema },
      async handle({ principal, params, keep }) {
        const kept = keep && ((tx: SqlTx, data: ChannelTest) => keep(tx, { data }))
        return { data: await channels.test(principal, channelOf(params), kept) }
      },
    },
  ]
}

export function channelOf(params: Readonly<Record<string, string>>): string {
  return params['channel'] ?? ''
}

function verifyWith(
  channels: Channels,
  tenantId: string,
  { id, kind }: StoredChannel,
): MadeChannel['verifyWith'] {
  if (kind !== 'webhook') return null
  const { secrets, publicKey } = channels.secrets(tenantId, id)
  return { secret: secrets[0] ?? '', publicKey }
}

function presentAt(stored: StoredChannel, nowMs: number): PresentedChannel {
  const isResting = admissionOf(stored, nowMs) === 'resting'
  const { id, name, kind, settings, ratePerMinute: rate, isEnabled, createdAt, createdBy } = stored
  return {
    id,
    name,
    kind,
    settings,
    ratePerMinute: rate,
    isEnabled,
    health: isResting ? 'resting' : stored.failures > 0 ? 'failing' : 'well',
    restsUntil: isResting ? new Date(stored.restsUntilMs ?? 0).toISOString() : null,
    createdAt,
    createdBy,
  }
}
