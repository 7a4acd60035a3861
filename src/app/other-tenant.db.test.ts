// An admin of one tenant names what is there in another, on every route whose path names something: it is not there for them, and stays as it is.
import assert from 'node:assert/strict'
import test from 'node:test'
import { bearer, openComposedApp } from '../../test/composed.ts'
import { insertThings, makeOwnThings, MARK } from '../../test/own-things.ts'
import type { OwnThings } from '../../test/own-things.ts'
import { OWN_ORIGIN } from '../../test/signed-in.ts'
import type { Route } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'

/** Parameters that name nothing of a tenant, each with what it names. */
const OF_NOBODY: Readonly<Record<string, string>> = {
  day: 'a date',
  format: 'a format',
  issuer: 'an issuer that the operator configured',
  kind: 'a kind of report',
  level:
    'a level of a tree; the log is looked for under its own parameter, which takes a hash that nobody here asks with',
  log: 'a log by the hash of its origin: tiles and checkpoints are public',
  originHash: 'the same, for the witness',
}
const NOBODY = '01900000-0000-7000-8000-000000000000'
const HOLDER = { id: 'h', machine: 'm', pid: 1 }
const REASON = { reason: 'r' }
const SIGNED = { at: '2026-01-01T00:00:00Z', signature: 'x' }

/** What has the form that a route asks for. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /v1/accounts/:accountId/keys': { principal: 'person-1' },
  'POST /v1/accounts/:accountId/removal': REASON,
  'POST /v1/accounts/:accountId/rights': { role: 'admin' },
  'POST /v1/api-keys/:keyId/revocation': REASON,
  'POST /v1/principals/:principalId/revocation': REASON,
  'POST /v1/session/keys/:principalId/revocation': REASON,
  'POST /v1/run-requests/:requestId/claim': { seat: NOBODY, holder: HOLDER, ...SIGNED },
  'POST /v1/run-requests/:requestId/start': { holder: HOLDER },
  'POST /v1/run-requests/:requestId/decline': { holder: 'h', reason: 'r' },
  'POST /v1/run-requests/:requestId/end': { holder: 'h' },
  'POST /v1/runs/:runId/intents': { gate: 'g', attempt: 1 },
  'POST /v1/runs/:runId/built-in': { gate: 'g', attempt: 1 },
  'POST /v1/runs/:runId/lease': { holder: 'h' },
  'POST /v1/runs/:runId/pause': { holder: 'h', isWaiting: false },
  'PUT /v1/evidence/:digest': MARK,
  'PUT /v1/notification-rules/:rule': { events: ['decision-go'], channels: ['room'] },
  'PUT /v1/schedules/:name': { kind: 'ledger.checkpoint', cron: '0 0 1 1 *' },
  'PUT /v1/switches/:name': {
    definition: { kind: 'kill-switch', boot: 'on', confirms: 'none' },
    ...REASON,
  },
  'PUT /v1/templates/:template': { title: 't', text: 't' },
  'POST /v1/switches/:name/flips': { word: { state: 'off' }, reason: 'r' },
  'POST /v1/templates/:template/preview': { release: 'tide@1.0.0' },
  'POST /v1/templates/:template/send': { release: 'tide@1.0.0', channels: ['room'] },
  'POST /v1/webhooks/:webhookId/replay': { from: '2020-01-01T00:00:00Z' },
}

/** Where the answer is another one than that there is no such thing, each with why nothing of the other tenant is in it. */
const OTHERWISE: Readonly<Record<string, readonly [answer: string, why: string]>> = {
  'POST /v1/runs/:runId/lease': ['409 GATES_RUN_LOST', 'nobody holds it'],
  'POST /v1/runs/:runId/results': ['422 IDENTITY_STATEMENT_REFUSED', 'nobody signed it'],
  'POST /v1/session/keys/:principalId/revocation': ['409 IDENTITY_SESSION_MISSING', 'no session'],
  'GET /v1/releases/:service/:version/replay': ['409 RELEASE_DECISION_MISSING', 'none was taken'],
  'POST /v1/releases/:service/:version/bundles': ['409 RELEASE_DECISION_MISSING', 'the same'],
  'POST /v1/runner-seats/:seatId/leave': ['200 ', 'whoever left already has left'],
  'GET /v1/services/:service/register': ['200 ', 'a register begins empty'],
  'POST /v1/accounts/:accountId/rights': [
    '409 IDENTITY_CONFIRMATION_REQUIRED',
    'nobody is looked for before a preview, which is asked for below',
  ],
  'POST /v1/accounts/:accountId/removal': ['409 IDENTITY_CONFIRMATION_REQUIRED', 'the same'],
  'POST /v1/accounts/:accountId/keys': ['409 IDENTITY_CONFIRMATION_REQUIRED', 'the same'],
  'POST /v1/actions/:name/previews': ['422 WEB_BODY_INVALID', 'actions are of the deployment'],
  'PUT /v1/evidence/:digest': ['201 ', 'whoever has the bytes keeps them for themselves'],
  'PUT /v1/switches/:name': ['200 ', 'one of their own under the same name'],
  'PUT /v1/schedules/:name': ['200 ', 'the same'],
  'PUT /v1/templates/:template': ['200 ', 'the same'],
}

