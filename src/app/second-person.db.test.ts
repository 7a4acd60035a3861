// A second person over the API: holders of keys confirm each other's high risk, never their own by another key.
import assert from 'node:assert/strict'
import test from 'node:test'
import { askAsOperator, bearer, openComposedApp } from '../../test/composed.ts'
import type { ComposedApp } from './compose.ts'

interface Told {
  readonly status: number
  readonly body: { readonly data?: unknown; readonly code?: string }
}

async function ask(
  app: ComposedApp,
  key: string,
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  body?: unknown,
): Promise<Told> {
  const answer = await app.web.inject({
    method,
    url,
    headers: { host: 'localhost', ...bearer(key) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json() }
}

async function makeKey(app: ComposedApp, role: string, by?: string): Promise<string> {
  const wish = { name: 'crew', role }
  if (by === undefined) return (await askAsOperator<{ key: string }>(app, '/v1/api-keys', wish)).key
  return ((await ask(app, by, 'POST', '/v1/api-keys', wish)).body.data as { key: string }).key
}

test('a kill switch that one holder of a key wants on again is turned on by another, not by a key of the first one’s making', async (t) => {
  const app = await openComposedApp(t)
  const [ada, ben] = [await makeKey(app, 'admin'), await makeKey(app, 'developer')]
  const alsoAda = await makeKey(app, 'developer', ada)
  const definition = { kind: 'kill-switch', boot: 'on', confirms: 'restore' }
  const made = await ask(app, ada, 'PUT', '/v1/switches/sink', { definition, reason: 'made' })
  assert.equal(made.status, 200)
  const off = { word: { state: 'off' }, reason: 'smoke' }
  assert.equal((await ask(app, ada, 'POST', '/v1/switches/sink/flips', off)).status, 200)

  const params = { name: 'sink', word: { state: 'on' }, reason: 'mended' }
  const preview = await ask(app, ada, 'POST', '/v1/actions/flag.flip/previews', { params })
  const { token, asksSecondPerson } = preview.body.data as {
    token: string
    asksSecondPerson: boolean
  }
  assert.deepEqual([preview.status, asksSecondPerson], [201, true])
  const confirm = (key: string): Promise<Told> =>
    ask(app, key, 'POST', '/v1/action-tokens/confirm', { token })
  for (const key of [ada, alsoAda]) {
    const refused = await confirm(key)
    assert.deepEqual([refused.status, refused.body.code], [403, 'ACTION_SECOND_PERSON_NEEDED'])
  }
  const shown = await ask(app, ben, 'POST', '/v1/action-tokens/read', { token })
  const { previewedBy } = shown.body.data as { previewedBy: string }
  assert.match(previewedBy, /^key-/)
  assert.equal((await confirm(ben)).status, 200)
  assert.equal((await confirm(ben)).body.code, 'ACTION_TOKEN_USED')
  const { data } = (await ask(app, ben, 'GET', '/v1/switches')).body
  assert.deepEqual(
    (data as { word: unknown }[]).map(({ word }) => word),
    [{ state: 'on' }],
  )
})

test('what is done only after a preview is listed, with whose word it takes', async (t) => {
  const app = await openComposedApp(t)
  const { data } = (await ask(app, await makeKey(app, 'viewer'), 'GET', '/v1/actions')).body
  const named = (data as { name: string; access: string; asksSecondPerson: boolean }[]).map(
    ({ name, access, asksSecondPerson }) => [name, access, asksSecondPerson],
  )
  assert.deepEqual(named, [
    ['api-key.create', 'admin', true],
    ['account.invite', 'admin', true],
    ['account.change', 'admin', true],
    ['account.remove', 'admin', false],
    ['account.link', 'admin', true],
    ['token-keys.rotate', 'admin', false],
    ['flag.flip', 'write', true],
    ['webhook.remove', 'admin', true],
    ['ledger.erase', 'admin', true],
    ['run.confirm', 'write', false],
    ['run.request', 'write', false],
  ])
})
