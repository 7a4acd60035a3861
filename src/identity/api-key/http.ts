// Routes of API keys: for admins alone.
import { z } from 'zod'
import { defineRoute } from '../../kernel/index.ts'
import type { Principal, Route } from '../../kernel/index.ts'
import { assertDirect } from '../direct.ts'
import type { ApiKey, ApiKeyWish } from './model.ts'
import type { ApiKeys, IssuedApiKey } from './service.ts'
import { apiKeySchema, issuedKeySchema } from '../answers.ts'
import { nextOf, pageShape, readPage } from '../../web/index.ts'
import type { PagedList } from '../../web/index.ts'

const DAY_S = 24 * 60 * 60
/** A key that nobody said anything about ends by itself. */
const DEFAULT_LIFETIME_S = 90 * DAY_S
const LIFETIME_MINIMUM_S = 60
const LIFETIME_MAXIMUM_S = 3_650 * DAY_S
const DEFAULT_OVERLAP_S = DAY_S
const OVERLAP_MAXIMUM_S = 30 * DAY_S

const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u)
export const creationSchema = z.strictObject({
  name: nameSchema,
  role: z.enum(['admin', 'developer', 'viewer']),
  /** Absent or null = every environment. */
  environments: z.array(nameSchema).min(1).max(50).nullable().optional(),
  /** Null = it does not expire. */
  lifetimeS: z.int().min(LIFETIME_MINIMUM_S).max(LIFETIME_MAXIMUM_S).nullable().optional(),
})
const rotationSchema = z.strictObject({
  overlapS: z.int().min(0).max(OVERLAP_MAXIMUM_S).optional(),
})
const revocationSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]+$/u),
})
const KEY_SECRET = {
  members: ['key'],
  // Not by rotating: a key has one successor, and that of an admin is rotated by its holder alone.
  recovery:
    'Revoke the key, and make another: POST /v1/api-keys/{keyId}/revocation, then POST /v1/api-keys; one of an admin by a preview of api-key.create.',
}

const API_KEYS: PagedList = {
  name: 'api-keys',
  position: /^\w{1,64}$/,
  limitDefault: 200,
}

export function makeApiKeyRoutes(apiKeys: ApiKeys): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/api-keys',
      summary: 'Make an API key; its text is in this answer and nowhere else',
      access: 'admin',
      asksProof: 'always',
      body: creationSchema,
      answer: { statuses: [201], data: issuedKeySchema, secrets: KEY_SECRET },
      async handle({ principal, body }) {
        if (body.role === 'admin') assertDirect(principal, 'api-key.create')
        const issued = await apiKeys.create(principal.tenantId, principal.id, wishOf(body))
        return { status: 201, data: presentIssued(issued) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/api-keys',
      summary: 'List API keys in pages, the oldest first, without their text',
      access: 'admin',
      query: z.strictObject(pageShape),
      answer: { data: z.array(apiKeySchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(API_KEYS, query)
        const rows = await apiKeys.list(principal.tenantId, page)
        return {
          data: rows.map(presentApiKey),
          next: nextOf(API_KEYS, page, rows, ({ keyId }) => keyId),
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/api-keys/:keyId/rotation',
      summary: 'Make the successor of an API key; the old one goes on for the overlap',
      access: 'admin',
      asksProof: 'always',
      body: rotationSchema,
      answer: { statuses: [201], data: issuedKeySchema, secrets: KEY_SECRET },
      async handle({ principal, params, body }) {
        const { overlapS } = body
        await assertOwnRotation(apiKeys, principal, params['keyId'] ?? '')
        const issued = await apiKeys.rotate(
          principal.tenantId,
          principal.id,
          params['keyId'] ?? '',
          overlapS ?? DEFAULT_OVERLAP_S,
        )
        return { status: 201, data: presentIssued(issued) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/api-keys/:keyId/revocation',
      summary: 'Let an API key open nothing any more',
      access: 'admin',
      body: revocationSchema,
      answer: { statuses: [201], data: apiKeySchema },
      async handle({ principal, params, body }) {
        const { reason } = body
        const id = params['keyId'] ?? ''
        const revoked = await apiKeys.revoke(principal.tenantId, principal.id, id, reason)
        return { status: 201, data: presentApiKey(revoked) }
      },
    }),
  ]
}

/** What a body asks for, with what it leaves out. */
export function wishOf({
  name,
  role,
  environments = null,
  lifetimeS = DEFAULT_LIFETIME_S,
}: z.output<typeof creationSchema>): ApiKeyWish {
  const sorted = environments === null ? null : [...new Set(environments)].sort()
  return { name, role, environments: sorted, lifetimeS }
}

/** Whoever rotates a key has its successor; only admins make admins, and not alone. @throws IDENTITY_CONFIRMATION_REQUIRED */
async function assertOwnRotation(
  apiKeys: ApiKeys,
  principal: Principal,
  keyId: string,
): Promise<void> {
  if (principal.id === `key-${keyId}`) return
  const key = (await apiKeys.list(principal.tenantId)).find((each) => each.keyId === keyId)
  if (key?.role === 'admin') assertDirect(principal, 'api-key.create')
}

/** An API key as the API shows it. */
export interface PresentedApiKey {
  readonly id: string
  readonly tenant: string
  readonly name: string
  readonly role: string
  readonly environments: readonly string[] | null
  readonly createdAt: string
  readonly createdBy: string
  /** Null = it does not expire. */
  readonly expiresAt: string | null
  /** To the minute; null = never. */
  readonly lastUsedAt: string | null
  readonly predecessor?: string
  readonly revokedAt?: string
}

export type PresentedIssue = PresentedApiKey & {
  /** Shown once. */
  readonly key: string
}

export function presentIssued({ key, text }: IssuedApiKey): PresentedIssue {
  return { ...presentApiKey(key), key: text }
}

function presentApiKey(key: ApiKey): PresentedApiKey {
  return {
    id: key.keyId,
    tenant: key.tenantId,
    name: key.name,
    role: key.role,
    environments: key.environments,
    createdAt: key.createdAt,
    createdBy: key.createdBy,
    expiresAt: key.expiresAt ?? null,
    lastUsedAt: key.lastUsedAt ?? null,
    ...(key.predecessor === undefined ? {} : { predecessor: key.predecessor }),
    ...(key.revokedAt === undefined ? {} : { revokedAt: key.revokedAt }),
  }
}
