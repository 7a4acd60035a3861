// What an issuer may say and what it may not: forged, stale and mixed-up answers are refused, whoever sends them.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { openHostileIssuer } from '../../../test/hostile-issuer.ts'
import type { HostileIssuer, TokenForm } from '../../../test/hostile-issuer.ts'
import { CLIENT_ID, CLIENT_SECRET } from '../../../test/issuer.ts'
import { SeaworthyError } from '../../kernel/index.ts'
import { systemClock, systemFetch } from '../../platform/index.ts'
import { makeGithubIssuer } from './github.ts'
import type { Issuer, IssuerSettings, SignInTerms } from './issuer.ts'
import { makeOpenidIssuer } from './openid.ts'

const REDIRECT = 'https://seaworthy.example/v1/sign-in/corp/answer'
const TERMS: SignInTerms = {
  state: 'the-state',
  nonce: 'the-nonce',
  codeVerifier: 'v'.repeat(43),
  redirectUri: REDIRECT,
  isFresh: false,
}
const ANSWER = new URL(`${REDIRECT}?code=c&state=the-state`)
const ports = { fetch: systemFetch, clock: systemClock }

function settingsFor(issuer: string, kind: IssuerSettings['kind'] = 'openid'): IssuerSettings {
  const client = { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET }
  return { name: 'corp', label: 'Corp', issuer, kind, ...client }
}

async function openPair(
  t: TestContext,
): Promise<{ readonly hostile: HostileIssuer; readonly corp: Issuer }> {
  const hostile = await openHostileIssuer(t, () => TERMS.nonce)
  return { hostile, corp: makeOpenidIssuer(settingsFor(hostile.issuer), ports) }
}

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'taken',
    (error: unknown) => (error instanceof SeaworthyError ? error.code : String(error)),
  )
}

const REFUSED = 'IDENTITY_SIGN_IN_REFUSED'

