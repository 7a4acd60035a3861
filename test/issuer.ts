// A real issuer of OpenID Connect on the loopback (oidc-provider), and a browser that signs in with it.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { Provider } from 'oidc-provider'
import type { Configuration } from 'oidc-provider'

export const CLIENT_ID = 'seaworthy'
export const CLIENT_SECRET = 'a-secret-of-tests-that-opens-nothing'

export interface TestPerson {
  readonly subject: string
  readonly email?: string
  readonly isVerified?: boolean
  readonly name?: string
  /** How long ago they proved who they are, in seconds, as the issuer says it; absent = now. */
  readonly provenAgoS?: number
}

export interface TestIssuer {
  readonly issuer: string
  /** Who signs in next. */
  person: TestPerson
  /** How often it was asked for a password. */
  passwordCount(): number
  /** Follows the browser from the address it was led to until it is sent back; gives the query it comes back with. */
  signIn(location: string, browser?: CookieJar): Promise<string>
}

export async function openIssuer(
  t: Pick<TestContext, 'after'>,
  redirectUri: string,
  { port = 0, isPublic = false } = {},
): Promise<TestIssuer> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const people = new Map<string, TestPerson>()
  let passwordCount = 0
  const provider = new Provider(issuer, settingsOf(redirectUri, people, isPublic))
  // Grants are given without asking: what a person consents to is between them and the issuer.
  const own: TestIssuer = {
    issuer,
    person: { subject: 'nobody' },
    passwordCount: () => passwordCount,
    signIn: (location, browser = new CookieJar()) =>
      follow(location, new URL(redirectUri), browser),
  }
  const callback = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) {
      callback(request, response).catch((error: unknown) => response.destroy(error as Error))
      return
    }
    people.set(own.person.subject, own.person)
    passwordCount++
    const { subject: accountId, provenAgoS = 0 } = own.person
    const ts = Math.floor(Date.now() / 1_000) - provenAgoS
    provider
      .interactionFinished(request, response, { login: { accountId, ts } })
      .catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  return own
}

function settingsOf(
  redirectUri: string,
  people: ReadonlyMap<string, TestPerson>,
  isPublic: boolean,
): Configuration {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [redirectUri],
        ...(isPublic
          ? { token_endpoint_auth_method: 'none' as const }
          : {
              client_secret: CLIENT_SECRET,
              token_endpoint_auth_method: 'client_secret_post' as const,
            }),
      },
    ],
    cookies: { keys: ['a-key-of-tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    async findAccount(_context, id) {
      const { email, isVerified = true, name } = people.get(id) ?? {}
      return {
        accountId: id,
        claims: async () => ({
          sub: id,
          ...(email === undefined ? {} : { email, email_verified: isVerified }),
          ...(name === undefined ? {} : { name }),
        }),
      }
    },
    async loadExistingGrant(context) {
      const { client, session, provider } = context.oidc
      const grant = new provider.Grant({
        ...(client === undefined ? {} : { clientId: client.clientId }),
        ...(session?.accountId === undefined ? {} : { accountId: session.accountId }),
      })
      grant.addOIDCScope('openid email profile')
      await grant.save()
      return grant
    },
  }
}

/** As much of a browser's cookies as an issuer needs. */
export class CookieJar {
  readonly #kept = new Map<string, string>()

  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';')
      const at = pair.indexOf('=')
      this.#kept.set(pair.slice(0, at), pair.slice(at + 1))
    }
  }

  header(): string {
    return [...this.#kept].map(([name, value]) => `${name}=${value}`).join('; ')
  }
}

const STEP_LIMIT = 10

async function follow(location: string, end: URL, browser: CookieJar): Promise<string> {
  let next = new URL(location)
  for (let step = 0; step < STEP_LIMIT; step++) {
    if (next.origin === end.origin && next.pathname === end.pathname) return next.search
    const answer = await fetch(next, { redirect: 'manual', headers: { cookie: browser.header() } })
    browser.keep(answer)
    const to = answer.headers.get('location')
    assert.ok(to !== null, `${next.href}: ${answer.status} ${await answer.text()}`)
    next = new URL(to, next)
  }
  throw new Error(`expected the issuer to send the browser back within ${STEP_LIMIT} steps`)
}
