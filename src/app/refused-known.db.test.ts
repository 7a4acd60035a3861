// What a known principal is refused is in the ledger of their tenant before they hear of it, also where no route is.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { askAsOperator, bearer, statusOf } from '../../test/composed.ts'
import { connectFeed, serveApp } from '../../test/feed.ts'
import { openRawClient } from '../../test/raw-client.ts'

interface Entry {
  readonly actor: string
  readonly action: string
  readonly result: string
  readonly status: number | null
  readonly code: string | null
}

const { app, url, port } = await serveApp({
  after(ending: () => unknown) {
    after(async () => {
      await ending()
    })
  },
})
const makeKey = (name: string): Promise<{ id: string; key: string }> =>
  askAsOperator(app, '/v1/api-keys', { name, role: 'developer' })

async function entriesOf(actor: string): Promise<readonly string[]> {
  const url = `/v1/audit?actor=${actor}&limit=200`
  const answer = await app.web.inject({
    url,
    headers: { host: 'localhost', ...bearer(app.apiKey) },
  })
  assert.equal(answer.statusCode, 200, answer.body)
  return answer
    .json<{ data: readonly Entry[] }>()
    .data.map(({ action, result, status, code }) => [action, result, status, code].join(' '))
    .toReversed()
}

test('a known key at no route is refused by an entry of its own, and one that opens nothing is a stranger', async () => {
  const known = await makeKey('known')
  const headers = bearer(known.key)
  for (const method of ['GET', 'POST'] as const)
    assert.equal(
      await statusOf(app, { method, url: '/v1/no-such-thing', headers, payload: 'anything' }),
      '404 WEB_ROUTE_UNKNOWN',
    )
  assert.equal(
    await statusOf(app, { method: 'GET', url: '/v1/runs/%ff', headers }),
    '400 WEB_PATH_INVALID',
  )
  assert.deepEqual(await entriesOf(`key-${known.id}`), [
    'GET unknown refused 404 WEB_ROUTE_UNKNOWN',
    'POST unknown refused 404 WEB_ROUTE_UNKNOWN',
    'GET unknown refused 400 WEB_PATH_INVALID',
  ])
  const nobody = bearer('swk_live_nobody')
  assert.equal(
    await statusOf(app, { method: 'GET', url: '/v1/no-such-thing', headers: nobody }),
    '404 WEB_ROUTE_UNKNOWN',
  )
  assert.deepEqual(await entriesOf('stranger'), ['GET unknown tallied  '])
})

test('a known key whose connection is refused, by its own first words or before them, has an entry; those that follow at once are counted', async () => {
  const [inside, before] = [await makeKey('inside'), await makeKey('before')]
  for (let times = 0; times < 3; times += 1)
    await assert.rejects(connectFeed(url, { token: inside.key, tenant: 'other' }), {
      message: 'REALTIME_TENANT_FOREIGN',
    })
  assert.deepEqual(await entriesOf(`key-${inside.id}`), [
    'GET /socket.io/ refused 403 REALTIME_TENANT_FOREIGN',
  ])
  const headers = { ...bearer(before.key), origin: 'https://evil.example' }
  const client = openRawClient({ port, headers })
  assert.equal(await client.status, 403)
  client.socket.destroy()
  assert.deepEqual(await entriesOf(`key-${before.id}`), [
    'GET /socket.io/ refused 403 WEB_ORIGIN_REFUSED',
  ])
  // What was counted is told when the server ends, or with the next one.
  const { body } = await app.web.inject({
    url: '/metrics',
    headers: { host: 'localhost', ...bearer(app.apiKey) },
  })
  assert.match(body, /^seaworthy_audit_refusals_total\{whose="principal",kept="tally"\} 2$/m)
})
