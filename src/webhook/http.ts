// Routes of webhooks.
import { z } from 'zod'
import { callerOf, defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import {
  deliveriesSchema,
  endpointSchema,
  madeEndpointSchema,
  replayedSchema,
  secretsSchema,
} from './answers.ts'
import { DELIVERY_STATES, OVERLAP_DEFAULT_MS, PAGE_LIMIT_COUNT } from './model.ts'
import type { StoredDelivery, StoredEndpoint } from './model.ts'
import { admissionOf } from './cool-down.ts'
import { presentBreaker } from './breaker-terms.ts'
import type { PresentedBreaker } from './breaker-terms.ts'
import { changeSchema, createSchema } from './endpoint-form.ts'
import type { EndpointSecrets, Webhooks } from './service.ts'

const MS_PER_HOUR = 3_600_000
const OVERLAP_LIMIT_HOURS = 30 * 24

const rotateSchema = z.strictObject({
  overlapHours: z
    .number()
    .min(0)
    .max(OVERLAP_LIMIT_HOURS)
    .default(OVERLAP_DEFAULT_MS / MS_PER_HOUR),
})
const instant = z.iso.datetime({ offset: true })
const replaySchema = z
  .strictObject({
    eventId: z.string().max(100).exactOptional(),
    from: instant.exactOptional(),
    to: instant.exactOptional(),
    states: z
      .array(z.enum(DELIVERY_STATES).exclude(['pending']))
      .min(1)
      .default(['dead']),
    dryRun: z.boolean().default(false),
  })
  .refine(({ eventId, from }) => eventId !== undefined || from !== undefined, {
    message: 'expected eventId, or from and perhaps to',
  })
const DELIVERIES: PagedList = {
  name: 'deliveries',
  position: /^\d{1,15}$/,
  limitDefault: PAGE_LIMIT_COUNT,
}

const ENDPOINTS: PagedList = {
  name: 'webhooks',
  position: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  limitDefault: 200,
}

const listSchema = z.strictObject({
  ...pageShape,
  state: z.enum(DELIVERY_STATES).exactOptional(),
  before: z
    .string()
    .regex(/^\d{1,15}$/, 'expected a position')
    .transform(Number)
    .exactOptional(),
})

/** An endpoint as the API shows it. */
export interface PresentedEndpoint {
  readonly id: string
  /** For others than admins it ends with `/…` after the host. */
  readonly url: string
  readonly kinds: readonly string[]
  readonly description: string
  readonly hasBodySignature: boolean
  /** After how many failures in a row it rests, at first and at most for how long. */
  readonly breaker: PresentedBreaker
  readonly isEnabled: boolean
  readonly disabledReason: string | null
  /** `well`, or that it rests after failures, until when. */
  readonly health: 'well' | 'failing' | 'resting'
  readonly restsUntil: string | null
  readonly secretVersion: number
  readonly createdAt: string
  readonly createdBy: string
}

export type PresentedDelivery = StoredDelivery & { readonly seq: number }

export function makeWebhookRoutes(
  webhooks: Webhooks,
  clock: { nowMs(): number },
): readonly Route[] {
  const present = (stored: StoredEndpoint): PresentedEndpoint => presentAt(stored, clock.nowMs())
  return [
    ...endpointRoutes(webhooks, present),
    ...secretRoutes(webhooks, present),
    ...deliveryRoutes(webhooks),
  ]
}

function presentAt(stored: StoredEndpoint, nowMs: number): PresentedEndpoint {
  const isResting = admissionOf(stored, nowMs) === 'resting'
  return {
    id: stored.id,
    url: stored.url,
    kinds: stored.kinds,
    description: stored.description,
    hasBodySignature: stored.hasBodySignature,
    breaker: presentBreaker(stored.breaker),
    isEnabled: stored.isEnabled,
    disabledReason: stored.disabledReason,
    health: isResting ? 'resting' : stored.failures > 0 ? 'failing' : 'well',
    restsUntil: isResting ? new Date(stored.restsUntilMs ?? 0).toISOString() : null,
    secretVersion: stored.secretVersion,
    createdAt: stored.createdAt,
    createdBy: stored.createdBy,
  }
}

/** Receivers put tokens into paths and queries: whoever may not change an endpoint sees where it leads and no more. */
function withoutTokens(endpoint: PresentedEndpoint): PresentedEndpoint {
  const { origin, pathname, search, hash } = new URL(endpoint.url)
  return { ...endpoint, url: pathname + search + hash === '/' ? endpoint.url : `${origin}/…` }
}

const READ_AGAIN = {
  members: ['secrets'],
  recovery: 'Read the secrets: GET /v1/webhooks/{webhookId}/secrets.',
}

function endpointRoutes(
  webhooks: Webhooks,
  present: (stored: StoredEndpoint) => PresentedEndpoint,
): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/webhooks',
      summary: 'Make an endpoint that facts of the ledger are delivered to; answers its secrets',
      access: 'admin',
      body: createSchema,
      answer: { statuses: [201], data: madeEndpointSchema, secrets: READ_AGAIN },
      async handle({ principal, body }) {
        const stored = await webhooks.create(principal, body)
        const secrets = await webhooks.secrets(principal.tenantId, stored.id)
        return { status: 201, data: { ...present(stored), ...secrets } }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/webhooks',
      summary:
        'List the endpoints of the tenant in pages, the oldest first, and how they are; whole addresses for admins',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(endpointSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(ENDPOINTS, query)
        const rows = await webhooks.list(principal.tenantId, page)
        const all = rows.map(present)
        return {
          data: callerOf(principal).role === 'admin' ? all : all.map(withoutTokens),
          next: nextOf(ENDPOINTS, page, rows, ({ id }) => id),
        }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/webhooks/:webhookId',
      summary: 'Change an endpoint, disable it, or enable it again; what is not named stays',
      access: 'admin',
      body: changeSchema,
      answer: { data: endpointSchema },
      async handle({ principal, params, body }) {
        return { data: present(await webhooks.change(principal, idOf(params), body)) }
      },
    }),
    {
      method: 'DELETE',
      path: '/v1/webhooks/:webhookId',
      summary: 'Remove an endpoint with its deliveries',
      access: 'admin',
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await webhooks.remove(principal, idOf(params))
        return { data: null }
      },
    },
    {
      method: 'POST',
      path: '/v1/webhooks/:webhookId/test',
      summary: 'Have a test event delivered to the endpoint',
      access: 'write',
      answer: { statuses: [202], data: z.strictObject({ eventId: z.string() }) },
      async handle({ principal, params }) {
        return { status: 202, data: { eventId: await webhooks.test(principal, idOf(params)) } }
      },
    },
  ]
}

