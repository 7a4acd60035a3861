// Routes of accounts: for admins alone, but for what everybody may ask about themselves.
import { z } from 'zod'
import { defineRoute } from '../../kernel/index.ts'
import type { Route } from '../../kernel/index.ts'
import { accountSchema, principalSchema, signedOutSchema } from '../answers.ts'
import { assertDirect } from '../direct.ts'
import { presentPrincipal } from '../http.ts'
import type { AccountKeys } from './keys.ts'
import { makeOwnRoutes } from './own-http.ts'
import type { OwnTerms } from './own-http.ts'
import type { Account, AccountWish } from './model.ts'
import type { AccountRights, Accounts } from './service.ts'
import { nextOf, pageShape, readPage } from '../../web/index.ts'
import type { PagedList } from '../../web/index.ts'

const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u)
const rightsShape = {
  role: z.enum(['admin', 'developer', 'viewer']),
  /** Absent or null = every environment. */
  environments: z.array(nameSchema).min(1).max(50).nullable().optional(),
  /** Roles that keys of the account may sign in. */
  signsAs: z.array(nameSchema).max(50).optional(),
}
export const rightsSchema = z.strictObject(rightsShape)
export const invitationSchema = z
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
export const removalSchema = z.strictObject({
  reason: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}]+$/u),
})

const ACCOUNTS: PagedList = {
  name: 'accounts',
  position: /^account-[\w-]{1,100}$/,
  limitDefault: 200,
}

/** @param own what everybody may ask about themselves rests on */
export function makeAccountRoutes(accounts: Accounts, own: OwnTerms): readonly Route[] {
  return [
    ...makeOwnRoutes(accounts, own),
    defineRoute({
      method: 'POST',
      path: '/v1/accounts',
      summary: 'Invite a person by e-mail address, or by what their issuer calls them',
      access: 'admin',
      asksProof: 'always',
      body: invitationSchema,
      answer: { statuses: [201], data: accountSchema },
      async handle({ principal, body }) {
        if (body.role === 'admin') assertDirect(principal, 'account.invite')
        const invited = await accounts.invite(principal.tenantId, principal.id, invitationOf(body))
        return { status: 201, data: presentAccount(invited) }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/accounts',
      summary: 'List accounts and invitations in pages, the oldest first',
      access: 'admin',
      query: z.strictObject(pageShape),
      answer: { data: z.array(accountSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(ACCOUNTS, query)
        const rows = await accounts.list(principal.tenantId, page)
        return {
          data: rows.map(presentAccount),
          next: nextOf(ACCOUNTS, page, rows, ({ accountId }) => accountId),
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/accounts/:accountId/rights',
      summary: 'Give a person other rights; they sign in again',
      access: 'admin',
      asksProof: 'always',
      body: rightsSchema,
      answer: { data: accountSchema },
      async handle({ principal, params, body }) {
        assertDirect(principal, 'account.change')
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
        assertDirect(principal, 'account.remove')
        const id = params['accountId'] ?? ''
        const removed = await accounts.remove(principal.tenantId, principal.id, id, reason)
        return { status: 201, data: presentAccount(removed) }
      },
    }),
    makeLinkRoute(accounts.keys),
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

function makeLinkRoute(keys: Pick<AccountKeys, 'link'>): Route {
  return defineRoute({
    method: 'POST',
    path: '/v1/accounts/:accountId/keys',
    summary: 'Say that a registered person is this account, with every key of theirs',
    access: 'admin',
    asksProof: 'always',
    body: z.strictObject({ principal: nameSchema }),
    answer: { data: principalSchema },
    async handle({ principal, params, body }) {
      assertDirect(principal, 'account.link')
      const { tenantId, id } = principal
      const linked = await keys.link(tenantId, id, params['accountId'] ?? '', body.principal)
      return { data: presentPrincipal(linked) }
    },
  })
}

/** Whom a body invites. */
export function invitationOf({
  issuer,
  subject,
  email,
  ...rights
}: z.infer<typeof invitationSchema>): AccountWish {
  return {
    ...rightsOf(rights),
    ...(issuer === undefined ? {} : { issuer }),
    ...(subject === undefined ? {} : { subject }),
    ...(email === undefined ? {} : { email }),
  }
}

/** The rights that a body gives. */
export function rightsOf({
  role,
  environments,
  signsAs,
}: z.infer<typeof rightsSchema>): AccountRights {
  const limited = environments ?? null
  return {
    role,
    environments: limited === null ? null : [...new Set(limited)].sort(),
    ...(signsAs === undefined ? {} : { signsAs: [...new Set(signsAs)].sort() }),
  }
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
  /** Roles that keys of the account may sign in. */
  readonly signsAs: readonly string[]
  /** Who its keys count as; null while it has none. */
  readonly person: string | null
  readonly invitedAt: string
  readonly invitedBy: string
  /** When an invitation ends that nobody accepted. */
  readonly expiresAt: string
  readonly joinedAt: string | null
  readonly removedAt: string | null
}

export function presentAccount(account: Account): PresentedAccount {
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
    signsAs: account.signsAs,
    person: account.person ?? null,
    invitedAt: account.invitedAt,
    invitedBy: account.invitedBy,
    expiresAt: account.expiresAt,
    joinedAt,
    removedAt,
  }
}
