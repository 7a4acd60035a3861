// Throttles by the limiter, modes, marks, events, bounded memory and saved state of the rate anomaly guard.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { makeLimiter } from '../limiter.ts'
import { makeGuardMetrics } from '../metrics/guard-metrics.ts'
import { admitRequest, expressRateGuard, fastifyRateHook } from '../middleware.ts'
import type { GuardEvent } from '../model.ts'
import { makeRateGuard } from '../rate-guard.ts'
import { makeAnomalyGuard } from './anomaly-guard.ts'
import type { AnomalyGuard, AnomalyTerms } from './anomaly-model.ts'

const START_MS = 1_790_000_000_000

function aScene(terms: Partial<AnomalyTerms> = {}) {
  const time = { us: 5_000_000, epochMs: START_MS }
  const events: GuardEvent[] = []
  const clock = {
    monotonicUs: () => time.us,
    epochMs: () => time.epochMs,
    wait: () => Promise.resolve(),
  }
  const sink = (event: GuardEvent): void => void events.push(event)
  const guard = makeAnomalyGuard({ clock, sink, ...terms })
  const typesOf = (): readonly string[] => events.map(({ type }) => type)
  return { time, events, clock, guard, typesOf }
}

type Scene = ReturnType<typeof aScene>

/** That many seconds with so many requests spread over each; how many were refused. */
async function play(
  { time, guard }: { readonly time: Scene['time']; readonly guard: AnomalyGuard },
  seconds: number,
  perS: number,
  tenant = 'acme',
): Promise<number> {
  let refusedCount = 0
  const began = { ...time }
  for (let second = 0; second < seconds; second++) {
    for (let request = 0; request < perS; request++) {
      const passedUs = Math.floor((second + request / perS) * 1_000_000)
      time.us = began.us + passedUs
      time.epochMs = began.epochMs + Math.floor(passedUs / 1_000)
      if ((await guard.admit(tenant)) !== undefined) refusedCount++
    }
  }
  time.us = began.us + seconds * 1_000_000
  time.epochMs = began.epochMs + seconds * 1_000
  return refusedCount
}

test('a burst is held to twice what is usual, never blocked, and over ten seconds after it ends', async () => {
  const scene = aScene()
  assert.equal(await play(scene, 400, 20), 0)
  await play(scene, 5, 200)
  const refused = await play(scene, 20, 200)
  const allowedPerS = (20 * 200 - refused) / 20
  const { throttle } = scene.guard.status('acme')!
  assert.ok(allowedPerS > 38 && allowedPerS < 50, String(allowedPerS))
  assert.ok(Math.abs(allowedPerS - throttle!.allowedPerS) < 5)
  assert.equal(scene.guard.throttled().length, 1)
  await play(scene, 12, 20)
  assert.equal(scene.guard.status('acme')!.throttle, undefined)
  assert.equal(await play(scene, 60, 20), 0)
  assert.deepEqual(scene.typesOf(), ['anomaly.throttle-began', 'anomaly.throttle-ended'])
  const [began, ended] = scene.events
  assert.ok(began?.type === 'anomaly.throttle-began' && ended?.type === 'anomaly.throttle-ended')
  assert.equal(began.throttleId, ended.throttleId)
  assert.equal(ended.reason, 'calm')
  assert.ok(ended.refusedCount >= refused && ended.lastedS > 20 && ended.lastedS < 40)
})

test('one tenant that is throttled costs another nothing', async () => {
  const scene = aScene()
  await play(scene, 400, 20)
  await play(scene, 400, 20, 'other')
  await play(scene, 20, 200)
  assert.equal(scene.guard.throttled().length, 1)
  assert.equal(await play(scene, 10, 20, 'other'), 0)
})