interface Told {
  readonly status: number
  readonly code: string
  readonly text: string
}

async function ask(app: ComposedApp, key: string, route: Route, things: OwnThings): Promise<Told> {
  const { method, path } = route
  const url = path.replace(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(
      things[name] ?? (name === 'kind' ? 'decision' : name === 'format' ? 'vsa' : 'x'),
    ),
  )
  const body = BODIES[`${method} ${path}`] ?? {}
  const answer = await app.web.inject({
    method,
    url,
    headers: { host: 'localhost', 'last-event-id': 'nowhere', ...bearer(key) },
    ...(method === 'GET'
      ? {}
      : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const isJson = /json/.test(String(answer.headers['content-type']))
  const { code } = isJson ? answer.json<{ code?: string }>() : {}
  return { status: answer.statusCode, code: code ?? '', text: answer.body }
}

/** What the previews say that name an account. */
async function previewOf(
  app: ComposedApp,
  key: string,
  account: string,
  wishes: object = { 'account.change': { role: 'viewer' }, 'account.remove': REASON },
): Promise<(readonly [number, string | undefined])[]> {
  const told: (readonly [number, string | undefined])[] = []
  for (const [action, wish] of Object.entries(wishes)) {
    const answer = await app.web.inject({
      method: 'POST',
      url: `/v1/actions/${action}/previews`,
      headers: { host: 'localhost', ...bearer(key) },
      payload: JSON.stringify({ params: { account, ...wish } }),
    })
    told.push([answer.statusCode, answer.json<{ code?: string }>().code])
  }
  return told
}

function parametersOf({ path }: Route): readonly string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name)
}

/** What the tenant reads of itself, by route; streams end at once. */
async function readOwn(app: ComposedApp, things: OwnThings): Promise<ReadonlyMap<string, string>> {
  const read = new Map<string, string>()
  for (const route of app.routes.filter(({ method }) => method === 'GET')) {
    const { status, text } = await ask(app, app.apiKey, route, things)
    if (status === 200) read.set(route.path, text)
  }
  return read
}

test('what is there in one tenant is not there for an admin of another, on any route that can name it', async (t) => {
  const signIn = { ownOrigin: OWN_ORIGIN, issuers: [] }
  const app = await openComposedApp(t, { signIn }, insertThings)
  const things = await makeOwnThings(app)
  const key = await app.makeFirstKey('other', 'admin')
  assert.ok(key)
  const named = app.routes.filter((route) => {
    const all = parametersOf(route)
    const unnamed = all.filter((each) => !Object.hasOwn(OF_NOBODY, each) && !things[each])
    assert.deepEqual(unnamed, [], `${route.path}: there is nothing to name`)
    return all.some((each) => !Object.hasOwn(OF_NOBODY, each))
  })
  // What changes by itself, such as the time of a verdict, is told apart by reading twice.
  const [before, again] = [await readOwn(app, things), await readOwn(app, things)]
  const steady = [...before].filter(([path, text]) => again.get(path) === text)
  const nameOf = ({ method, path }: Route): string => `${method} ${path}`
  const order = named.toSorted(
    (a, b) => Number(nameOf(a) in OTHERWISE) - Number(nameOf(b) in OTHERWISE),
  )
  const wrong: string[] = []
  for (const route of order) {
    const { status, code, text } = await ask(app, key, route, things)
    const told = `${status} ${code}`
    const [wanted] = OTHERWISE[nameOf(route)] ?? []
    const isRight =
      wanted === undefined ? /^40[34]/.test(told) && !/ROUTE/.test(told) : told === wanted
    if (!isRight || text.includes(MARK))
      wrong.push(`${nameOf(route)}: ${told} ${text.slice(0, 200)}`)
  }
  assert.deepEqual(wrong, [])
  const unknown = [404, 'IDENTITY_UNKNOWN']
  assert.deepEqual(await previewOf(app, key, things['accountId'] ?? ''), [unknown, unknown])
  const link = { 'account.link': { principal: things['principalId'] } }
  assert.deepEqual(await previewOf(app, key, things['accountId'] ?? '', link), [unknown])
  const after = await readOwn(app, things)
  const moved = steady.filter(([path, text]) => after.get(path) !== text).map(([path]) => path)
  assert.deepEqual(moved, [])
  assert.deepEqual(
    (await previewOf(app, app.apiKey, things['accountId'] ?? '')).map(([status]) => status),
    [201, 201],
  )
  const marked = [...before.values()].filter((text) => text.includes(MARK))
  t.diagnostic(
    `${named.length} routes that name a thing, ${steady.length} of ${before.size} answers held against each other, ${marked.length} with the mark`,
  )
  assert.ok(named.length >= 55 && steady.length >= 25 && marked.length >= 8)
  assert.ok(steady.some(([path]) => path === '/v1/ledger/entries'))
})
