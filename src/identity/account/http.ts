// Routes of accounts: for admins alone, but for what everybody may ask about themselves.
import { z } from 'zod'
import { callerOf, defineRoute } from '../../kernel/index.ts'
import type { Caller, Route } from '../../kernel/index.ts'
import { accountSchema, sessionSchema, signedOutSchema, whoSchema } from '../answers.ts'
import { identityFault } from '../errors.ts'
import type { Session } from '../session/model.ts'
import type { Sessions } from '../session/service.ts'
import type { Account } from './model.ts'
import type { Accounts } from './service.ts'

const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u)
const rightsShape = {
  role: z.enum(['admin', 'developer', 'viewer']),
  /** Absent or null = every environment. */
  environments: z.array(nameSchema).min(1).max(50).nullable().optional(),
}
const rightsSchema = z.strictObject(rightsShape)
const invitationSchema = z
  .strictObject({
    ...rightsShape,
    issuer: z
      .string()
      .min(1)
      .max(500)
      .regex(/^[^\p{Cc}]+$/u)
      .optional(),
    subject: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^\p{Cc}]+$/u)
      .optional(),
    email: z
      .string()
      .max(320)
      .regex(/^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u, 'expected an e-mail address')
      .optional(),
  })
  .refine(
    ({ subject, email }) => (subject === undefined) !== (email === undefined),
    'expected either subject or email',
  )
const removalSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]+$/u),
})

export function makeAccountRoutes(
  accounts: Accounts,
  sessions: Pick<Sessions, 'list'>,
): readonly Route[] {
  return [
    ...makeOwnRoutes(accounts, sessions),
    defineRoute({
      method: 'POST',
      path: '/v1/accounts',
      summary: 'Invite a person by e-mail address, or by what their issuer calls them',
      access: 'admin',
      body: invitationSchema,
      answer: { statuses: [201], data: accountSchema },
      async handle({ principal, body: { issuer, subject, email, ...rights } }) {
        const invited = await accounts.invite(principal.tenantId, principal.id, {
          ...rightsOf(rights),
          ...(issuer === undefined ? {} : { issuer }),
          ...(subject === undefined ? {} : { subject }),
          ...(email === undefined ? {} : { email }),
        })
        return { status: 201, data: presentAccount(invited) }
      },
    }),
    {
      method: 'GET',
      path: '/v1/accounts',
      summary: 'List accounts and invitations',
      access: 'admin',
      answer: { data: z.array(accountSchema) },
      async handle({ principal }) {
        return { data: (await accounts.list(principal.tenantId)).map(presentAccount) }
      },
    },
    defineRoute({
      method: 'POST',
      path: '/v1/accounts/:accountId/rights',
      summary: 'Give a person other rights; they sign in again',
      access: 'admin',
      body: rightsSchema,
      answer: { data: accountSchema },
      async handle({ principal, params, body }) {
        const id = params['accountId'] ?? ''
        const rights = rightsOf(body)
        const changed = await accounts.change(principal.tenantId, principal.id, id, rights)
        return { data: presentAccount(changed) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/accounts/:accountId/removal',
      summary: 'Take away an account or an invitation, with every session',
      access: 'admin',
      body: removalSchema,
      answer: { statuses: [201], data: accountSchema },
      async handle({ principal, params, body: { reason } }) {
        const id = params['accountId'] ?? ''
        const removed = await accounts.remove(principal.tenantId, principal.id, id, reason)
        return { status: 201, data: presentAccount(removed) }
      },
    }),
    {
      method: 'POST',
      path: '/v1/accounts/:accountId/sign-out',
      summary: 'End every session of a person',
      access: 'admin',
      answer: { data: signedOutSchema },
      async handle({ principal, params }) {
        const id = params['accountId'] ?? ''
        const sessionCount = await accounts.signOut(principal.tenantId, principal.id, id)
        return { data: { sessionCount } }
      },
    },
  ]
}

function makeOwnRoutes(accounts: Accounts, sessions: Pick<Sessions, 'list'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/session',
      summary: 'Who the server takes the caller for',
      access: 'read',
      answer: { data: whoSchema },
      async handle({ principal }) {
        const caller = callerOf(principal)
        const account = caller.session && (await accounts.find(caller.tenantId, caller.id))
        return { data: presentWho(caller, account) }
      },
    },
    {
      method: 'GET',
      path: '/v1/sessions',
      summary: 'List the caller’s own sessions',
      access: 'read',
      answer: { data: z.array(sessionSchema) },
      async handle({ principal }) {
        const { id, tenantId, session } = callerOf(principal)
        if (session === undefined) return { data: [] }
        const own = await sessions.list(tenantId, id)
        return { data: own.map((each) => presentSession(each, session.id)) }
      },
    },
    {
      method: 'POST',
      path: '/v1/sessions/sign-out',
      summary: 'End every session of the caller, this one too',
      // Whoever has a session may end it, whatever else they may do.
      access: 'read',
      answer: { data: signedOutSchema },
      async handle({ principal }) {
        const { id, tenantId, session } = callerOf(principal)
        if (session === undefined)
          throw identityFault('IDENTITY_SESSION_MISSING', 'expected somebody who signed in')
        return { data: { sessionCount: await accounts.signOut(tenantId, id, id) } }
      },
    },
  ]
}

function rightsOf({ role, environments }: z.infer<typeof rightsSchema>): {
  readonly role: Account['role']
  readonly environments: readonly string[] | null
} {
  const limited = environments ?? null
  return { role, environments: limited === null ? null : [...new Set(limited)].sort() }
}

/** An account as the API shows it. */
export interface PresentedAccount {
  readonly id: string
  readonly tenant: string
  readonly state: 'invited' | 'joined' | 'removed'
  readonly issuer: string
  readonly subject: string | null
  readonly email: string | null
  readonly displayName: string | null
  readonly role: string
  readonly environments: readonly string[] | null
  readonly invitedAt: string
  readonly invitedBy: string
  /** When an invitation ends that nobody accepted. */
  readonly expiresAt: string
  readonly joinedAt: string | null
  readonly removedAt: string | null
}

function presentAccount(account: Account): PresentedAccount {
  const { removedAt = null, joinedAt = null } = account
  return {
    id: account.accountId,
    tenant: account.tenantId,
    state: removedAt !== null ? 'removed' : joinedAt !== null ? 'joined' : 'invited',
    issuer: account.issuer,
    subject: account.subject ?? null,
    email: account.email ?? null,
    displayName: account.displayName ?? null,
    role: account.role,
    environments: account.environments,
    invitedAt: account.invitedAt,
    invitedBy: account.invitedBy,
    expiresAt: account.expiresAt,
    joinedAt,
    removedAt,
  }
}

function presentWho(caller: Caller, account: Account | undefined): z.infer<typeof whoSchema> {
  const { session } = caller
  const { authenticatedAtMs = null } = session ?? {}
  return {
    id: caller.id,
    tenant: caller.tenantId,
    role: caller.role,
    environments: caller.environments === null ? null : [...caller.environments],
    credential: caller.credential,
    displayName: account?.displayName ?? null,
    email: account?.email ?? null,
    session:
      session === undefined
        ? null
        : {
            id: session.id,
            authenticatedAt:
              authenticatedAtMs === null ? null : new Date(authenticatedAtMs).toISOString(),
            endsAt: session.endsAt,
          },
  }
}

function presentSession(session: Session, currentId: string): z.infer<typeof sessionSchema> {
  return {
    id: session.sessionId,
    isCurrent: session.sessionId === currentId,
    startedAt: session.startedAt,
    seenAt: session.seenAt,
    endsAt: session.endsAt,
  }
}
