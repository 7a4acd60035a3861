// A person's word asks for a fresh proof of who they are, and what their API keys ask for is what they asked for.
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { askAsOperator, bearer, statusOf } from '../../test/composed.ts'
import { testSigner } from '../../test/crypto.ts'
import type { TestPerson } from '../../test/issuer.ts'
import { asBrowser, openSharedHouse, signInWith } from '../../test/signed-in.ts'
import type { SignInHouse } from '../../test/signed-in.ts'
import { base64Of } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'

let house: SignInHouse
let close: () => Promise<void>
before(async () => {
  ;({ house, close } = await openSharedHouse())
})
after(() => close())

function invite(app: ComposedApp, wish: object): Promise<unknown> {
  return askAsOperator(app, '/v1/accounts', { role: 'developer', ...wish })
}

async function who(app: ComposedApp, session: string): Promise<Record<string, unknown>> {
  const headers = { host: 'localhost:7420', ...asBrowser(session) }
  const answer = await app.web.inject({ method: 'GET', url: '/v1/session', headers })
  return answer.json<{ data: Record<string, unknown> }>().data
}

function statusAs(app: ComposedApp, session: string): Promise<string> {
  return statusOf(app, { method: 'GET', url: '/v1/session', headers: asBrowser(session) })
}

async function enter(person: TestPerson, query: string): Promise<string> {
  house.corp.person = person
  return (await signInWith(house, { query })).session ?? ''
}

interface Told {
  readonly status: number
  readonly code?: string
  readonly data: Record<string, string>
}

async function ask(
  headers: Readonly<Record<string, string>>,
  method: 'POST' | 'PUT',
  url: string,
  body: unknown,
): Promise<Told> {
  const sent = { host: 'localhost:7420', 'content-type': 'application/json', ...headers }
  const payload = JSON.stringify(body)
  const answer = await house.app.web.inject({ method, url, headers: sent, payload })
  return { status: answer.statusCode, ...answer.json<Omit<Told, 'status'>>() }
}

test('who left a browser open gives no word: the refusal says how to go on, and a new sign-in goes on', async () => {
  const { app, corp } = house
  const ann = { subject: 'ann', email: 'ann@example.com', name: 'Ann' }
  corp.person = ann
  await invite(app, { email: ann.email, signsAs: ['release-manager'] })
  const { publicKey } = testSigner('ecdsa-p256-sha256')
  const payload = JSON.stringify({ publicKey: base64Of(publicKey) })
  const register = (session: string) =>
    app.web.inject({
      method: 'POST',
      url: '/v1/session/keys',
      headers: {
        host: 'localhost:7420',
        ...asBrowser(session),
        'content-type': 'application/json',
      },
      payload,
    })
  corp.person = { ...ann, provenAgoS: 3_600 }
  const { session: plain = '' } = await signInWith(house)
  const refused = await register(plain)
  const problem = refused.json<{ code: string; details: unknown }>()
  assert.deepEqual(
    [refused.statusCode, problem.code, problem.details],
    [401, 'WEB_PROOF_TOO_OLD', { maxAgeS: 300 }],
  )
  assert.equal(
    refused.headers['www-authenticate'],
    'Bearer error="insufficient_user_authentication", error_description="Sign in again", max_age="300"',
  )
  assert.equal(await statusAs(app, plain), '200')
  corp.person = ann
  const { session = '' } = await signInWith(house, { query: '?fresh=yes', former: plain })
  const seen = (await who(app, session)) as { session: Record<string, string> }
  const { authenticatedAt = '', provenUntil = '', issuer } = seen.session
  assert.deepEqual(
    [Date.parse(provenUntil) - Date.parse(authenticatedAt), issuer],
    [300_000, 'corp'],
  )
  const registered = await register(session)
  assert.equal(registered.statusCode, 201, registered.body)
  const key = registered.json<{ data: Record<string, unknown> }>().data
  const { id, person } = await who(app, session)
  assert.deepEqual(
    [key['account'], key['person'], key['roles'], key['displayName']],
    [id, person, ['release-manager'], ann.name],
  )
  // The same key again is the same key.
  assert.equal((await register(session)).json<{ data: { id: string } }>().data.id, key['id'])
})

