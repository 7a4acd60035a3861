// Signing in with a real issuer, through the composed house: who is let in, as what, until when, and what opens nothing.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { askAsOperator, bearer, statusOf } from '../../test/composed.ts'
import { CookieJar } from '../../test/issuer.ts'
import {
  asBrowser,
  ATTEMPT_COOKIE,
  beginSignIn,
  openSharedHouse,
  OWN_ORIGIN,
  SESSION_COOKIE,
  signInWith,
  visit,
} from '../../test/signed-in.ts'
import type { SignInHouse } from '../../test/signed-in.ts'
import type { ComposedApp } from './compose.ts'

// One house for all tests: each invites people of its own.
let house: SignInHouse
let close: () => Promise<void>
before(async () => {
  ;({ house, close } = await openSharedHouse())
})
after(() => close())

let personCount = 0
/** Somebody whom no other test knows. */
function newPerson(): { readonly subject: string; readonly email: string; readonly name: string } {
  personCount++
  return { subject: `ann-${personCount}`, email: `Ann-${personCount}@Example.com`, name: 'Ann' }
}

const NOBODY = '/#refused=IDENTITY_ACCOUNT_UNKNOWN'
const REFUSED = '/#refused=IDENTITY_SIGN_IN_REFUSED'

interface Made {
  readonly id: string
  readonly tenant: string
  readonly state: string
}

function invite(app: ComposedApp, wish: object): Promise<Made> {
  return askAsOperator<Made>(app, '/v1/accounts', { role: 'developer', ...wish })
}

async function who(app: ComposedApp, session: string): Promise<Record<string, unknown>> {
  const headers = { host: 'localhost:7420', ...asBrowser(session) }
  const answer = await app.web.inject({ method: 'GET', url: '/v1/session', headers })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer.json<{ data: Record<string, unknown> }>().data
}

function statusAs(app: ComposedApp, session: string, url = '/v1/session'): Promise<string> {
  return statusOf(app, { method: 'GET', url, headers: asBrowser(session) })
}

test('an invited person signs in with the issuer, and is what the invitation says', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  const invited = await invite(app, { email: ann.email, environments: ['staging'] })
  assert.equal(invited.state, 'invited')
  const { location, session, lines } = await signInWith(house, { query: '?to=/plans%3Fa=b' })
  assert.equal(location, '/plans?a=b')
  assert.match(
    lines.find((line) => line.startsWith(SESSION_COOKIE)) ?? '',
    /^seaworthy-session-7420=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Lax$/,
  )
  const seen = await who(app, session ?? '')
  assert.deepEqual(
    [seen['id'], seen['tenant'], seen['role'], seen['environments'], seen['displayName']],
    [invited.id, 'local', 'developer', ['staging'], 'Ann'],
  )
  // Bound to the subject from now on: the same address under another subject is somebody else.
  corp.person = { ...ann, subject: 'mallory-1' }
  assert.equal((await signInWith(house, { browser: new CookieJar() })).location, NOBODY)
  // And another address under the same subject is still the same person.
  corp.person = { subject: ann.subject, email: 'ann@elsewhere.example' }
  const again = await signInWith(house, { browser: new CookieJar() })
  assert.equal((await who(app, again.session ?? ''))['id'], invited.id)
})

test('who is not invited, or whose address the issuer does not vouch for, gets no session', async () => {
  const ann = newPerson()
  const { app, corp } = house
  await invite(app, { email: ann.email })
  for (const person of [
    { subject: 'x-1' },
    { subject: 'x-2', email: 'eve@example.com' },
    { subject: 'x-3', email: ann.email, isVerified: false },
    { subject: ann.email },
  ]) {
    corp.person = person
    const { location, session } = await signInWith(house)
    assert.deepEqual([location, session], [NOBODY, undefined], person.subject)
  }
})

test('an invitation by subject needs no address', async () => {
  const { app, corp } = house
  corp.person = { subject: 'bo-7' }
  const invited = await invite(app, { subject: 'bo-7', issuer: 'corp', role: 'viewer' })
  const { session = '' } = await signInWith(house)
  assert.equal((await who(app, session))['id'], invited.id)
  const headers = { ...asBrowser(session), 'content-type': 'application/json' }
  const asked = { method: 'POST', url: '/v1/releases', headers, payload: '{}' } as const
  assert.equal(await statusOf(app, asked), '403 WEB_ROLE_REFUSED')
})

