// Erasure over the API of a server: an admin shows it, another confirms it, and what the audit log copied is gone too.
import assert from 'node:assert/strict'
import test from 'node:test'
import { askAsOperator, bearer, openComposedApp } from '../../test/composed.ts'
import type { ComposedApp } from './compose.ts'

interface Told {
  readonly status: number
  readonly body: { readonly data?: unknown; readonly code?: string }
}

async function ask(app: ComposedApp, key: string, url: string, body?: unknown): Promise<Told> {
  const answer = await app.web.inject({
    method: body === undefined ? 'GET' : 'POST',
    url,
    headers: { host: 'localhost', ...bearer(key) },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  })
  return { status: answer.statusCode, body: answer.json() }
}

interface Line {
  readonly seq: number
  readonly actor: string
  readonly action: string
  readonly resource: string
}

test('requests of somebody are erased by two admins, and every list of them says who attests it instead of failing', async (t) => {
  const app = await openComposedApp(t, { isServer: true })
  const makeKey = async (role: string): Promise<{ key: string; id: string }> =>
    askAsOperator(app, '/v1/api-keys', { name: 'crew', role })
  const [ada, ben, cleo] = [
    await makeKey('admin'),
    await makeKey('admin'),
    await makeKey('developer'),
  ]
  const note = { subject: 'harbour@2.1.0', payload: { text: 'by cleo' } }
  assert.equal((await ask(app, cleo.key, '/v1/ledger/entries', note)).status, 201)
  const linesOf = async (): Promise<readonly Line[]> => {
    const { body } = await ask(app, ada.key, '/v1/audit?limit=200')
    return body.data as readonly Line[]
  }
  const before = (await linesOf()).find(({ action }) => action === 'POST /v1/ledger/entries')
  assert.ok(before)
  const params = { subject: before.actor, reason: 'left the yard' }
  const refused = await ask(app, cleo.key, '/v1/actions/ledger.erase/previews', { params })
  assert.equal(refused.status, 403)
  const shown = await ask(app, ada.key, '/v1/actions/ledger.erase/previews', { params })
  const { token } = shown.body.data as { token: string }
  const own = await ask(app, ada.key, '/v1/action-tokens/confirm', { token })
  assert.equal(own.body.code, 'ACTION_SECOND_PERSON_NEEDED')
  const done = await ask(app, ben.key, '/v1/action-tokens/confirm', { token })
  assert.equal(done.status, 200, JSON.stringify(done.body))
  const after = (await linesOf()).find(({ seq }) => seq === before.seq)
  assert.match(`${after?.action} ${after?.resource}`, /^erased erased \(attested by seq \d+\)$/)
  const listed = await ask(app, ada.key, `/v1/ledger/entries?from=${before.seq}&limit=1`)
  const [entry] = (listed.body.data as { entries: readonly { erasedBy?: number }[] }).entries
  assert.ok(entry!.erasedBy! > before.seq)
  const verdict = await ask(app, ada.key, '/v1/ledger/verify', {})
  const { ok, checked } = verdict.body.data as { ok: boolean; checked: { erased: number } }
  assert.equal(ok, true, JSON.stringify(verdict.body))
  assert.ok(checked.erased >= 1)
  const id = Buffer.from(JSON.stringify(['Entry', String(before.seq)])).toString('base64url')
  const query = `{ node(id: "${id}") { ... on Entry { seq erasedBy } } }`
  const graph = await ask(app, ada.key, '/graphql', { query })
  const node = { seq: before.seq, erasedBy: entry!.erasedBy }
  assert.deepEqual(graph.body.data, { node }, JSON.stringify(graph.body))
})