test('learning mode refuses nothing and says what it would have done', async () => {
  const metrics = makeGuardMetrics()
  const scene = aScene({ mode: 'learn', sink: metrics.sink })
  await play(scene, 400, 20)
  assert.equal(await play(scene, 20, 200), 0)
  assert.equal(scene.guard.status('acme')!.throttle?.isEnforced, false)
  assert.match(metrics.text(), /^abuseguard_would_throttle_total\{tenant_id="acme"\} 1$/m)
  assert.doesNotMatch(metrics.text(), /^abuseguard_throttles_total\{/m)
})

test('the kill switch of a tenant ends its throttle at the next request, whoever throws it', async () => {
  const off = new Set<string>()
  const scene = aScene({ modeOf: (tenant) => (off.has(tenant) ? 'off' : undefined) })
  await play(scene, 400, 20)
  assert.ok((await play(scene, 20, 200)) > 0)
  off.add('acme')
  assert.equal(await play(scene, 5, 400), 0)
  assert.deepEqual(scene.typesOf(), ['anomaly.throttle-began', 'anomaly.throttle-ended'])
  off.clear()
  assert.ok((await play(scene, 20, 200)) > 0)
  assert.equal(scene.guard.setMode('acme', 'off', 'alice'), true)
  assert.equal(await play(scene, 5, 400), 0)
  assert.equal(scene.guard.setMode('acme', undefined, 'alice'), true)
  assert.deepEqual(scene.typesOf().slice(-2), ['anomaly.mode-set', 'anomaly.mode-set'])
  off.add('acme')
  assert.equal(scene.guard.setMode('acme', 'enforce', 'alice'), true)
  assert.equal(scene.guard.status('acme')!.mode, 'off')
})

test('marking a throttle as legitimate releases it, counts once, and the same burst passes tomorrow', async () => {
  const metrics = makeGuardMetrics()
  const scene = aScene({ sink: metrics.sink })
  await play(scene, 400, 20)
  await play(scene, 30, 200)
  const { id } = scene.guard.status('acme')!.throttle!
  assert.equal(scene.guard.markLegitimate('acme', 'another', 'alice'), false)
  assert.equal(scene.guard.markLegitimate('nobody', id, 'alice'), false)
  assert.equal(scene.guard.markLegitimate('acme', id, 'alice'), true)
  assert.equal(scene.guard.markLegitimate('acme', id, 'alice'), false)
  assert.equal(await play(scene, 30, 200), 0)
  scene.time.us += 80_000 * 1_000_000
  scene.time.epochMs += 80_000 * 1_000
  await play(scene, 30, 20)
  assert.equal(await play(scene, 30, 200), 0)
  const text = metrics.text()
  assert.match(text, /^abuseguard_throttles_total\{tenant_id="acme"\} 1$/m)
  assert.match(text, /^abuseguard_false_positive_total 1$/m)
  assert.match(text, /^abuseguard_throttle_ends_total\{reason="marked"\} 1$/m)
})

test('a throttle that is over can still be marked, and is not told again', async () => {
  const scene = aScene()
  await play(scene, 400, 20)
  await play(scene, 30, 200)
  await play(scene, 30, 20)
  const { lastThrottleId, throttle } = scene.guard.status('acme')!
  assert.equal(throttle, undefined)
  assert.equal(scene.guard.markLegitimate('acme', lastThrottleId!, 'alice'), true)
  assert.equal(scene.guard.status('acme')!.lastThrottleId, undefined)
  assert.equal(await play(scene, 30, 200), 0)
})

test('a throttle ends although its tenant is never heard of again', async () => {
  const scene = aScene()
  await play(scene, 400, 20)
  await play(scene, 20, 200)
  scene.time.us += 60_000_000
  await scene.guard.admit('somebody else')
  assert.deepEqual(scene.guard.throttled(), [])
  assert.equal(scene.typesOf().at(-1), 'anomaly.throttle-ended')
})

test('clocks that jump, stand still or go back neither throttle nor unlearn', async () => {
  const scene = aScene()
  await play(scene, 400, 20)
  const busy = scene.guard.status('acme')!.busyPerS
  for (const [us, epochMs] of [
    [0, 86_400_000 * 365],
    [0, -86_400_000 * 700],
    [3_600_000_000, 0],
    [-120_000_000, 0],
    [121_000_000, -START_MS * 2],
  ] as const) {
    scene.time.us += us
    scene.time.epochMs += epochMs
    assert.equal(await play(scene, 20, 20), 0)
  }
  assert.deepEqual(scene.events, [])
  assert.ok(Math.abs(scene.guard.status('acme')!.busyPerS - busy) < 3)
})

test('two hundred thousand names do not push out a tenant that is known, and the rest is said', async () => {
  const scene = aScene({ tenantLimit: 1_000 })
  await play(scene, 400, 20)
  for (let index = 0; index < 200_000; index++) {
    // Ten thousand names a second, for twenty seconds.
    if (index % 10_000 === 0) scene.time.us += 1_000_000
    scene.guard.observe(`name-${index}`)
  }
  assert.ok(scene.guard.size <= 1_000)
  assert.ok(scene.guard.status('acme')!.learnedS > 390)
  assert.ok(scene.typesOf().includes('anomaly.untracked'))
  await play(scene, 20, 200)
  assert.notEqual(scene.guard.status('acme')!.throttle, undefined)
  // A minute later the names are spent, and a newcomer gets a place.
  scene.time.us += 200_000_000
  for (let index = 0; index < 100; index++) scene.guard.observe('newcomer')
  assert.notEqual(scene.guard.status('newcomer'), undefined)
})

test('a restart keeps baselines and modes, and what is damaged is left out and counted', async () => {
  const before = aScene()
  await play(before, 400, 20)
  await play(before, 400, 20, 'b')
  before.guard.setMode('b', 'learn', 'alice')
  const lines = [...before.guard.save()]
  const after = aScene()
  const damaged = [
    ...lines,
    '{"tenant":"c","seenEpochMs":1,"activeCount":1,"row":"AAAA"}',
    lines
      .at(-1)!
      .replace(/"row":".{8}/, '"row":"//////8/')
      .replace('"b"', '"d"'),
    lines.at(-1)!.slice(0, 200),
    'null',
    '[]',
    `"${'x'.repeat(20_000)}"`,
  ]
  assert.deepEqual(after.guard.restore(damaged), { restoredCount: 3, refusedCount: 6 })
  assert.deepEqual(after.guard.restore(['{"format":"another"}', ...lines]), {
    restoredCount: 0,
    refusedCount: 1,
  })
  assert.equal(after.guard.status('b')!.mode, 'learn')
  assert.equal(after.guard.status('acme')!.learnedS, before.guard.status('acme')!.learnedS)
  await play(after, 6, 200)
  assert.ok((await play(after, 5, 200)) > 0)
})

test('a setting without sense is refused', () => {
  for (const terms of [
    { mode: 'block' },
    { factor: 0.5 },
    { factor: Number.NaN },
    { slackPerS: 0 },
    { newcomerPerS: 1 },
    { tenantLimit: 1.5 },
  ])
    assert.throws(() => aScene(terms as Partial<AnomalyTerms>), { code: 'GUARD_ANOMALY_INVALID' })
})

test('one rate guard does limits and anomaly in Fastify, Express and node:http', async () => {
  const scene = aScene()
  await play(scene, 400, 20)
  await play(scene, 8, 400)
  const policy = {
    kind: 'bucket',
    name: 'all',
    limit: 6_000,
    windowMs: 60_000,
    burst: 6_000,
  } as const
  const limiter = makeLimiter({ policy, clock: scene.clock, endpointClass: 'availability' })
  const guard = makeRateGuard({ limiter, clock: scene.clock, anomaly: scene.guard })
  const describe = (): { tenant: string; endpoint: string } => ({ tenant: 'acme', endpoint: 'all' })
  const app = fastify()
  app.addHook('onRequest', fastifyRateHook(guard, describe))
  app.get('/', () => 'in')
  await app.ready()
  const over = express()
  over.use(expressRateGuard(guard, describe))
  over.get('/', (_request, response) => void response.send('in'))
  const plain: RequestListener = (request, response) =>
    void admitRequest(guard, describe, request, response).then((isAdmitted) =>
      isAdmitted ? response.end('in') : undefined,
    )
  for (const listener of [app.routing, over, plain] as RequestListener[]) {
    scene.time.us += 500_000
    const server = createServer(listener)
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const answers: Response[] = []
    for (let index = 0; index < 60; index++) answers.push(await fetch(url))
    server.closeAllConnections()
    server.close()
    assert.equal(answers[0]!.status, 200)
    assert.match(answers[0]!.headers.get('ratelimit') ?? '', /^"all"/)
    const refused = answers.find(({ status }) => status === 429)
    assert.ok(refused)
    assert.match(refused.headers.get('ratelimit') ?? '', /^"abnormal-usage";r=0/)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
    const body = (await refused.json()) as { readonly type: string }
    assert.equal(
      body.type,
      'https://iana.org/assignments/http-problem-types#abnormal-usage-detected',
    )
  }
  await app.close()
})
