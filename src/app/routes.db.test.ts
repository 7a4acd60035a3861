// Sweeps every mounted route with every credential that must not open it, and counts what it swept.
import assert from 'node:assert/strict'
import test from 'node:test'
import { askAsOperator, bearer, openComposedApp, statusOf } from '../../test/composed.ts'
import { asBrowser, OWN_ORIGIN, SESSION_COOKIE } from '../../test/signed-in.ts'
import { insertSweptSessions } from '../../test/swept-sessions.ts'
import type { SweptSessions } from '../../test/swept-sessions.ts'
import type { Route } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'

interface Attempt {
  readonly name: string
  /** Routes that the attempt must not open. */
  readonly isFor: (route: Route) => boolean
  readonly headers: Readonly<Record<string, string>>
  readonly query?: string
  /** What it is refused with. */
  readonly refusal: string
}

const every = (): boolean => true
const changing = ({ access }: Route): boolean => access !== 'read'

interface MadeKey {
  readonly id: string
  readonly key: string
}

interface SweepKeys {
  readonly viewer: string
  readonly developer: string
  readonly admin: string
  readonly staging: string
  readonly revoked: string
  readonly replaced: string
  /** A service token of a viewer. */
  readonly token: string
}

async function makeKeys(app: ComposedApp): Promise<SweepKeys> {
  const make = (wish: object): Promise<MadeKey> =>
    askAsOperator<MadeKey>(app, '/v1/api-keys', { name: 'sweep', ...wish })
  const revoked = await make({ role: 'admin' })
  await askAsOperator(app, `/v1/api-keys/${revoked.id}/revocation`, { reason: 'for the sweep' })
  const replaced = await make({ role: 'admin' })
  await askAsOperator(app, `/v1/api-keys/${replaced.id}/rotation`, { overlapS: 0 })
  const token = await askAsOperator<{ token: string }>(app, '/v1/service-tokens', {
    role: 'viewer',
  })
  return {
    viewer: (await make({ role: 'viewer' })).key,
    developer: (await make({ role: 'developer' })).key,
    admin: (await make({ role: 'admin' })).key,
    staging: (await make({ role: 'developer', environments: ['staging'] })).key,
    revoked: revoked.key,
    replaced: replaced.key,
    token: token.token,
  }
}

const REFUSED = '401 WEB_KEY_REFUSED'
const ENDED = '401 IDENTITY_API_KEY_ENDED'

function attemptsOn({ apiKey, viewKey }: ComposedApp, keys: SweepKeys): readonly Attempt[] {
  const changed = `${apiKey.startsWith('A') ? 'B' : 'A'}${apiKey.slice(1)}`
  const none = (name: string, headers: Record<string, string>, query?: string): Attempt => ({
    name,
    isFor: every,
    headers,
    refusal: REFUSED,
    ...(query === undefined ? {} : { query }),
  })
  const other = { 'x-seaworthy-tenant': 'other' }
  const foreign = (name: string, key: string): Attempt => ({
    name: `${name}, of another tenant`,
    isFor: every,
    headers: { ...bearer(key), ...other },
    refusal: '403 WEB_TENANT_FOREIGN',
  })
  const role = '403 WEB_ROLE_REFUSED'
  const isAdmin = ({ access }: Route): boolean => access === 'admin'
  return [
    none('no credentials', {}),
    none('empty', { authorization: '' }),
    none('malformed', bearer('\u00ff\u00fe')),
    none('another scheme', { authorization: `Basic ${apiKey}` }),
    none('the operator’s key without a scheme', { authorization: apiKey }),
    none('an API key without a scheme', { authorization: keys.admin }),
    none('two keys', { authorization: `Bearer ${keys.admin} ${keys.admin}` }),
    none('a shortened key', bearer(apiKey.slice(0, -1))),
    none('a changed key', bearer(changed)),
    none('the operator’s key in the address', {}, `key=${apiKey}`),
    none('an API key in the address', {}, `key=${keys.admin}`),
    none('a token in the address', {}, `key=${keys.token}`),
    none('a shortened token', bearer(keys.token.slice(0, -1))),
    none('a token of nobody', bearer('eyJhbGciOiJub25lIn0.e30.')),
    none('a shortened API key', bearer(keys.admin.slice(0, -1))),
    { name: 'revoked', isFor: every, headers: bearer(keys.revoked), refusal: ENDED },
    { name: 'expired', isFor: every, headers: bearer(keys.replaced), refusal: ENDED },
    foreign('view key', viewKey),
    foreign('viewer', keys.viewer),
    foreign('admin', keys.admin),
    foreign('token', keys.token),
    { name: 'token of a viewer', isFor: changing, headers: bearer(keys.token), refusal: role },
    { name: 'view key', isFor: changing, headers: bearer(viewKey), refusal: role },
    { name: 'viewer', isFor: changing, headers: bearer(keys.viewer), refusal: role },
    { name: 'developer', isFor: isAdmin, headers: bearer(keys.developer), refusal: role },
  ]
}

