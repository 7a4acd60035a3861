// What routes of principals and API keys answer, as schemas.
import { z } from 'zod'

export const principalSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['person', 'runner', 'control-plane']),
  person: z.string(),
  displayName: z.string(),
  roles: z.array(z.string()),
  keyId: z.string(),
  publicKey: z.string(),
  revokedAt: z.iso.datetime().optional(),
})

export const apiKeySchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'developer', 'viewer']),
  environments: z.array(z.string()).nullable(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
  expiresAt: z.iso.datetime().nullable(),
  lastUsedAt: z.iso.datetime().nullable(),
  predecessor: z.string().optional(),
  revokedAt: z.iso.datetime().optional(),
})

export const issuedKeySchema = apiKeySchema.extend({ key: z.string() })

export const tokenSchema = z.strictObject({
  token: z.string(),
  audience: z.string(),
  issuer: z.string(),
  tenant: z.string(),
  role: z.enum(['admin', 'developer', 'viewer']),
  environments: z.array(z.string()).nullable(),
  expiresAt: z.iso.datetime(),
})
