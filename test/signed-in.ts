// The composed house with issuers, and browsers that sign in to it.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { ComposedApp } from '../src/app/compose.ts'
import type { IssuerSettings } from '../src/identity/index.ts'
import { openComposedApp } from './composed.ts'
import { CLIENT_ID, CLIENT_SECRET, openIssuer } from './issuer.ts'
import type { CookieJar, TestIssuer } from './issuer.ts'

export const OWN_ORIGIN = 'http://localhost:7420'
export const SESSION_COOKIE = 'seaworthy-session-7420'
export const ATTEMPT_COOKIE = 'seaworthy-sign-in-7420'

export function redirectUriOf(name: string): string {
  return `${OWN_ORIGIN}/v1/sign-in/${name}/answer`
}

export function settingsOf(
  name: string,
  issuer: string,
  kind: IssuerSettings['kind'] = 'openid',
): IssuerSettings {
  return { name, label: name, issuer, kind, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
}

export interface SignInHouse {
  readonly app: ComposedApp
  readonly corp: TestIssuer
}

/** For all tests of a file, which close it after the last. */
export async function openSharedHouse(
  more: readonly IssuerSettings[] = [],
): Promise<{ readonly house: SignInHouse; close(): Promise<void> }> {
  const endings: (() => unknown)[] = []
  const t = { after: (ending: () => unknown) => void endings.unshift(ending) }
  const house = await openSignInHouse(t, more)
  return {
    house,
    async close() {
      for (const end of endings) await end()
    },
  }
}

/** With one real issuer, `corp`, and what else is given. */
async function openSignInHouse(
  t: Pick<TestContext, 'after'>,
  more: readonly IssuerSettings[] = [],
): Promise<SignInHouse> {
  const corp = await openIssuer(t, redirectUriOf('corp'))
  const issuers = [settingsOf('corp', corp.issuer), ...more]
  const app = await openComposedApp(t, { signIn: { ownOrigin: OWN_ORIGIN, issuers } })
  return { app, corp }
}

export interface Landing {
  readonly location: string
  /** Cookies that the answer set, by name; empty where it took one away. */
  readonly cookies: ReadonlyMap<string, string>
  readonly lines: readonly string[]
}

/** What a browser gets from one of our visits. */
export async function visit(
  app: ComposedApp,
  url: string,
  cookies: Readonly<Record<string, string>> = {},
): Promise<Landing> {
  const cookie = Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
  const headers = { host: 'localhost:7420', ...(cookie === '' ? {} : { cookie }) }
  const answer = await app.web.inject({ method: 'GET', url, headers })
  assert.equal(answer.statusCode, 303, answer.body)
  const set = answer.headers['set-cookie'] ?? []
  const lines = Array.isArray(set) ? set : [set]
  const pairs = lines.map((line) => {
    const [pair = ''] = line.split(';')
    const at = pair.indexOf('=')
    return [pair.slice(0, at), pair.slice(at + 1)] as const
  })
  return { location: answer.headers.location ?? '', cookies: new Map(pairs), lines }
}

/** Where the browser is led to, and the attempt it keeps. */
export async function beginSignIn(
  app: ComposedApp,
  query = '',
  issuer = 'corp',
): Promise<{ readonly location: string; readonly attempt: string }> {
  const { location, cookies } = await visit(app, `/v1/sign-in/${issuer}${query}`)
  return { location, attempt: cookies.get(ATTEMPT_COOKIE) ?? '' }
}

/** From the sign-in page through the issuer and back. */
export async function signInWith(
  { app, corp }: SignInHouse,
  terms: { readonly query?: string; readonly former?: string; readonly browser?: CookieJar } = {},
): Promise<Landing & { readonly session: string | undefined }> {
  const { location, attempt } = await beginSignIn(app, terms.query)
  const search = await corp.signIn(location, terms.browser)
  const landing = await visit(app, `/v1/sign-in/corp/answer${search}`, {
    [ATTEMPT_COOKIE]: attempt,
    ...(terms.former === undefined ? {} : { [SESSION_COOKIE]: terms.former }),
  })
  const session = landing.cookies.get(SESSION_COOKIE)
  return { ...landing, session: session === '' ? undefined : session }
}

/** Header fields of a page of ours that asks with a session. */
export function asBrowser(session: string): Record<string, string> {
  return { cookie: `${SESSION_COOKIE}=${session}`, 'sec-fetch-site': 'same-origin' }
}
