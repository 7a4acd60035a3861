// Routes of switches; those of OFREP are beside them.
import { z } from 'zod'
import { defineRoute, utf8Bytes } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import { flipSchema, reasonSchema } from './flip-action.ts'
import { describeWord, jsonOfWord, parseWord } from './model.ts'
import type { StoredChange, StoredDefinition, StoredSwitch } from './model.ts'
import { etagOf, makeOfrepRoutes } from './ofrep.ts'
import type { OfrepPorts } from './ofrep.ts'
import { HISTORY_LIMIT_COUNT } from './store.ts'
import { changedSchema, historySchema, switchesSchema } from './answers.ts'

const variantName = z.string().min(1).max(100)
const definitionSchema = z.strictObject({
  kind: z.enum(['kill-switch', 'flag']),
  boot: z.enum(['on', 'off']),
  variants: z
    .record(
      variantName,
      z.union([z.boolean(), z.number(), z.string().max(10_000), z.record(z.string(), z.json())]),
    )
    .exactOptional(),
  onVariant: variantName.exactOptional(),
  offVariant: variantName.exactOptional(),
  confirms: z.enum(['none', 'restore', 'all']),
})
const SWITCHES: PagedList = {
  name: 'switches',
  position: /^[a-z0-9._-]{1,200}$/,
  limitDefault: 200,
}
const HISTORY: PagedList = {
  name: 'switch-history',
  position: /^\d{1,9}$/,
  limitDefault: HISTORY_LIMIT_COUNT,
}
const historyQuery = z.strictObject({
  ...pageShape,
  before: z
    .string()
    .regex(/^\d{1,9}$/, 'expected a version')
    .transform(Number)
    .exactOptional(),
})
const defineSchema = z.strictObject({ definition: definitionSchema, reason: reasonSchema })

export function makeFlagRoutes(ports: OfrepPorts): readonly Route[] {
  return [...readRoutes(ports), ...writeRoutes(ports), ...makeOfrepRoutes(ports)]
}

function readRoutes({ flags, digest }: OfrepPorts): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/switches',
      summary: 'List the switches of the tenant by name, in pages',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: switchesSchema, isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(SWITCHES, query)
        const all = await flags.list(principal.tenantId, page)
        return {
          data: all.map(presentSwitch),
          next: nextOf(SWITCHES, page, all, ({ name }) => name),
        }
      },
    }),
    {
      method: 'GET',
      path: '/v1/switches/document',
      summary: 'What nodes read: every switch with its word, with an ETag',
      access: 'read',
      answer: { mediaType: 'application/json' },
      async handle({ principal }) {
        const bytes = utf8Bytes(await flags.document(principal.tenantId))
        return { bytes, mediaType: 'application/json', etag: etagOf(digest, bytes) }
      },
    },
    defineRoute({
      method: 'GET',
      path: '/v1/switches/:name/history',
      summary: 'The changes of a switch, newest first, in pages',
      access: 'read',
      query: historyQuery,
      answer: { data: historySchema, isPaged: true },
      async handle({ principal, params, query: { before, ...rest } }) {
        const page = readPage(HISTORY, rest)
        const changes = await flags.history(principal.tenantId, params['name'] ?? '', {
          limit: page.limit,
          before: page.after === undefined ? before : Number(page.after),
        })
        const next = nextOf(HISTORY, page, changes, ({ version }) => String(version))
        return { data: changes.map(presentChange), next }
      },
    }),
  ]
}

function writeRoutes({ flags }: OfrepPorts): readonly Route[] {
  return [
    defineRoute({
      method: 'PUT',
      path: '/v1/switches/:name',
      summary: 'Make a switch at its boot default, or give one another definition',
      access: 'write',
      body: defineSchema,
      answer: { data: changedSchema },
      async handle({ principal, params, body }) {
        const { definition, reason } = body
        const name = params['name'] ?? ''
        // The schema leaves out what was not given, as the type wants it.
        const given: StoredDefinition = definition
        const { isChanged, stored } = await flags.define(principal, name, given, reason)
        return { data: { isChanged, ...presentSwitch(stored) } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/switches/:name/flips',
      summary: 'Turn a switch, or say who gets what; some flips have to be previewed and confirmed',
      access: 'write',
      body: flipSchema,
      answer: { data: changedSchema },
      async handle({ principal, params, body }) {
        const { word, ...rest } = body
        const wish = { ...rest, name: params['name'] ?? '', word: parseWord(word) }
        const { isChanged, stored } = await flags.flip(principal, wish)
        return { data: { isChanged, ...presentSwitch(stored) } }
      },
    }),
  ]
}

/** A switch as the API shows it. */
export interface PresentedSwitch {
  readonly name: string
  readonly definition: StoredDefinition
  readonly word: unknown
  /** The word for people. */
  readonly says: string
  readonly version: number
  readonly reason: string
  readonly changedBy: string
  readonly changedAt: string
}

export type PresentedChange = PresentedSwitch & { readonly kind: StoredChange['kind'] }

function presentSwitch(stored: StoredSwitch): PresentedSwitch {
  const { name, definition, word, version, reason, changedBy, changedAt } = stored
  const says = describeWord(word)
  return { name, definition, word: jsonOfWord(word), says, version, reason, changedBy, changedAt }
}

function presentChange(change: StoredChange): PresentedChange {
  return { kind: change.kind, ...presentSwitch(change) }
}
