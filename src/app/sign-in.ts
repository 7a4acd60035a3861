// Signing in with issuers: there when an operator named some; without any the server works with keys alone.
import {
  cookieNamesOf,
  makeAccounts,
  makeSessions,
  makeSignIn,
  makeSignInVisits,
} from '../identity/index.ts'
import type { Accounts, IssuerName, Sessions } from '../identity/index.ts'
import type { Clock, Digest, Log, Random, Sql } from '../kernel/index.ts'
import type { Ledger } from '../ledger/index.ts'
import { systemFetch } from '../platform/index.ts'
import type { OpenDocument, WebOptions } from '../web/index.ts'
import type { AppConfig } from './config.ts'

export interface People {
  readonly accounts: Accounts
  readonly sessions: Sessions
  /** Absent where nobody can sign in. */
  readonly browser?: WebOptions['browser']
  readonly openDocuments: readonly OpenDocument[]
}

export interface PeoplePorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly ledger: Ledger
  readonly log: Log
}

export function makePeople(
  ports: PeoplePorts,
  { signIn: settings, tenantId, proofLifetimeMs }: AppConfig,
): People {
  const accounts = makeAccounts({ ...ports, issuers: settings?.issuers ?? [] })
  const sessions = makeSessions(ports)
  if (settings === undefined) return { accounts, sessions, openDocuments: [describeIssuers([])] }
  const { ownOrigin, issuers } = settings
  const signIn = makeSignIn(
    { ...ports, fetch: systemFetch, accounts, sessions },
    { ownOrigin, issuers, usualTenant: tenantId },
  )
  const cookies = cookieNamesOf(ownOrigin)
  const visits = makeSignInVisits(signIn, sessions, cookies)
  return {
    accounts,
    sessions,
    browser: { ownOrigin, sessionCookie: cookies.session, visits, proofLifetimeMs },
    openDocuments: [describeIssuers(signIn.issuers)],
  }
}

/** What the sign-in page offers before anybody is known. */
function describeIssuers(issuers: readonly IssuerName[]): OpenDocument {
  const offered = issuers.map(({ name, label }) => ({ name, label }))
  return {
    path: '/v1/sign-in',
    summary: 'Issuers that people may sign in with',
    read: () => Promise.resolve({ data: { issuers: offered } }),
  }
}
