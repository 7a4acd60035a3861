// GitHub as what it is: OAuth without an id token, so who somebody is comes from its API, over the connection that the code opened.
import * as openid from 'openid-client'
import { z } from 'zod'
import { emailKeyOf } from '../account/model.ts'
import type { ProvenIdentity } from '../account/model.ts'
import { identityFault } from '../errors.ts'
import { askIssuer, isLoopback } from './issuer-fetch.ts'
import type { IssuerRequest } from './issuer-fetch.ts'
import type { Issuer, IssuerSettings, SignInTerms } from './issuer.ts'
import { guardIssuer } from './openid.ts'
import type { IssuerPorts } from './openid.ts'

const PUBLIC_ISSUER = 'https://github.com'
const PUBLIC_API = 'https://api.github.com'
const SCOPE = 'read:user user:email'

const userSchema = z.object({
  // The login can be given up and taken by somebody else; the number cannot.
  id: z.int().positive(),
  login: z.string().max(200),
  name: z.string().max(200).nullish(),
})
const emailsSchema = z
  .array(z.object({ email: z.string().max(320), primary: z.boolean(), verified: z.boolean() }))
  .max(1_000)

export function makeGithubIssuer(settings: IssuerSettings, { fetch }: IssuerPorts): Issuer {
  const { name, label, issuer } = settings
  const configuration = configurationOf(settings)
  configuration[openid.customFetch] = (url: string, request: unknown) =>
    askIssuer(fetch, url, request as IssuerRequest)
  const ask = async (path: string, accessToken: string): Promise<unknown> => {
    const answer = await askIssuer(fetch, `${apiOf(issuer)}${path}`, {
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${accessToken}` },
    })
    if (answer.status === 200) return answer.json()
    throw identityFault('IDENTITY_SIGN_IN_REFUSED', `expected 200 of ${path}, got ${answer.status}`)
  }
  return {
    name,
    label,
    issuer,
    leadTo: (terms) => guardIssuer(() => authorizationUrl(configuration, terms)),
    readAnswer: (returned, terms) =>
      guardIssuer(async () => {
        const tokens = await openid.authorizationCodeGrant(configuration, returned, {
          expectedState: terms.state,
          pkceCodeVerifier: terms.codeVerifier,
        })
        const user = userSchema.parse(await ask('/user', tokens.access_token))
        const emails = emailsSchema.parse(await ask('/user/emails', tokens.access_token))
        return provenBy(issuer, user, emails)
      }),
  }
}

function provenBy(
  issuer: string,
  { id, login, name }: z.infer<typeof userSchema>,
  emails: z.infer<typeof emailsSchema>,
): ProvenIdentity {
  const primary = emails.find(({ primary, verified }) => primary && verified)?.email
  return {
    issuer,
    subject: String(id),
    displayName: name ?? login,
    ...(primary === undefined ? {} : { email: emailKeyOf(primary) }),
  }
}

function configurationOf({ issuer, clientId, clientSecret }: IssuerSettings): openid.Configuration {
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
  }
  const configuration = new openid.Configuration(
    metadata,
    clientId,
    {},
    openid.ClientSecretPost(clientSecret ?? ''),
  )
  if (isLoopback(new URL(issuer))) openid.allowInsecureRequests(configuration)
  return configuration
}

/** A server of one's own (GitHub Enterprise Server) has its API below its own name. */
function apiOf(issuer: string): string {
  return issuer === PUBLIC_ISSUER ? PUBLIC_API : `${issuer}/api/v3`
}

async function authorizationUrl(
  configuration: openid.Configuration,
  terms: SignInTerms,
): Promise<URL> {
  return openid.buildAuthorizationUrl(configuration, {
    redirect_uri: terms.redirectUri,
    scope: SCOPE,
    state: terms.state,
    code_challenge: await openid.calculatePKCECodeChallenge(terms.codeVerifier),
    code_challenge_method: 'S256',
    ...(terms.isFresh ? { prompt: 'select_account' } : {}),
  })
}
