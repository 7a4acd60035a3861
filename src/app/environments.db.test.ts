// A key that is limited to one environment, tried on every route that changes something, with a run of another environment.
import assert from 'node:assert/strict'
import test from 'node:test'
import { askAsOperator, bearer, openComposedApp, statusOf } from '../../test/composed.ts'
import type { ApiRequest } from '../../test/composed.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { requestWaiver, reviewPlan, sealIdleSignOff } from '../../test/reviewing.ts'
import { canonicalBytes, contentDigest } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import type { ComposedApp } from './compose.ts'

const CHECKLIST = '# Tide 1.0.0\n\n- [ ] **Here**\n  ```bash\n  test -d .\n  ```\n'
const REFUSED = '403 WEB_ENVIRONMENT_REFUSED'

interface Berth {
  readonly runId: string
  readonly requestId: string
  readonly planHash: string
  readonly start: { readonly subject: object }
  readonly service: string
  /** Signed statements about it, as they are sent. */
  readonly review: string
  readonly signOff: string
  readonly waiver: string
  readonly change: string
}

/** A release with an open run in the environment. */
async function openBerth(
  app: ComposedApp,
  environment: string,
  service = `tide-${environment}`,
): Promise<Berth> {
  const query = `name=tide.md&service=${service}&environment=${environment}`
  const { planHash } = await askAsOperator<{ planHash: string }>(
    app,
    `/v1/plans?${query}`,
    CHECKLIST,
  )
  await askAsOperator(app, '/v1/releases', { service, version: '1.0.0', author: null })
  const start = {
    planHash,
    parameters: {},
    parametersDigest: contentDigest(nodeDigest.sha256(canonicalBytes({}))),
    subject: { service, version: '1.0.0', environment, digests: { release: 'a'.repeat(64) } },
  }
  const { run } = await askAsOperator<{ run: { runId: string } }>(app, '/v1/runs', start)
  const review = await reviewPlan(app, planHash)
  const signOff = await sealIdleSignOff(app, run.runId)
  const { request } = await askAsOperator<{ request: { requestId: string } }>(
    app,
    '/v1/run-requests',
    { planHash },
  )
  const { requestId } = request
  const words = await requestWaiver(app, service, environment)
  return { ...words, runId: run.runId, requestId, planHash, start, service, review, signOff }
}

const HERE = { host: 'localhost' }

interface Looked {
  readonly runId: string
  readonly latestDecision: object | null
}

const NOBODY = '01900000-0000-7000-8000-000000000000'
const HOLDER = { id: 'h', machine: 'm', pid: 1 }

/** What has the form that the route asks for: form is looked at before the environment. */
const FITTING_BODIES: Readonly<Record<string, object>> = {
  '/v1/run-requests/:requestId/claim': {
    seat: NOBODY,
    holder: HOLDER,
    at: '2026-01-01T00:00:00Z',
    signature: 'x',
  },
  '/v1/run-requests/:requestId/start': { holder: HOLDER },
  '/v1/run-requests/:requestId/decline': { holder: 'h', reason: 'r' },
  '/v1/run-requests/:requestId/end': { holder: 'h' },
  '/v1/runs/:runId/intents': { gate: 'g', attempt: 1 },
  '/v1/runs/:runId/built-in': { gate: 'g', attempt: 1 },
  '/v1/runs/:runId/lease': { holder: 'h' },
  '/v1/runs/:runId/pause': { holder: 'h', isWaiting: false },
}

/** The request that reaches the berth through a route. */
function requestTo({ method, path }: Route, berth: Berth, key: string): ApiRequest {
  const url = path
    .replace(':runId', berth.runId)
    .replace(':requestId', berth.requestId)
    .replace(':service', berth.service)
    .replace(':version', '1.0.0')
    .replace(/:\w+/g, 'anything')
  const own: Readonly<Record<string, unknown>> = {
    '/v1/runs': berth.start,
    '/v1/run-requests': { planHash: berth.planHash },
  }
  const signed: Readonly<Record<string, string>> = {
    '/v1/plan-reviews': berth.review,
    '/v1/sign-offs': berth.signOff,
    '/v1/waivers': berth.waiver,
    '/v1/changes': berth.change,
  }
  const body = own[path] ?? FITTING_BODIES[path] ?? {}
  const payload = signed[path] ?? JSON.stringify(body)
  return { method, url, headers: bearer(key), payload }
}

