// What is destructive or privileged is done after a preview, or stands in a list with its reason; an admin makes no admin alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { askAsOperator, bearer, openComposedApp } from '../../test/composed.ts'
import { OWN_ORIGIN, settingsOf } from '../../test/signed-in.ts'
import type { ComposedApp } from './compose.ts'

const endings: (() => unknown)[] = []
let app: ComposedApp
let [ada, ben] = ['', '']
before(async () => {
  app = await openComposedApp(
    { after: (end: () => unknown) => void endings.push(end) },
    { signIn: { ownOrigin: OWN_ORIGIN, issuers: [settingsOf('corp', 'https://login.example')] } },
  )
  const issue = async (name: string): Promise<string> =>
    (await askAsOperator<{ key: string }>(app, '/v1/api-keys', { name, role: 'admin' })).key
  ada = await issue('ada')
  ben = await issue('ben')
})
after(async () => {
  for (const end of endings) await end()
})

interface Told<Data> {
  readonly status: number
  readonly code: string | undefined
  readonly data: Data
}

async function ask<Data = Record<string, unknown>>(
  key: string,
  url: string,
  body?: unknown,
): Promise<Told<Data>> {
  const answer = await app.web.inject({
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { host: 'localhost', ...bearer(key) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  const { data, code } = answer.json<{ data: Data; code?: string }>()
  return { status: answer.statusCode, code, data }
}

const preview = async (key: string, action: string, params: unknown) =>
  (await ask<{ token: string; risk: string }>(key, `/v1/actions/${action}/previews`, { params }))
    .data
const confirm = (key: string, token: string) => ask(key, '/v1/action-tokens/confirm', { token })
const invite = async (subject: string, role = 'viewer'): Promise<string> =>
  (await askAsOperator<{ id: string }>(app, '/v1/accounts', { subject, role })).id
const roleOf = async (id: string): Promise<string | undefined> => {
  const { data } = await ask<{ id: string; role: string; state: string }[]>(ada, '/v1/accounts')
  const found = data.find((each) => each.id === id)
  return found?.state === 'removed' ? 'removed' : found?.role
}

test('an admin makes no admin alone: not by a key, not by an invitation, not by other rights, and not with the successor of a key', async () => {
  const dora = await invite('dora')
  const benId = (await ask<{ id: string; name: string }[]>(ada, '/v1/api-keys')).data.find(
    ({ name }) => name === 'ben',
  )!.id
  const count = async () => (await ask<unknown[]>(ada, '/v1/api-keys')).data.length
  const before = await count()
  for (const [url, body] of [
    ['/v1/api-keys', { name: 'more', role: 'admin' }],
    [`/v1/api-keys/${benId}/rotation`, {}],
    ['/v1/accounts', { subject: 'eve', role: 'admin' }],
    [`/v1/accounts/${dora}/rights`, { role: 'admin' }],
  ] as const) {
    const { status, code } = await ask(ada, url, body)
    assert.deepEqual([status, code], [409, 'IDENTITY_CONFIRMATION_REQUIRED'], url)
  }
  for (const [action, params] of [
    ['api-key.create', { name: 'more', role: 'admin' }],
    ['account.invite', { subject: 'eve', role: 'admin' }],
    ['account.change', { account: dora, role: 'admin' }],
  ] as const) {
    const { token, risk } = await preview(ada, action, params)
    assert.equal(risk, 'high', action)
    assert.equal((await confirm(ada, token)).code, 'ACTION_SECOND_PERSON_NEEDED', action)
  }
  assert.deepEqual([await count(), await roleOf(dora)], [before, 'viewer'])
})

test('two admins make a third, who is shown the key once, and whose account has the rights that were shown', async () => {
  const { token } = await preview(ada, 'api-key.create', { name: 'cleo', role: 'admin' })
  const made = await confirm(ben, token)
  assert.equal(made.status, 200)
  const key = String(made.data['key'])
  assert.equal((await ask(key, '/v1/audit')).status, 200)
  assert.equal((await confirm(ben, token)).code, 'ACTION_TOKEN_USED')
  const dan = await invite('dan')
  const change = await preview(ada, 'account.change', { account: dan, role: 'admin' })
  assert.equal((await confirm(ben, change.token)).status, 200)
  assert.equal(await roleOf(dan), 'admin')
})

test('other rights and a removal take a preview of one person, and a token is void when the rights are others by then', async () => {
  const finn = await invite('finn', 'developer')
  const reason = 'left the team'
  const removal = await ask(ada, `/v1/accounts/${finn}/removal`, { reason })
  assert.equal(removal.code, 'IDENTITY_CONFIRMATION_REQUIRED')
  const { token: stale } = await preview(ada, 'account.remove', { account: finn, reason })
  const { token, risk } = await preview(ada, 'account.change', { account: finn, role: 'viewer' })
  assert.equal(risk, 'medium')
  assert.equal((await confirm(ada, token)).status, 200)
  assert.equal(await roleOf(finn), 'viewer')
  assert.equal((await confirm(ada, stale)).code, 'ACTION_STATE_CHANGED')
  assert.equal(await roleOf(finn), 'viewer')
  const { token: fresh } = await preview(ada, 'account.remove', { account: finn, reason })
  assert.equal((await confirm(ada, fresh)).status, 200)
  assert.equal(await roleOf(finn), 'removed')
  const again = await ask(ada, '/v1/actions/account.remove/previews', {
    params: { account: finn, reason },
  })
  assert.equal(again.code, 'IDENTITY_UNKNOWN')
  const wrong = await ask(ada, '/v1/actions/account.remove/previews', { params: { account: finn } })
  assert.equal(wrong.code, 'IDENTITY_ACTION_REFUSED')
})

/** Routes that refuse without a confirmed preview what is dangerous about them, and the action that does it. */
const PREVIEWED: Readonly<Record<string, string>> = {
  'POST /v1/accounts': 'account.invite',
  'POST /v1/accounts/:accountId/rights': 'account.change',
  'POST /v1/accounts/:accountId/keys': 'account.link',
  'POST /v1/accounts/:accountId/removal': 'account.remove',
  'POST /v1/api-keys': 'api-key.create',
  'POST /v1/api-keys/:keyId/rotation': 'api-key.create',
  'DELETE /v1/webhooks/:webhookId': 'webhook.remove',
  'POST /v1/switches/:name/flips': 'flag.flip',
}
const ENDS = /\/(?:removal|revocation|sign-out|cancel|rotation|rotate|flips|replay|leave)$/

test('every destructive or privileged route asks for a preview, or the documents say why it acts at once', async () => {
  const dangerous = app.routes
    .filter(
      ({ method, path, access }) =>
        method !== 'GET' && (access === 'admin' || method === 'DELETE' || ENDS.test(path)),
    )
    .map(({ method, path }) => `${method} ${path}`)
  assert.ok(dangerous.length >= 25, `${dangerous.length} routes`)
  const text = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const [, section = ''] = text.split('## What is done only after a preview\n')
  const rows = [
    ...section.split('\n## ')[0]!.matchAll(/^\| `((?:POST|PUT|DELETE) \S+)` \| (.+) \|$/gm),
  ]
  const documented = rows.map(([, route = '']) => route)
  const atOnce = dangerous.filter((route) => PREVIEWED[route] === undefined)
  assert.deepEqual(documented.toSorted(), atOnce.toSorted())
  for (const route of Object.keys(PREVIEWED)) assert.ok(dangerous.includes(route), route)
  const { data } = await ask<{ name: string }[]>(ada, '/v1/actions')
  for (const action of Object.values(PREVIEWED))
    assert.ok(data.some(({ name }) => name === action) && section.includes(`\`${action}\``), action)
})