test('only a token of this issuer, for this client, of this attempt, signed by a published key is taken', async (t) => {
  const { hostile, corp } = await openPair(t)
  const nowS = Math.floor(Date.now() / 1_000)
  const forms: readonly (readonly [string, TokenForm])[] = [
    ['alg none', { isUnsigned: true }],
    ['the public key as a secret', { isHmac: true }],
    ['another key', { isForeign: true }],
    ['an unknown kid', { kid: 'k2' }],
    ['another client', { claims: { aud: 'somebody-else' } }],
    ['two clients', { claims: { aud: [CLIENT_ID, 'somebody-else'] } }],
    ['another issuer', { claims: { iss: 'https://evil.example' } }],
    ['another nonce', { claims: { nonce: 'of-another-attempt' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['expired', { claims: { iat: nowS - 600, exp: nowS - 300 } }],
    ['no end', { claims: { exp: undefined } }],
    ['not yet', { claims: { nbf: nowS + 300 } }],
    ['no subject', { claims: { sub: undefined } }],
    ['an empty subject', { claims: { sub: '' } }],
  ]
  for (const [name, form] of forms) {
    hostile.form = form
    assert.equal(await outcomeOf(corp.readAnswer(ANSWER, TERMS)), REFUSED, name)
  }
  hostile.form = {}
  assert.equal(await outcomeOf(corp.readAnswer(ANSWER, TERMS)), 'taken')
})

test('a state of another attempt, another issuer in the answer, and no code are refused before anything is asked', async (t) => {
  const { hostile, corp } = await openPair(t)
  await corp.leadTo(TERMS)
  hostile.asked.length = 0
  for (const query of [
    'code=c&state=another',
    'code=c',
    'state=the-state',
    'code=c&state=the-state&state=the-state',
    'code=c&state=the-state&iss=https%3A%2F%2Fevil.example',
    'error=access_denied&state=the-state',
  ])
    assert.equal(
      await outcomeOf(corp.readAnswer(new URL(`${REDIRECT}?${query}`), TERMS)),
      REFUSED,
      query,
    )
  assert.deepEqual(hostile.asked, [])
})

test('a proof that was asked for anew has to be new', async (t) => {
  const { hostile, corp } = await openPair(t)
  const fresh = { ...TERMS, isFresh: true }
  const nowS = Math.floor(Date.now() / 1_000)
  for (const [authTime, expected] of [
    [undefined, REFUSED],
    [nowS - 3_600, REFUSED],
    [nowS - 10, 'taken'],
  ] as const) {
    hostile.form = { claims: { auth_time: authTime } }
    assert.equal(await outcomeOf(corp.readAnswer(ANSWER, fresh)), expected, String(authTime))
  }
  const url = await corp.leadTo(fresh)
  assert.equal(url.searchParams.get('prompt'), 'login')
  // Any sign-in asks for the time of the proof, and takes an answer that does not tell it.
  const usual = await corp.leadTo(TERMS)
  assert.equal(usual.searchParams.get('prompt'), null)
  assert.equal(usual.searchParams.get('max_age'), String(365 * 86_400))
  hostile.form = { claims: { auth_time: undefined } }
  assert.equal(await outcomeOf(corp.readAnswer(ANSWER, TERMS)), 'taken')
  assert.equal(url.searchParams.get('code_challenge_method'), 'S256')
  assert.doesNotMatch(url.href, new RegExp(TERMS.codeVerifier))
})

test('an address counts only where the issuer says that it is verified', async (t) => {
  const { hostile, corp } = await openPair(t)
  const emailOf = async (claims: object, issuer = corp): Promise<string | undefined> => {
    hostile.form = { claims: { email: 'Ann@Gmail.com', ...claims } }
    return (await issuer.readAnswer(ANSWER, TERMS)).email
  }
  assert.equal(await emailOf({ email_verified: true }), 'ann@gmail.com')
  assert.equal(await emailOf({ email_verified: false }), undefined)
  assert.equal(await emailOf({ email_verified: 'true' }), undefined)
  assert.equal(await emailOf({}), undefined)
  // The Kelvin sign is no k: full case folding would make one address of the two.
  assert.equal(
    await emailOf({ email_verified: true, email: '\u212Aay@x.example' }),
    '\u212Aay@x.example',
  )
  const google = makeOpenidIssuer(settingsFor(hostile.issuer, 'google'), ports)
  assert.equal(await emailOf({ email_verified: true }, google), 'ann@gmail.com')
  const elsewhere = { email_verified: true, email: 'ann@corp.example' }
  assert.equal(await emailOf(elsewhere, google), undefined)
  assert.equal(await emailOf({ ...elsewhere, hd: 'corp.example' }, google), 'ann@corp.example')
})

test('an issuer that says it is another, is silent or leads off TLS is not asked for more', async (t) => {
  const { hostile } = await openPair(t)
  const outcome = (metadata: object): Promise<string> => {
    hostile.metadata = { ...metadata }
    const corp = makeOpenidIssuer(settingsFor(hostile.issuer), ports)
    return outcomeOf(corp.readAnswer(ANSWER, TERMS))
  }
  assert.equal(await outcome({ issuer: 'https://evil.example' }), REFUSED)
  const silent = 'IDENTITY_ISSUER_SILENT'
  assert.equal(await outcome({ token_endpoint: 'http://evil.example/token' }), silent)
  hostile.answers.set('/token', { status: 500, body: { error: 'server_error' } })
  assert.equal(await outcome({}), REFUSED)
  hostile.answers.set('/.well-known/openid-configuration', { status: 302, body: {} })
  assert.equal(await outcome({}), REFUSED)
  hostile.close()
  assert.equal(await outcome({}), silent)
})

test('a person of GitHub is a number, with the primary verified address', async (t) => {
  const hostile = await openHostileIssuer(t, () => '')
  const github = makeGithubIssuer(settingsFor(hostile.issuer, 'github'), ports)
  hostile.answers.set('/login/oauth/access_token', {
    status: 200,
    body: { access_token: 'gho_x', token_type: 'bearer', scope: 'read:user,user:email' },
  })
  const user = { id: 583_231, login: 'octocat', name: null }
  hostile.answers.set('/api/v3/user', { status: 200, body: user })
  const emails = [
    { email: 'other@x.example', primary: false, verified: true },
    { email: 'Octo@x.example', primary: true, verified: true },
  ]
  hostile.answers.set('/api/v3/user/emails', { status: 200, body: emails })
  assert.deepEqual(await github.readAnswer(ANSWER, TERMS), {
    issuer: hostile.issuer,
    subject: '583231',
    displayName: 'octocat',
    email: 'octo@x.example',
  })
  const unproven = emails.map((each) => ({ ...each, verified: !each.primary }))
  hostile.answers.set('/api/v3/user/emails', { status: 200, body: unproven })
  assert.equal((await github.readAnswer(ANSWER, TERMS)).email, undefined)
  // GitHub tells errors with status 200.
  const spent = { error: 'bad_verification_code', error_description: 'expired' }
  hostile.answers.set('/login/oauth/access_token', { status: 200, body: spent })
  assert.equal(await outcomeOf(github.readAnswer(ANSWER, TERMS)), REFUSED)
  const other = new URL(`${REDIRECT}?code=c&state=another`)
  assert.equal(await outcomeOf(github.readAnswer(other, TERMS)), REFUSED)
  const url = await github.leadTo(TERMS)
  assert.equal(url.pathname, '/login/oauth/authorize')
  assert.equal(url.searchParams.has('nonce'), false)
})