const SESSION_ENDED = '401 IDENTITY_SESSION_ENDED'

/** What a page of ours sends with a session; every session but those in force opens nothing. */
function sessionAttempts(sessions: SweptSessions): readonly Attempt[] {
  const json = { 'content-type': 'application/json' }
  const ended = (name: string, secret: string): Attempt => ({
    name,
    isFor: every,
    headers: { ...asBrowser(secret), ...json },
    refusal: SESSION_ENDED,
  })
  const role = '403 WEB_ROLE_REFUSED'
  const isUnsafe = ({ method }: Route): boolean => method !== 'GET'
  const isAdmin = ({ access }: Route): boolean => access === 'admin'
  const own = { ...asBrowser(sessions.admin), ...json }
  const { cookie } = asBrowser(sessions.admin) as { readonly cookie: string }
  const elsewhere = { cookie, ...json }
  const origin = '403 WEB_ORIGIN_REFUSED'
  return [
    ended('expired session', sessions.expired),
    ended('unused session', sessions.idle),
    ended('revoked session', sessions.revoked),
    ended('session of a removed account', sessions.removed),
    {
      name: 'session of another tenant',
      isFor: every,
      headers: { ...asBrowser(sessions.foreign), ...json, 'x-seaworthy-tenant': 'local' },
      refusal: '403 WEB_TENANT_FOREIGN',
    },
    { name: 'cookie without Origin', isFor: isUnsafe, headers: elsewhere, refusal: origin },
    {
      name: 'cookie with another Origin',
      isFor: isUnsafe,
      headers: { ...elsewhere, origin: 'https://evil.example' },
      refusal: origin,
    },
    {
      name: 'session as a key',
      isFor: every,
      headers: { ...json, ...bearer(sessions.admin) },
      refusal: REFUSED,
    },
    {
      name: 'session beside a wrong key',
      isFor: every,
      headers: { ...own, ...bearer('wrong') },
      refusal: REFUSED,
    },
    {
      name: 'session twice',
      isFor: every,
      headers: { ...own, cookie: `${cookie}; ${SESSION_COOKIE}=x` },
      refusal: REFUSED,
    },
    {
      name: 'session of a viewer',
      isFor: changing,
      headers: { ...asBrowser(sessions.viewer), ...json },
      refusal: role,
    },
    {
      name: 'session of a developer',
      isFor: isAdmin,
      headers: { ...asBrowser(sessions.developer), ...json },
      refusal: role,
    },
  ]
}

/** Sessions whose person has not proven lately who they are give nobody's word. */
function unprovenAttempts(sessions: SweptSessions): readonly Attempt[] {
  return (['stale', 'untold'] as const).map((name) => ({
    name: `session of an admin, proof ${name}`,
    isFor: ({ asksProof }: Route) => asksProof === 'always',
    headers: { ...asBrowser(sessions[name]), 'content-type': 'application/json' },
    refusal: '401 WEB_PROOF_TOO_OLD',
  }))
}

/** Whoever adds a route by which somebody gives their word adds it here. */
const ROUTES_OF_WORDS = [
  '/v1/accounts',
  '/v1/accounts/:accountId/keys',
  '/v1/accounts/:accountId/rights',
  '/v1/api-keys',
  '/v1/api-keys/:keyId/rotation',
  '/v1/changes',
  '/v1/plan-reviews',
  '/v1/principals',
  '/v1/runs/:runId/results',
  '/v1/session/keys',
  '/v1/sign-offs',
  '/v1/waivers',
]

