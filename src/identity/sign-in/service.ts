// Leads a person to their issuer and takes back its answer: once, from the browser that asked, for an account that exists.
import { hexOf, messageOf, SeaworthyError, utf8Bytes } from '../../kernel/index.ts'
import type { Clock, Digest, Fetch, Log, Random, Sql } from '../../kernel/index.ts'
import type { Account, ProvenIdentity } from '../account/model.ts'
import type { Accounts } from '../account/service.ts'
import { identityFault } from '../errors.ts'
import type { BegunSession, Sessions } from '../session/service.ts'
import { deleteSpentAnswers, insertSpentAnswer } from '../session/store.ts'
import {
  answersTo,
  ATTEMPT_LIFETIME_MS,
  makeAttempt,
  ownPathOf,
  readAttempt,
  writeAttempt,
} from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { makeGithubIssuer } from './github.ts'
import type { Issuer, IssuerName, IssuerSettings } from './issuer.ts'
import { makeOpenidIssuer } from './openid.ts'

export interface SignInPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly log: Log
  /** Also to private addresses: the operator named the issuers. */
  readonly fetch: Fetch
  readonly accounts: Pick<Accounts, 'admit'>
  readonly sessions: Pick<Sessions, 'begin'>
}

export interface SignInPlace {
  /** Origin of this server as browsers see it. */
  readonly ownOrigin: string
  readonly issuers: readonly IssuerSettings[]
  /** Meant where somebody has accounts in several tenants and names none. */
  readonly usualTenant: string
}

export interface SignInWish {
  /** Path of this server to come back to. */
  readonly to: string | undefined
  readonly tenant: string | undefined
  /** Whether the person shall prove anew who they are. */
  readonly isFresh: boolean
}

export interface SignedIn {
  readonly account: Account
  readonly begun: BegunSession
  /** Path of this server. */
  readonly to: string
}

export interface SignIn {
  readonly issuers: readonly IssuerName[]
  /** @throws IDENTITY_ISSUER_UNKNOWN; IDENTITY_ISSUER_SILENT */
  begin(
    issuerName: string,
    wish: SignInWish,
  ): Promise<{ readonly location: string; readonly cookie: string }>
  /**
   * @param cookie what `begin` gave the browser @param search query that it came back with @param former its session so far
   * @throws IDENTITY_SIGN_IN_REFUSED; IDENTITY_ISSUER_SILENT; IDENTITY_ACCOUNT_UNKNOWN; IDENTITY_TENANT_AMBIGUOUS
   */
  finish(
    issuerName: string,
    answer: {
      readonly cookie: string | undefined
      readonly search: string
      readonly former: string | undefined
    },
  ): Promise<SignedIn>
}

export function makeSignIn(ports: SignInPorts, place: SignInPlace): SignIn {
  const issuers = new Map(place.issuers.map((each) => [each.name, makeIssuer(each, ports)]))
  const find = (name: string): Issuer => {
    const found = issuers.get(name)
    if (found !== undefined) return found
    throw identityFault(
      'IDENTITY_ISSUER_UNKNOWN',
      `expected a configured issuer, got ${JSON.stringify(name.slice(0, 100))}`,
    )
  }
  const redirectUriOf = (name: string): string => `${place.ownOrigin}/v1/sign-in/${name}/answer`
  const termsOf = (attempt: Attempt) => ({
    ...answersTo(ports.digest, attempt),
    redirectUri: redirectUriOf(attempt.issuer),
    isFresh: attempt.isFresh,
  })
  return {
    issuers: place.issuers.map(({ name, label, issuer }) => ({ name, label, issuer })),
    async begin(issuerName, { to, tenant, isFresh }) {
      const issuer = find(issuerName)
      const attempt = makeAttempt(ports.random, {
        issuer: issuerName,
        to: ownPathOf(to, place.ownOrigin),
        ...(tenant === undefined ? {} : { tenant }),
        isFresh,
        startedAtMs: ports.clock.nowMs(),
      })
      const location = await issuer.leadTo(termsOf(attempt))
      return { location: location.href, cookie: writeAttempt(attempt) }
    },
    async finish(issuerName, { cookie, search, former }) {
      const issuer = find(issuerName)
      const attempt = cookie === undefined ? undefined : readAttempt(cookie, ports.clock.nowMs())
      try {
        if (attempt === undefined || attempt.issuer !== issuerName)
          throw refuse('expected the browser that asked, within ten minutes')
        const terms = termsOf(attempt)
        const returned = new URL(`${terms.redirectUri}${search}`)
        // Before anything is asked with it: whatever comes of it, the same answer is not taken again.
        if (returned.searchParams.get('state') === terms.state) await spend(ports, terms.state)
        const identity = await issuer.readAnswer(returned, terms)
        const account = await ports.accounts.admit(identity, attempt.tenant, place.usualTenant)
        const authenticatedAtMs = authenticatedAtOf(identity, attempt, ports.clock.nowMs())
        const begun = await ports.sessions.begin(account, authenticatedAtMs, former)
        return { account, begun, to: ownPathOf(attempt.to, place.ownOrigin) }
      } catch (thrown) {
        if (!(thrown instanceof SeaworthyError)) throw thrown
        ports.log.warn('a sign-in was refused', {
          issuer: issuerName,
          code: thrown.code,
          reason: messageOf(thrown),
        })
        throw thrown
      }
    },
  }
}

function makeIssuer(settings: IssuerSettings, ports: SignInPorts): Issuer {
  return settings.kind === 'github'
    ? makeGithubIssuer(settings, ports)
    : makeOpenidIssuer(settings, ports)
}

/** @throws IDENTITY_SIGN_IN_REFUSED for an answer that was taken before */
async function spend({ sql, clock, digest }: SignInPorts, state: string): Promise<void> {
  const nowMs = clock.nowMs()
  const isNew = await sql.transaction('system', async (tx) => {
    // Older ones belong to attempts that nobody can finish any more.
    await deleteSpentAnswers(tx, new Date(nowMs - 2 * ATTEMPT_LIFETIME_MS).toISOString())
    const stateHash = hexOf(digest.sha256(utf8Bytes(state)))
    return insertSpentAnswer(tx, stateHash, new Date(nowMs).toISOString())
  })
  if (!isNew) throw refuse('expected an answer that was not taken yet')
}

// An issuer that tells no time was asked for a new sign-in where one was needed: then it is from now.
function authenticatedAtOf(
  { authenticatedAtMs }: ProvenIdentity,
  { isFresh }: Attempt,
  nowMs: number,
): number | undefined {
  // An issuer's clock that runs ahead makes nothing fresh for longer.
  if (authenticatedAtMs !== undefined) return Math.min(authenticatedAtMs, nowMs)
  return isFresh ? nowMs : undefined
}

function refuse(words: string): SeaworthyError {
  return identityFault('IDENTITY_SIGN_IN_REFUSED', words)
}