test('a key limited to staging changes nothing of production, and nothing that does not say where it changes something', async (t) => {
  const app = await openComposedApp(t)
  const [staging, production] = [
    await openBerth(app, 'staging'),
    await openBerth(app, 'production'),
  ]
  const { key } = await askAsOperator<{ key: string }>(app, '/v1/api-keys', {
    name: 'ci',
    role: 'developer',
    environments: ['staging'],
  })
  const routes = app.routes.filter(({ access }) => access === 'write')
  const bound = routes.filter(({ environment }) => typeof environment === 'function')
  const free = routes.filter(({ environment }) => environment === 'none')
  const silent = routes.filter(({ environment }) => environment === undefined)
  const seen: string[] = []
  const tell = async (route: Route, berth: Berth, isOpen: boolean): Promise<void> => {
    const status = await statusOf(app, requestTo(route, berth, key))
    if ((status !== REFUSED) !== isOpen) seen.push(`${route.method} ${route.path}: ${status}`)
  }
  for (const route of [...bound, ...silent]) await tell(route, production, false)
  for (const route of silent) await tell(route, staging, false)
  for (const route of [...bound, ...free]) await tell(route, staging, true)
  assert.deepEqual(seen, [])
  t.diagnostic(
    `${bound.length} routes bound to an environment, ${free.length} to none, ${silent.length} closed to limited keys`,
  )
  const untrue = {
    ...production,
    start: {
      ...production.start,
      subject: { ...production.start.subject, environment: 'staging' },
    },
  }
  const starts = bound.find(({ path }) => path === '/v1/runs')
  assert.ok(starts)
  // Whoever may start runs in staging names it for a plan of production.
  assert.equal(await statusOf(app, requestTo(starts, untrue, key)), '422 GATES_SUBJECT_DIFFERS')
  const words = bound.filter(({ asksProof }) => asksProof === 'always').map(({ path }) => path)
  const ofEnvironments = [
    '/v1/changes',
    '/v1/plan-reviews',
    '/v1/runs/:runId/results',
    '/v1/sign-offs',
    '/v1/waivers',
  ]
  assert.deepEqual(words.sort(), ofEnvironments)
  assert.ok(bound.length >= 8 && free.length >= 5 && silent.length >= 5)
  // The same requests are open to a developer without a limit.
  const open = await askAsOperator<{ key: string }>(app, '/v1/api-keys', {
    name: 'all',
    role: 'developer',
  })
  for (const route of bound) {
    const status = await statusOf(app, requestTo(route, production, open.key))
    assert.doesNotMatch(status, /^40[13]/, `${route.method} ${route.path}`)
  }
})

test('a release in two environments is decided by a key limited to staging where it names staging', async (t) => {
  const app = await openComposedApp(t)
  const live = await openBerth(app, 'production', 'ebb')
  await askAsOperator(app, `/v1/run-requests/${live.requestId}/cancel`, {})
  const staged = await openBerth(app, 'staging', 'ebb')
  const rights = { name: 'ci', role: 'developer', environments: ['staging'] }
  const { key } = await askAsOperator<{ key: string }>(app, '/v1/api-keys', rights)
  const headers = bearer(key)
  const url = '/v1/releases/ebb/1.0.0/decisions'
  const decide = (query: string): Promise<string> =>
    statusOf(app, { method: 'POST', url: url + query, headers })
  assert.equal(await decide(''), REFUSED)
  assert.equal(await decide('?environment=production'), REFUSED)
  assert.equal(await decide('?environment=staging'), '201')
  assert.equal(await decide('?environment=moon'), '404 GATES_RUN_UNKNOWN')
  const look = async (query: string): Promise<Looked> => {
    const url = `/v1/releases/ebb/1.0.0${query}`
    const answer = await app.web.inject({ method: 'GET', url, headers: { ...HERE, ...headers } })
    return answer.json<{ data: Looked }>().data
  }
  const [own, there] = [await look(''), await look('?environment=staging')]
  assert.deepEqual([own.runId, own.latestDecision], [live.runId, null])
  assert.equal(there.runId, staged.runId)
  assert.ok(there.latestDecision)
})

test('a key limited to staging reads what is in production', async (t) => {
  const app = await openComposedApp(t)
  const { runId } = await openBerth(app, 'production')
  const { key } = await askAsOperator<{ key: string }>(app, '/v1/api-keys', {
    name: 'ci',
    role: 'viewer',
    environments: ['staging'],
  })
  const url = `/v1/runs/${runId}`
  assert.equal(await statusOf(app, { method: 'GET', url, headers: bearer(key) }), '200')
})