test('an answer of the issuer is taken once, from the browser that asked, for what it asked', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  await invite(app, { email: ann.email })
  const mine = await beginSignIn(app)
  const other = await beginSignIn(app)
  const search = await corp.signIn(mine.location)
  const land = async (given: string, attempt?: string): Promise<string> => {
    const cookies = attempt === undefined ? undefined : { [ATTEMPT_COOKIE]: attempt }
    const { location, cookies: set } = await visit(app, `/v1/sign-in/corp/answer${given}`, cookies)
    assert.equal(set.get(SESSION_COOKIE), location === '/' ? set.get(SESSION_COOKIE) : undefined)
    return location
  }
  assert.equal(await land(search), REFUSED)
  assert.equal(await land(search, other.attempt), REFUSED)
  assert.equal(await land(search.replace(/state=[^&]+/, 'state=forged'), mine.attempt), REFUSED)
  assert.equal(
    await land(search.replace(/iss=[^&]+/, 'iss=https%3A%2F%2Fevil.example'), other.attempt),
    REFUSED,
  )
  // Another destination, sewn into the cookie, is another attempt.
  const sewn = { ...JSON.parse(Buffer.from(mine.attempt, 'base64url').toString()), to: '/ledger' }
  const cookie = Buffer.from(JSON.stringify(sewn)).toString('base64url')
  assert.equal(await land(search, cookie), REFUSED)
  assert.equal(await land(search, mine.attempt), '/')
  // The same answer again: the state is spent. A new code with a spent state, and a spent code with a new state, alike.
  assert.equal(await land(search, mine.attempt), REFUSED)
  const code = /code=[^&]+/.exec(search)?.[0] ?? ''
  const fresh = await beginSignIn(app)
  const freshSearch = await corp.signIn(fresh.location)
  assert.equal(await land(freshSearch.replace(/code=[^&]+/, code), fresh.attempt), REFUSED)
})

test('nobody is led to another place after signing in', async () => {
  const ann = newPerson()
  house.corp.person = ann
  await invite(house.app, { email: ann.email })
  for (const to of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    `${OWN_ORIGIN}@evil.example/`,
  ]) {
    const { location } = await signInWith(house, { query: `?to=${encodeURIComponent(to)}` })
    assert.equal(new URL(location, OWN_ORIGIN).origin, OWN_ORIGIN, to)
    assert.doesNotMatch(location, /^\/[/\\]/, to)
  }
})

test('signing in again makes another session and ends the one before; signing out ends it', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  await invite(app, { email: ann.email })
  const first = await signInWith(house)
  const { session: former = '' } = first
  assert.equal(await statusAs(app, former), '200')
  const { session = '' } = await signInWith(house, { former })
  assert.notEqual(session, former)
  assert.equal(await statusAs(app, former), '401 IDENTITY_SESSION_ENDED')
  assert.equal(await statusAs(app, session), '200')
  const headers = { host: 'localhost:7420', ...asBrowser(session) }
  const out = await app.web.inject({ method: 'POST', url: '/v1/sign-out', headers })
  assert.equal(out.statusCode, 200)
  assert.match(String(out.headers['set-cookie']), /^seaworthy-session-7420=; Path=\/; Max-Age=0/)
  assert.equal(await statusAs(app, session), '401 IDENTITY_SESSION_ENDED')
})

test('other rights, a sign-out by an admin and a removal end every session at once', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  const { id } = await invite(app, { email: ann.email })
  const sessions = [await signInWith(house), await signInWith(house)]
  for (const { session = '' } of sessions) assert.equal(await statusAs(app, session), '200')
  const ended = await askAsOperator(app, `/v1/accounts/${id}/sign-out`, {})
  assert.deepEqual(ended, { sessionCount: 2 })
  for (const { session = '' } of sessions)
    assert.equal(await statusAs(app, session), '401 IDENTITY_SESSION_ENDED')
  const promoted = await signInWith(house)
  await askAsOperator(app, `/v1/accounts/${id}/rights`, { role: 'admin' })
  assert.equal(await statusAs(app, promoted.session ?? ''), '401 IDENTITY_SESSION_ENDED')
  const { session = '' } = await signInWith(house)
  assert.equal(await statusAs(app, session, '/v1/accounts'), '200')
  await askAsOperator(app, `/v1/accounts/${id}/removal`, { reason: 'left' })
  assert.equal(await statusAs(app, session), '401 IDENTITY_SESSION_ENDED')
  assert.equal((await signInWith(house)).location, NOBODY)
})