function statusOfAttempt(
  app: ComposedApp,
  route: Route,
  { headers, query }: Pick<Attempt, 'headers' | 'query'>,
  remoteAddress?: string,
): Promise<string> {
  const path = route.path.replace(/:\w+/g, 'anything')
  return statusOf(app, {
    method: route.method,
    url: query === undefined ? path : `${path}?${query}`,
    // No stream can be taken up there, so that none of them goes on for ever.
    headers: { 'last-event-id': 'nowhere', ...headers },
    ...(route.method === 'GET' ? {} : { payload: '{}' }),
    ...(remoteAddress === undefined ? {} : { remoteAddress }),
  })
}

test('no mounted route opens to a credential that does not fit it', async (t) => {
  let sessions: SweptSessions | undefined
  const signIn = { ownOrigin: OWN_ORIGIN, issuers: [] }
  const app = await openComposedApp(t, { signIn }, async (sql) => {
    sessions = await insertSweptSessions(sql)
  })
  assert.ok(sessions !== undefined)
  const keys = await makeKeys(app)
  // Verified once, keys are looked at in spite of everything that is refused below.
  for (const key of [keys.viewer, keys.developer, keys.admin, keys.staging]) {
    const seen = await statusOf(app, { method: 'GET', url: '/v1/runs', headers: bearer(key) })
    assert.equal(seen, '200')
  }
  const attempts = [
    ...attemptsOn(app, keys),
    ...sessionAttempts(sessions),
    ...unprovenAttempts(sessions),
  ]
  const sweptCounts = new Map(attempts.map(({ name }) => [name, 0]))
  const opened: string[] = []
  for (const [at, route] of app.routes.entries()) {
    // Whoever is refused often from one address is told to wait, which is not what is looked for here.
    const from = `10.0.${at >> 8}.${at & 255}`
    for (const attempt of attempts) {
      if (!attempt.isFor(route)) continue
      sweptCounts.set(attempt.name, (sweptCounts.get(attempt.name) ?? 0) + 1)
      const status = await statusOfAttempt(app, route, attempt, from)
      // Whoever holds an ended key is told so; who does it often is told to wait.
      const isLimited = attempt.refusal === ENDED && status === '429 IDENTITY_FAILURES_LIMITED'
      if (status !== attempt.refusal && !isLimited)
        opened.push(`${route.method} ${route.path}, ${attempt.name}: ${status}`)
    }
  }
  assert.deepEqual(opened, [])
  // What refuses everybody would pass the sweep: whoever fits gets past the checks.
  const fitting = { read: keys.viewer, write: keys.developer, admin: keys.admin }
  for (const route of app.routes) {
    const session = { ...asBrowser(sessions.admin), 'content-type': 'application/json' }
    for (const headers of [bearer(fitting[route.access]), bearer(app.apiKey), session]) {
      // One ends what the next route is asked with, the other gives nothing that would outlive a session.
      if (
        headers === session &&
        ['/v1/sessions/sign-out', '/v1/service-tokens'].includes(route.path)
      )
        continue
      const status = await statusOfAttempt(app, route, { headers })
      assert.doesNotMatch(status, /^401|^403|^429/, `${route.method} ${route.path}: ${status}`)
    }
  }
  const countOf = (isFor: Attempt['isFor']): number => app.routes.filter(isFor).length
  for (const { name, isFor } of attempts) assert.equal(sweptCounts.get(name), countOf(isFor), name)
  const adminCount = app.routes.filter(({ access }) => access === 'admin').length
  const swept = [...sweptCounts.values()].reduce((sum, count) => sum + count, 0)
  t.diagnostic(
    `${app.routes.length} routes, ${countOf(changing)} of them change something, ${adminCount} for admins; ${swept} attempts`,
  )
  assert.ok(adminCount > 0 && countOf(changing) > adminCount)
  const ofWords = app.routes.filter(({ asksProof }) => asksProof === 'always')
  assert.deepEqual(ofWords.map(({ path }) => path).sort(), ROUTES_OF_WORDS)
})