function secretRoutes(
  webhooks: Webhooks,
  present: (stored: StoredEndpoint) => PresentedEndpoint,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/webhooks/:webhookId/secrets',
      summary: 'Show what a receiver verifies with: secrets and public key',
      // Whoever has them can pretend to be us.
      access: 'admin',
      givesSecrets: true,
      answer: { data: secretsSchema },
      async handle({ principal, params }) {
        const data: EndpointSecrets = await webhooks.secrets(principal.tenantId, idOf(params))
        return { data }
      },
    },
    defineRoute({
      method: 'POST',
      path: '/v1/webhooks/:webhookId/rotate',
      summary: 'Sign with a new secret, and for a while with the one before as well',
      access: 'admin',
      body: rotateSchema.optional(),
      answer: { data: madeEndpointSchema, secrets: READ_AGAIN },
      async handle({ principal, params, body }) {
        const overlapMs =
          body?.overlapHours === undefined ? OVERLAP_DEFAULT_MS : body.overlapHours * MS_PER_HOUR
        const stored = await webhooks.rotate(principal, idOf(params), overlapMs)
        const secrets = await webhooks.secrets(principal.tenantId, stored.id)
        return { data: { ...present(stored), ...secrets } }
      },
    }),
  ]
}

function deliveryRoutes(webhooks: Webhooks): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/webhooks/:webhookId/deliveries',
      summary: 'List the deliveries of an endpoint, newest first',
      access: 'read',
      query: listSchema,
      answer: { data: deliveriesSchema, isPaged: true },
      async handle({ principal, params, query: { state, before, ...rest } }) {
        const page = readPage(DELIVERIES, rest)
        const data: readonly PresentedDelivery[] = await webhooks.deliveries(
          principal.tenantId,
          idOf(params),
          { state, before: page.after === undefined ? before : Number(page.after) },
          page.limit,
        )
        return { data, next: nextOf(DELIVERIES, page, data, ({ seq }) => String(seq)) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/webhooks/:webhookId/replay',
      summary: 'Send again, under their ids: one event, or what ended within a span of time',
      access: 'write',
      body: replaySchema,
      answer: { data: replayedSchema },
      async handle({ principal, params, body }) {
        const { eventId, from, to, states, dryRun } = body
        const range = {
          states,
          ...(eventId === undefined ? {} : { eventId }),
          ...(from === undefined ? {} : { fromAt: from }),
          ...(to === undefined ? {} : { toAt: to }),
        }
        return { data: await webhooks.replay(principal, idOf(params), range, dryRun) }
      },
    }),
  ]
}

function idOf(params: Readonly<Record<string, string>>): string {
  return params['webhookId'] ?? ''
}
