// Routes of service tokens.
import { z } from 'zod'
import { callerOf, defineRoute } from '../../kernel/index.ts'
import type { Route } from '../../kernel/index.ts'
import { tokenSchema } from '../answers.ts'
import type { IssuedToken, ServiceTokens } from './service.ts'

const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u)
const wishSchema = z.strictObject({
  audience: nameSchema.optional(),
  role: z.enum(['admin', 'developer', 'viewer']).optional(),
  environments: z.array(nameSchema).min(1).max(50).optional(),
})

export function makeServiceTokenRoutes(tokens: ServiceTokens): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/service-tokens',
      summary: 'Get a token of five minutes with the caller’s rights, or less; nothing is stored',
      access: 'read',
      givesSecrets: true,
      body: wishSchema.optional(),
      answer: { statuses: [201], data: tokenSchema },
      async handle({ principal, body: wish = {} }) {
        return { status: 201, data: presentToken(await tokens.issue(callerOf(principal), wish)) }
      },
    }),
  ]
}

/** A service token as the API shows it. */
export interface PresentedToken {
  readonly token: string
  readonly audience: string
  readonly issuer: string
  readonly tenant: string
  readonly role: string
  readonly environments: readonly string[] | null
  readonly expiresAt: string
}

function presentToken(issued: IssuedToken): PresentedToken {
  const { token, audience, issuer, tenantId: tenant, role, environments, expiresAt } = issued
  return { token, audience, issuer, tenant, role, environments, expiresAt }
}
