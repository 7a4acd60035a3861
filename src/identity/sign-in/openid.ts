// An issuer of OpenID Connect: Authorization Code with PKCE, state and nonce, every signature checked.
import * as openid from 'openid-client'
import { z } from 'zod'
import { messageOf, SeaworthyError } from '../../kernel/index.ts'
import type { Clock, Fetch } from '../../kernel/index.ts'
import { emailKeyOf } from '../account/model.ts'
import type { ProvenIdentity } from '../account/model.ts'
import { identityFault } from '../errors.ts'
import { askIssuer, isLoopback } from './issuer-fetch.ts'
import type { IssuerRequest } from './issuer-fetch.ts'
import type { Issuer, IssuerSettings, SignInTerms } from './issuer.ts'

/** How long what an issuer says about itself counts. */
const DISCOVERY_LIFETIME_MS = 60 * 60_000
const SCOPE = 'openid email profile'
/** How old a proof may be that was asked for anew, in seconds. */
const FRESH_AGE_S = 300
/** So old a proof may be otherwise, in seconds: an issuer that is told an age has to tell the time, and this one sends nobody back. */
const TOLD_AGE_S = 365 * 86_400

export interface IssuerPorts {
  readonly fetch: Fetch
  readonly clock: Clock
}

/** What is read of claims; a member of the wrong type counts as absent, but for the subject. */
const claimsSchema = z.object({
  sub: z.string().min(1).max(255),
  auth_time: z.int().nonnegative().optional().catch(undefined),
  email: z.string().max(320).optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
  name: z.string().max(200).optional().catch(undefined),
  /** Google: the organisation that runs the account. */
  hd: z.string().optional().catch(undefined),
})
type Claims = z.infer<typeof claimsSchema>

export function makeOpenidIssuer(settings: IssuerSettings, ports: IssuerPorts): Issuer {
  const { name, label, issuer } = settings
  const discover = keepDiscovery(settings, ports)
  return {
    name,
    label,
    issuer,
    leadTo: (terms) => guardIssuer(async () => authorizationUrl(await discover(), settings, terms)),
    readAnswer: (returned, terms) =>
      guardIssuer(async () => {
        const configuration = await discover()
        const claims = await exchange(configuration, settings, returned, terms)
        return provenBy(settings, claims)
      }),
  }
}

/** One question at a time; what failed is asked again by the next sign-in. */
function keepDiscovery(
  settings: IssuerSettings,
  { fetch, clock }: IssuerPorts,
): () => Promise<openid.Configuration> {
  let kept: { readonly atMs: number; readonly found: Promise<openid.Configuration> } | undefined
  return async () => {
    const nowMs = clock.monotonicMs()
    if (kept === undefined || kept.atMs + DISCOVERY_LIFETIME_MS <= nowMs) {
      const mine = { atMs: nowMs, found: askForConfiguration(settings, fetch) }
      mine.found.catch(() => {
        if (kept === mine) kept = undefined
      })
      kept = mine
    }
    return kept.found
  }
}

function askForConfiguration(
  { issuer, clientId, clientSecret }: IssuerSettings,
  fetch: Fetch,
): Promise<openid.Configuration> {
  const server = new URL(issuer)
  return openid.discovery(
    server,
    clientId,
    {},
    clientSecret === undefined ? openid.None() : openid.ClientSecretPost(clientSecret),
    {
      [openid.customFetch]: (url: string, request: unknown) =>
        askIssuer(fetch, url, request as IssuerRequest),
      // Signatures count although the token came over TLS: a proxy in between is somebody else.
      execute: [
        openid.enableNonRepudiationChecks,
        ...(isLoopback(server) ? [openid.allowInsecureRequests] : []),
      ],
    },
  )
}

async function authorizationUrl(
  configuration: openid.Configuration,
  { kind }: IssuerSettings,
  terms: SignInTerms,
): Promise<URL> {
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: terms.redirectUri,
    scope: SCOPE,
    state: terms.state,
    nonce: terms.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(terms.codeVerifier),
    code_challenge_method: 'S256',
    ...proofWords(kind, terms.isFresh),
  })
}

/**
 * Every sign-in asks when the person proved who they are (OpenID Connect Core 1.0, `max_age`), so that who has just done so need not do it again for
 * their first word. Google asks for no password again and tells no time: there a sign-in that was asked for is the proof.
 */
function proofWords(kind: IssuerSettings['kind'], isFresh: boolean): Record<string, string> {
  if (kind === 'google') return isFresh ? { prompt: 'select_account' } : {}
  return isFresh
    ? { prompt: 'login', max_age: String(FRESH_AGE_S) }
    : { max_age: String(TOLD_AGE_S) }
}

async function exchange(
  configuration: openid.Configuration,
  { kind }: IssuerSettings,
  returned: URL,
  terms: SignInTerms,
): Promise<Claims> {
  const tokens = await openid.authorizationCodeGrant(configuration, returned, {
    expectedState: terms.state,
    expectedNonce: terms.nonce,
    pkceCodeVerifier: terms.codeVerifier,
    idTokenExpected: true,
    ...(terms.isFresh && kind === 'openid' ? { maxAge: FRESH_AGE_S } : {}),
  })
  const read = claimsSchema.parse(tokens.claims())
  const { userinfo_endpoint: endpoint } = configuration.serverMetadata()
  if (read.email !== undefined || endpoint === undefined) return read
  // Many issuers tell the address only here; the subject has to be the same.
  const more = await openid.fetchUserInfo(configuration, tokens.access_token, read.sub)
  const { email, email_verified, name, hd } = claimsSchema.parse(more)
  return { ...read, email, email_verified, name: read.name ?? name, hd: read.hd ?? hd }
}

function provenBy({ kind, issuer }: IssuerSettings, claims: Claims): ProvenIdentity {
  const email = vouchedEmail(kind, claims)
  return {
    issuer,
    subject: claims.sub,
    ...(email === undefined ? {} : { email }),
    ...(claims.name === undefined ? {} : { displayName: claims.name }),
    ...(claims.auth_time === undefined ? {} : { authenticatedAtMs: claims.auth_time * 1_000 }),
  }
}

// Google says of other addresses that they were verified once; whose they are today it answers for only where it runs the mailbox.
function vouchedEmail(kind: IssuerSettings['kind'], claims: Claims): string | undefined {
  if (claims.email === undefined || claims.email_verified !== true) return undefined
  const email = emailKeyOf(claims.email)
  const isTheirs = claims.hd !== undefined || email.endsWith('@gmail.com')
  return kind === 'google' && !isTheirs ? undefined : email
}

/** Whatever the library throws about an answer is a refusal; what did not come at all is not. */
export async function guardIssuer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    const silent = silenceIn(thrown)
    if (silent !== undefined) throw silent
    throw identityFault(
      'IDENTITY_SIGN_IN_REFUSED',
      `expected an answer that holds: ${reasonOf(thrown)}`,
      {
        cause: thrown,
      },
    )
  }
}

function silenceIn(thrown: unknown): SeaworthyError | undefined {
  for (let each = thrown; each instanceof Error; each = each.cause)
    if (each instanceof SeaworthyError) return each
  return undefined
}

/** For the operator's log; what the library says holds names of claims and checks, not their values. */
function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? `${String(thrown.code)}: ` : ''
  return `${code}${messageOf(thrown)}`.slice(0, 300)
}
