// Routes for what everybody may ask about themselves: who they are taken for, their sessions, their signing keys.
import { z } from 'zod'
import { callerOf, defineRoute } from '../../kernel/index.ts'
import type { Caller, Route } from '../../kernel/index.ts'
import {
  ownKeySchema,
  principalSchema,
  sessionSchema,
  signedOutSchema,
  whoSchema,
} from '../answers.ts'
import { identityFault } from '../errors.ts'
import { decodeKey, presentPrincipal, revocationSchema } from '../http.ts'
import type { Session } from '../session/model.ts'
import type { Sessions } from '../session/service.ts'
import type { IssuerName } from '../sign-in/issuer.ts'
import type { Account } from './model.ts'
import type { Accounts } from './service.ts'

/** What a person may know and do about themselves. */
export interface OwnTerms {
  readonly sessions: Pick<Sessions, 'list'>
  readonly issuers: readonly IssuerName[]
  /** How long somebody who proved who they are may give their word, in milliseconds. */
  readonly proofLifetimeMs: number
}

export function makeOwnRoutes(accounts: Accounts, terms: OwnTerms): readonly Route[] {
  const { sessions } = terms
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
        return { data: presentWho(terms, caller, account) }
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
      method: 'GET',
      path: '/v1/session/keys',
      summary: 'List the signing keys of the person who is signed in, newest first',
      access: 'read',
      answer: { data: z.array(ownKeySchema) },
      async handle({ principal }) {
        const { id, tenantId, session } = callerOf(principal)
        if (session === undefined) return { data: [] }
        const own = await accounts.keys.list(tenantId, id)
        return {
          data: own.map((key) => ({ ...presentPrincipal(key), registeredAt: key.registeredAt })),
        }
      },
    },
    defineRoute({
      method: 'POST',
      path: '/v1/session/keys',
      summary:
        'Register a signing key of the person who is signed in, with the roles of their account',
      access: 'write',
      environment: 'none',
      asksProof: 'always',
      body: z.strictObject({ publicKey: z.string().max(400) }),
      answer: { statuses: [201], data: principalSchema },
      async handle({ principal, body }) {
        const { id, tenantId } = assertSession(callerOf(principal))
        const registered = await accounts.keys.register(tenantId, id, decodeKey(body.publicKey))
        return { status: 201, data: presentPrincipal(registered) }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/session/keys/:principalId/revocation',
      summary: 'Refuse whatever one’s own key signs from now on; what was accepted stands',
      // Asks for no fresh proof: whoever lost a key ends it at once, and ending one says nothing for anybody.
      access: 'write',
      environment: 'none',
      body: revocationSchema,
      answer: { statuses: [201], data: principalSchema },
      async handle({ principal, params, body }) {
        const { id, tenantId } = assertSession(callerOf(principal))
        const keyId = params['principalId'] ?? ''
        const revoked = await accounts.keys.revoke(tenantId, id, keyId, body.reason)
        return { status: 201, data: presentPrincipal(revoked) }
      },
    }),
    {
      method: 'POST',
      path: '/v1/sessions/sign-out',
      summary: 'End every session of the caller, this one too',
      // Whoever has a session may end it, whatever else they may do.
      access: 'read',
      answer: { data: signedOutSchema },
      async handle({ principal }) {
        const { id, tenantId } = assertSession(callerOf(principal))
        return { data: { sessionCount: await accounts.signOut(tenantId, id, id) } }
      },
    },
  ]
}

/** @throws IDENTITY_SESSION_MISSING for whoever came with a key */
function assertSession(caller: Caller): Caller {
  if (caller.session !== undefined) return caller
  throw identityFault('IDENTITY_SESSION_MISSING', 'expected somebody who signed in')
}

function presentWho(
  { issuers, proofLifetimeMs }: OwnTerms,
  caller: Caller,
  account: Account | undefined,
): z.infer<typeof whoSchema> {
  const { session } = caller
  const { authenticatedAtMs = null } = session ?? {}
  const after = (ms: number): string | null =>
    authenticatedAtMs === null ? null : new Date(authenticatedAtMs + ms).toISOString()
  return {
    id: caller.id,
    tenant: caller.tenantId,
    role: caller.role,
    environments: caller.environments === null ? null : [...caller.environments],
    credential: caller.credential,
    displayName: account?.displayName ?? null,
    email: account?.email ?? null,
    signsAs: account === undefined ? [] : [...account.signsAs],
    person: account?.person ?? null,
    session:
      session === undefined
        ? null
        : {
            id: session.id,
            issuer: issuers.find(({ issuer }) => issuer === account?.issuer)?.name ?? null,
            authenticatedAt: after(0),
            provenUntil: after(proofLifetimeMs),
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
