// Routes of principals.
import { z } from 'zod'
import { base64Of, bytesOfBase64, defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { identityFault } from './errors.ts'
import type { RegisteredPrincipal } from './model.ts'
import type { Identity } from './service.ts'
import { principalSchema } from './answers.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'

const registrationSchema = z.strictObject({
  kind: z.enum(['person', 'runner']),
  displayName: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u),
  roles: z
    .array(
      z
        .string()
        .min(1)
        .max(100)
        .regex(/^[^\p{Cc}]+$/u),
    )
    .max(50),
  publicKey: z.string().max(400),
})

export const revocationSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]+$/u),
})

const PRINCIPALS: PagedList = {
  name: 'principals',
  position: /^[\w-]{1,100}$/,
  limitDefault: 200,
}

export function makeIdentityRoutes(identity: Identity): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/principals',
      summary: 'Register a person or a runner by public key',
      access: 'admin',
      asksProof: 'always',
      body: registrationSchema,
      answer: { statuses: [201], data: principalSchema },
      async handle({ principal, body }) {
        const publicKey = decodeKey(body.publicKey)
        const registered = await identity.register(principal.tenantId, {
          ...body,
          publicKey,
        })
        return { status: 201, data: presentPrincipal(registered) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/principals/:principalId/revocation',
      summary: 'Refuse whatever a key signs from now on; what was accepted stands',
      access: 'admin',
      body: revocationSchema,
      answer: { statuses: [201], data: principalSchema },
      async handle({ principal, params, body }) {
        const { reason } = body
        const id = params['principalId'] ?? ''
        const revoked = await identity.revoke(principal.tenantId, principal.id, id, reason)
        return { status: 201, data: presentPrincipal(revoked) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/principals',
      summary: 'List principals in pages, by id',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(principalSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(PRINCIPALS, query)
        const rows = await identity.list(principal.tenantId, page)
        return {
          data: rows.map(presentPrincipal),
          next: nextOf(PRINCIPALS, page, rows, ({ id }) => id),
        }
      },
    }),
  ]
}

export function decodeKey(text: string): Uint8Array {
  try {
    return bytesOfBase64(text)
  } catch (error) {
    throw identityFault('IDENTITY_KEY_MALFORMED', 'expected the public key as base64', {
      cause: error,
    })
  }
}

/** A principal as the API shows it. */
export interface PresentedPrincipal {
  readonly id: string
  readonly kind: string
  /** Id of the person behind the key; differs from `id` for a person's further keys. */
  readonly person: string
  /** Id of the account that the key belongs to. */
  readonly account?: string
  readonly displayName: string
  readonly roles: readonly string[]
  readonly keyId: string
  readonly publicKey: string
  /** RFC 3339; absent while the key is in force. */
  readonly revokedAt?: string
}

export function presentPrincipal(principal: RegisteredPrincipal): PresentedPrincipal {
  return {
    id: principal.id,
    kind: principal.kind,
    person: principal.person,
    ...(principal.account === undefined ? {} : { account: principal.account }),
    displayName: principal.displayName,
    roles: principal.roles,
    keyId: principal.keyId,
    publicKey: base64Of(principal.publicKey),
    ...(principal.revokedAt === undefined ? {} : { revokedAt: principal.revokedAt }),
  }
}
