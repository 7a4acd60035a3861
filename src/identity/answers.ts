// What routes of principals and API keys answer, as schemas.
import { z } from 'zod'

export const principalSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['person', 'runner', 'control-plane']),
  person: z.string(),
  account: z.string().optional(),
  displayName: z.string(),
  roles: z.array(z.string()),
  keyId: z.string(),
  publicKey: z.string(),
  revokedAt: z.iso.datetime().optional(),
})

export const ownKeySchema = principalSchema.extend({ registeredAt: z.iso.datetime() })

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

export const accountSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  state: z.enum(['invited', 'joined', 'removed']),
  issuer: z.string(),
  subject: z.string().nullable(),
  email: z.string().nullable(),
  displayName: z.string().nullable(),
  role: z.enum(['admin', 'developer', 'viewer']),
  environments: z.array(z.string()).nullable(),
  signsAs: z.array(z.string()),
  person: z.string().nullable(),
  invitedAt: z.iso.datetime(),
  invitedBy: z.string(),
  expiresAt: z.iso.datetime(),
  joinedAt: z.iso.datetime().nullable(),
  removedAt: z.iso.datetime().nullable(),
})

export const whoSchema = z.strictObject({
  id: z.string(),
  tenant: z.string(),
  role: z.enum(['admin', 'developer', 'viewer']),
  environments: z.array(z.string()).nullable(),
  credential: z.enum(['api-key', 'service-token', 'operator', 'view-key', 'session']),
  displayName: z.string().nullable(),
  email: z.string().nullable(),
  signsAs: z.array(z.string()),
  person: z.string().nullable(),
  session: z
    .strictObject({
      id: z.string(),
      issuer: z.string().nullable(),
      authenticatedAt: z.iso.datetime().nullable(),
      /** Until when the person may give their word; null where they have to prove first who they are. */
      provenUntil: z.iso.datetime().nullable(),
      endsAt: z.iso.datetime(),
    })
    .nullable(),
})

export const sessionSchema = z.strictObject({
  id: z.string(),
  isCurrent: z.boolean(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
})

export const signedOutSchema = z.strictObject({ sessionCount: z.int() })
