// Which routes take an idempotency key: every one that changes something, but for those that may as well do it twice.
import assert from 'node:assert/strict'
import test from 'node:test'
import { bearer, openComposedApp } from '../../test/composed.ts'
import type { Route } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'

/** Doing these again leaves everything as it is, or says the same once more. */
const HARMLESS = [
  'POST /v1/action-tokens/read',
  'POST /v1/ledger/checkpoints',
  'POST /v1/ledger/days/:day',
  'POST /v1/releases/:service/:version/attestations/:format',
  'POST /v1/run-requests/:requestId/end',
  'POST /v1/runner-seats/:seatId/leave',
  'POST /v1/runs/:runId/lease',
  'PUT /v1/evidence/:digest',
]
/** These sign checkpoints or take long, so that they are no one transaction. */
const OWN = [
  'POST /v1/channels/:channel/test',
  'POST /v1/releases/:service/:version/bundles',
  'POST /v1/releases/:service/:version/decisions',
  'POST /v1/runs/:runId/built-in',
]
const nameOf = ({ method, path }: Route): string => `${method} ${path}`

test('every route that changes something takes a key, or is on the short list of those that need none', async (t) => {
  const app = await openComposedApp(t)
  const changing = app.routes.filter(({ access }) => access !== 'read')
  const named = (repetition: Route['repetition']): readonly string[] =>
    changing
      .filter((route) => route.repetition === repetition)
      .map(nameOf)
      .sort()
  assert.deepEqual(named('harmless'), HARMLESS)
  assert.deepEqual(named('own'), OWN)
  const keyed = changing.filter(
    ({ method, repetition }) => method !== 'GET' && repetition !== 'harmless',
  )
  assert.ok(keyed.length >= 25, `only ${keyed.length} routes take a key`)
  for (const route of keyed) assert.ok(route.answer.data, `${nameOf(route)} answers no data`)
  const answer = await app.web.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  const { paths } = answer.json<{
    paths: Record<string, Record<string, { parameters?: { name: string; in: string }[] }>>
  }>()
  const described = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(([, { parameters = [] }]) =>
        parameters.some((each) => each.in === 'header' && each.name === 'Idempotency-Key'),
      )
      .map(([method]) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  assert.deepEqual(described.sort(), keyed.map(nameOf).sort())
})

interface Told {
  readonly status: number
  readonly isReplayed: boolean
  readonly body: { readonly data?: unknown; readonly code?: string; readonly details?: unknown }
}

async function askTwice(app: ComposedApp, request: [string, string, unknown]): Promise<Told[]> {
  const [method, url, body] = request
  const told: Told[] = []
  for (let time = 0; time < 2; time++) {
    const answer = await app.web.inject({
      method: method as 'POST',
      url,
      headers: {
        host: 'localhost',
        ...bearer(app.apiKey),
        'idempotency-key': `"${method} ${url.replaceAll('"', '')}"`,
      },
      ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
    })
    told.push({
      status: answer.statusCode,
      isReplayed: answer.headers['idempotency-replayed'] === 'true',
      body: answer.json(),
    })
  }
  return told
}

test('routes of every room, asked twice under one key on the embedded database, do it once and write one set of facts', async (t) => {
  const app = await openComposedApp(t)
  const definition = {
    kind: 'kill-switch',
    boot: 'on',
    confirms: 'none',
  }
  const requests: [string, string, unknown][] = [
    ['POST', '/v1/ledger/entries', { type: 'note.appended', subject: 'a', payload: {} }],
    ['POST', '/v1/releases', { service: 'harbour', version: '1.0.0', author: null }],
    ['PUT', '/v1/schedules/nightly', { kind: 'ledger.checkpoint', cron: '0 3 * * *' }],
    ['POST', '/v1/jobs', { kind: 'ledger.checkpoint' }],
    ['DELETE', '/v1/schedules/nightly', undefined],
    ['PUT', '/v1/switches/sink', { definition, reason: 'made' }],
  ]
  for (const request of requests) {
    const [first, second] = await askTwice(app, request)
    assert.ok(first!.status < 300, `${request[1]}: ${JSON.stringify(first!.body)}`)
    assert.deepEqual(
      [first!.isReplayed, second!.isReplayed, second!.status],
      [false, true, first!.status],
      request[1],
    )
    assert.deepEqual(second!.body, first!.body, request[1])
  }
  const [made, again] = await askTwice(app, ['POST', '/v1/api-keys', { name: 'x', role: 'viewer' }])
  assert.equal(made!.status, 201)
  assert.deepEqual([again!.status, again!.body.code], [409, 'WEB_IDEMPOTENCY_ANSWER_WITHHELD'])
  const { key } = made!.body.data as { key: string }
  assert.ok(key.length > 20 && !JSON.stringify(again!.body).includes(key))
  const verdict = await app.web.inject({
    method: 'POST',
    url: '/v1/ledger/verify',
    headers: { host: 'localhost', ...bearer(app.apiKey) },
  })
  const { data } = verdict.json<{ data: { ok: boolean } }>()
  assert.equal(data.ok, true)
  const listed = await app.web.inject({
    url: '/v1/ledger/entries?limit=100',
    headers: { host: 'localhost', ...bearer(app.apiKey) },
  })
  const types = listed
    .json<{ data: { entries: { body: { type: string } }[] } }>()
    .data.entries.map(({ body }) => body.type)
  assert.equal(new Set(types).size, types.length, `a fact was told twice: ${types.join(', ')}`)
  assert.ok(types.length >= 6, types.join(', '))
})