test('a key that somebody’s session made is that person, in both directions; a session that confirms has to be fresh', async () => {
  const people = ['bea', 'cem'].map((subject) => ({ subject, email: `${subject}@example.com` }))
  for (const { email } of people) await invite(house.app, { email, role: 'admin' })
  const bea = await enter(people[0]!, '?fresh=yes')
  const staleCem = await enter({ ...people[1]!, provenAgoS: 3_600 }, '')
  const made = await ask(asBrowser(bea), 'POST', '/v1/api-keys', { name: 'own', role: 'developer' })
  const own = bearer(made.data['key'] ?? '')
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'restore' }
  await ask(own, 'PUT', '/v1/switches/sink', { definition, reason: 'made' })
  await ask(own, 'POST', '/v1/switches/sink/flips', { word: { state: 'off' }, reason: 'smoke' })
  const params = { name: 'sink', word: { state: 'on' }, reason: 'mended' }
  const preview = await ask(own, 'POST', '/v1/actions/flag.flip/previews', { params })
  const { token } = preview.data
  const confirm = (session: string): Promise<Told> =>
    ask(asBrowser(session), 'POST', '/v1/action-tokens/confirm', { token })
  assert.equal((await confirm(bea)).code, 'ACTION_SECOND_PERSON_NEEDED')
  assert.equal((await confirm(staleCem)).code, 'WEB_PROOF_TOO_OLD')
  assert.equal((await confirm(await enter(people[1]!, '?fresh=yes'))).status, 200)
})

/** Keys in force of one account at most. */
const KEY_LIMIT = 20

test('a person with as many keys in force as one may have is told so, and registers another once one is ended', async () => {
  const eve = { subject: 'eve', email: 'eve@example.com', name: 'Eve' }
  await invite(house.app, { email: eve.email, signsAs: ['release-manager'] })
  const session = await enter(eve, '')
  const register = (): Promise<Told> => {
    const { publicKey } = testSigner('ecdsa-p256-sha256')
    const body = { publicKey: base64Of(publicKey) }
    return ask(asBrowser(session), 'POST', '/v1/session/keys', body)
  }
  const first = await register()
  for (let count = 1; count < KEY_LIMIT; count++) assert.equal((await register()).status, 201)
  const refused = await register()
  assert.deepEqual([refused.status, refused.code], [409, 'IDENTITY_ACCOUNT_KEYS_FULL'])
  const own = `/v1/session/keys/${first.data['id'] ?? ''}/revocation`
  assert.equal((await ask(asBrowser(session), 'POST', own, { reason: 'lost' })).status, 201)
  assert.equal((await register()).status, 201)
})

test('who has just proven to the issuer who they are is not sent there again, and ends a key of their own without it', async () => {
  const dee = { subject: 'dee', email: 'dee@example.com', name: 'Dee' }
  await invite(house.app, { email: dee.email, signsAs: ['release-manager'] })
  const session = await enter(dee, '')
  const { publicKey } = testSigner('ecdsa-p256-sha256')
  const body = { publicKey: base64Of(publicKey) }
  const made = await ask(asBrowser(session), 'POST', '/v1/session/keys', body)
  assert.equal(made.status, 201)
  const own = `/v1/session/keys/${made.data['id'] ?? ''}/revocation`
  const foreign = await enter({ subject: 'ann', email: 'ann@example.com' }, '')
  const lost = { reason: 'lost' }
  assert.equal((await ask(asBrowser(foreign), 'POST', own, lost)).code, 'IDENTITY_UNKNOWN')
  // Ending one's own key asks for no proof, however old the session's is.
  const stale = await enter({ ...dee, provenAgoS: 3_600 }, '')
  assert.equal((await ask(asBrowser(stale), 'POST', own, lost)).status, 201)
  const again = await ask(asBrowser(session), 'POST', '/v1/session/keys', body)
  assert.equal(again.code, 'IDENTITY_KEY_TAKEN')
  const seen = await statusOf(house.app, {
    method: 'GET',
    url: '/v1/session/keys',
    headers: asBrowser(session),
  })
  assert.equal(seen, '200')
  const key = bearer(house.app.apiKey)
  assert.equal((await ask(key, 'POST', own, lost)).code, 'IDENTITY_SESSION_MISSING')
})