test('a cookie changes nothing unless the request comes from a page of this server', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  await invite(app, { email: ann.email, role: 'admin' })
  const { session = '' } = await signInWith(house, { query: '?fresh=yes' })
  const cookie = `${SESSION_COOKIE}=${session}`
  const payload = JSON.stringify({ name: 'x', role: 'viewer' })
  const json = { 'content-type': 'application/json' }
  const ask = (headers: Record<string, string>): Promise<string> =>
    statusOf(app, { method: 'POST', url: '/v1/api-keys', headers: { cookie, ...headers }, payload })
  const refused = '403 WEB_ORIGIN_REFUSED'
  for (const headers of [
    json,
    { ...json, origin: 'https://evil.example' },
    { ...json, origin: 'null' },
    { ...json, origin: 'http://localhost:7421' },
    { ...json, 'sec-fetch-site': 'cross-site', origin: OWN_ORIGIN },
    { ...json, 'sec-fetch-site': 'same-site' },
    { ...json, 'sec-fetch-site': 'none' },
    { 'content-type': 'text/plain', 'sec-fetch-site': 'same-origin' },
    { 'content-type': 'application/x-www-form-urlencoded', origin: OWN_ORIGIN },
  ])
    assert.equal(await ask(headers), refused, JSON.stringify(headers))
  assert.equal(await ask({ ...json, origin: OWN_ORIGIN }), '201')
  assert.equal(await ask({ ...json, 'sec-fetch-site': 'same-origin' }), '201')
  // Two cookies of the name: one of them was set by somebody else.
  assert.equal(
    await ask({ ...json, ...asBrowser(session), cookie: `${cookie}; ${cookie}` }),
    '401 WEB_KEY_REFUSED',
  )
  // A wrong key is not made good by a right cookie.
  assert.equal(
    await ask({ ...json, ...asBrowser(session), ...bearer('wrong') }),
    '401 WEB_KEY_REFUSED',
  )
  // Signing somebody out is a change too.
  const out = await app.web.inject({
    method: 'POST',
    url: '/v1/sign-out',
    headers: { host: 'localhost:7420', cookie, origin: 'https://evil.example' },
  })
  assert.equal(out.statusCode, 403)
  assert.equal(await statusAs(app, session), '200')
})

test('a page that shows one account is refused what it asks with the session of another, and nothing is done', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  const { id } = await invite(app, { email: ann.email, role: 'admin' })
  const { session = '' } = await signInWith(house, { query: '?fresh=yes' })
  const json = { 'content-type': 'application/json' }
  const ask = (shown: string): Promise<string> =>
    statusOf(app, {
      method: 'POST',
      url: '/v1/api-keys',
      headers: { ...json, ...asBrowser(session), 'x-seaworthy-account': shown },
      payload: JSON.stringify({ name: 'y', role: 'viewer' }),
    })
  assert.equal(await ask('account-of-somebody-else'), '409 WEB_ACCOUNT_CHANGED')
  assert.equal(await ask(''), '409 WEB_ACCOUNT_CHANGED')
  assert.equal(await ask(id), '201')
})

test('a session gives no token that would outlive it', async () => {
  const ann = newPerson()
  house.corp.person = ann
  await invite(house.app, { email: ann.email })
  const { session = '' } = await signInWith(house)
  const headers = { ...asBrowser(session), 'content-type': 'application/json' }
  const asked = { method: 'POST', url: '/v1/service-tokens', headers, payload: '{}' } as const
  assert.equal(await statusOf(house.app, asked), '403 IDENTITY_TOKEN_REFUSED')
})

test('a person who is asked to prove anew who they are has to do so at the issuer', async () => {
  const ann = newPerson()
  const { app, corp } = house
  corp.person = ann
  await invite(app, { email: ann.email })
  const browser = new CookieJar()
  const before = corp.passwordCount()
  await signInWith(house, { browser })
  assert.equal(corp.passwordCount(), before + 1)
  // The issuer remembers the browser, and nobody has to prove anything.
  await signInWith(house, { browser })
  assert.equal(corp.passwordCount(), before + 1)
  const { session = '' } = await signInWith(house, { browser, query: '?fresh=yes' })
  assert.equal(corp.passwordCount(), before + 2)
  const seen = (await who(app, session)) as { session: { authenticatedAt: string } }
  assert.ok(Math.abs(Date.parse(seen.session.authenticatedAt) - Date.now()) < 60_000)
})
