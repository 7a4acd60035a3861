// Which routes take an idempotency key: every one that changes something, but for those that may as well do it twice.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import test, { after, before } from 'node:test'
import { askAsOperator, bearer, openComposedApp } from '../../test/composed.ts'
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

let app: ComposedApp
const endings: (() => unknown)[] = []
before(async () => {
  app = await openComposedApp({ after: (end: () => unknown) => void endings.push(end) })
})
after(async () => {
  for (const end of endings) await end()
})

test('every route that changes something takes a key, or is on the short list of those that need none', async () => {
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

test('routes that answer a whole plan keep its name, and read the plan again for a repetition', async () => {
  const described = await app.web.inject({ url: '/openapi.json', headers: { host: 'localhost' } })
  const { paths } = described.json<{ paths: Record<string, Record<string, object>> }>()
  const keyed = app.routes.filter(
    ({ access, method, repetition }) =>
      access !== 'read' && method !== 'GET' && repetition !== 'harmless',
  )
  const holdsPlan = ({ method, path }: Route): boolean => {
    const operation = paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
    return /"(?:plan|results)":/.test(JSON.stringify(operation))
  }
  const long = keyed.filter(holdsPlan).map(nameOf).sort()
  const reread = keyed.filter(({ answer }) => answer.reread !== undefined)
  assert.deepEqual(reread.map(nameOf).sort(), long)
  assert.ok(long.length >= 7, long.join())
})

/** Tasks of a plan that is longer than any answer that is kept. */
const LONG_PLAN_TASKS = 2_500
const KEPT_LIMIT_BYTES = 1024 * 1024

test('a plan longer than what is kept, and its run, are told whole to whoever asks again under the same key', async () => {
  const tasks = Array.from({ length: LONG_PLAN_TASKS }, (_, at) => `- [ ] **Task ${at}**`)
  const checklist = `# Tide 1.0.0\n\n${tasks.join('\n')}\n`
  const plans = '/v1/plans?name=tide.md&environment=staging'
  const [pinned, pinnedAgain] = await askTwice(app, ['POST', plans, checklist])
  assert.ok(JSON.stringify(pinned!.body).length > KEPT_LIMIT_BYTES)
  assert.deepEqual(pinnedAgain, { ...pinned, isReplayed: true })
  const { planHash } = pinned!.body.data as { planHash: string }
  const release = 'a'.repeat(64)
  const start = {
    planHash,
    parameters: {},
    parametersDigest: `sha256:${release}`,
    subject: {
      service: 'tide',
      version: '1.0.0',
      environment: 'staging',
      digests: { release },
    },
  }
  const [started, startedAgain] = await askTwice(app, ['POST', '/v1/runs', start])
  assert.deepEqual([started!.status, startedAgain], [201, { ...started, isReplayed: true }])
  const { runId } = (started!.body.data as { run: { runId: string } }).run
  const finish = `/v1/runs/${runId}/finish`
  const [finished, finishedAgain] = await askTwice(app, ['POST', finish, undefined])
  assert.deepEqual([finished!.status, finishedAgain], [200, { ...finished, isReplayed: true }])
  const runs = await app.web.inject({
    url: '/v1/runs',
    headers: { host: 'localhost', ...bearer(app.apiKey) },
  })
  assert.equal(runs.json<{ data: unknown[] }>().data.length, 1)
})

test('a start whose answer held a token is not told again, and its holder takes the run up and gets another', async () => {
  const checklist = '# Ebb 1.0.0\n\n- [ ] **Deploy**\n  ```bash\n  ./deploy.sh\n  ```\n'
  const [pinned] = await askTwice(app, ['POST', '/v1/plans?name=ebb.md', checklist])
  const { planHash } = pinned!.body.data as { planHash: string }
  const runner = { id: 'own', machine: 'here', pid: 1 }
  const digest = 'b'.repeat(64)
  const environment = 'production'
  const subject = { service: 'ebb', version: '1.0.0', environment, digests: { release: digest } }
  const parameters = { parameters: {}, parametersDigest: `sha256:${digest}` }
  const start = { planHash, ...parameters, subject, runner }
  const [first, second] = await askTwice(app, ['POST', '/v1/runs', start])
  const { run, preview } = first!.body.data as { run: object; preview: { token: string } | null }
  assert.ok(preview !== null)
  assert.deepEqual([second!.status, second!.body.code], [409, 'WEB_IDEMPOTENCY_ANSWER_WITHHELD'])
  const { runId } = run as { runId: string }
  const kept = { run: { runId }, isResumed: false }
  assert.deepEqual(second!.body.details, { status: 201, data: kept })
  const again = { ...start, resume: 'must', replaces: runner.id }
  const taken = await askAsOperator<{ run: object; preview: object }>(app, '/v1/runs', again)
  assert.equal((taken.run as { runId: string }).runId, runId)
  assert.ok(!JSON.stringify(taken.preview).includes(preview.token))
})

interface Told {
  readonly status: number
  readonly isReplayed: boolean
  readonly body: { readonly data?: unknown; readonly code?: string; readonly details?: unknown }
}

async function askTwice(asked: ComposedApp, request: [string, string, unknown]): Promise<Told[]> {
  const [method, url, body] = request
  const told: Told[] = []
  const key = randomUUID()
  for (let time = 0; time < 2; time++) {
    const answer = await asked.web.inject({
      method: method as 'POST',
      url,
      headers: {
        host: 'localhost',
        ...bearer(asked.apiKey),
        'idempotency-key': `"${key}"`,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
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
  const fresh = await openComposedApp(t)
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
    const [first, second] = await askTwice(fresh, request)
    assert.ok(first!.status < 300, `${request[1]}: ${JSON.stringify(first!.body)}`)
    assert.deepEqual(
      [first!.isReplayed, second!.isReplayed, second!.status],
      [false, true, first!.status],
      request[1],
    )
    assert.deepEqual(second!.body, first!.body, request[1])
  }
  const [made, again] = await askTwice(fresh, [
    'POST',
    '/v1/api-keys',
    { name: 'x', role: 'viewer' },
  ])
  assert.equal(made!.status, 201)
  assert.deepEqual([again!.status, again!.body.code], [409, 'WEB_IDEMPOTENCY_ANSWER_WITHHELD'])
  const { key } = made!.body.data as { key: string }
  assert.ok(key.length > 20 && !JSON.stringify(again!.body).includes(key))
  const verdict = await fresh.web.inject({
    method: 'POST',
    url: '/v1/ledger/verify',
    headers: { host: 'localhost', ...bearer(fresh.apiKey) },
  })
  const { data } = verdict.json<{ data: { ok: boolean } }>()
  assert.equal(data.ok, true)
  const listed = await fresh.web.inject({
    url: '/v1/ledger/entries?limit=100',
    headers: { host: 'localhost', ...bearer(fresh.apiKey) },
  })
  const types = listed
    .json<{ data: { entries: { body: { type: string } }[] } }>()
    .data.entries.map(({ body }) => body.type)
  assert.equal(new Set(types).size, types.length, `a fact was told twice: ${types.join(', ')}`)
  assert.ok(types.length >= 6, types.join(', '))
})
