// Soaks: with a clock that tests move, and once for real against a server.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import {
  aCommand,
  aGate,
  aPlan,
  aRequest,
  memorySink,
  runGate,
  systemPorts,
  textOf,
} from '../../../test/runner.ts'
import type { Submission } from '../../../test/runner.ts'
import type { Clock, Fetch, FetchAnswer } from '../../kernel/index.ts'
import { utf8Bytes } from '../../kernel/index.ts'
import type { PlanGate, Soak } from '../../verdict/index.ts'
import type { RunEvent } from '../events.ts'
import { runPlan } from '../service.ts'

const SOAK: Soak = { forMs: 60_000, everyMs: 10_000 }

/** A clock that only moves when somebody sleeps, and a server whose answers a test writes. */
function aWorld(answer: (sample: number, leap: (wallMs: number) => void) => string | Error): {
  readonly clock: Clock
  readonly fetch: Fetch
  readonly samples: () => number
} {
  let steadyMs = 5.25
  let wallMs = 1_800_000_000_000
  let samples = 0
  const leap = (ms: number): void => void (wallMs += ms)
  const clock: Clock = {
    nowMs: () => wallMs,
    monotonicMs: () => steadyMs,
    sleep: (ms) => {
      steadyMs += ms
      wallMs += ms
      return Promise.resolve()
    },
  }
  const fetch: Fetch = {
    send: () => {
      const body = answer(samples++, leap)
      if (body instanceof Error) return Promise.reject(body)
      const given: FetchAnswer = {
        status: 200,
        headers: {},
        body: utf8Bytes(body),
        truncated: false,
        durationMs: 1,
      }
      return Promise.resolve(given)
    },
  }
  return { clock, fetch, samples: () => samples }
}

const aSoak = (more: Partial<PlanGate> = {}): PlanGate =>
  aGate(
    'soak',
    { type: 'http', method: 'GET', url: 'http://127.0.0.1/' },
    { soak: SOAK, assertions: [{ read: { from: 'body' }, op: 'eq', value: 'ok' }], ...more },
  )

async function soakIn(world: ReturnType<typeof aWorld>, gate = aSoak()): Promise<Submission> {
  return runGate(gate, { ports: { ...systemPorts, clock: world.clock, fetch: world.fetch } })
}

const countOf = ({ capture }: Submission): number =>
  capture.kind === 'soak' ? capture.sampleCount : Number.NaN

test('a soak asks until its window is covered, and every sample is evidence', async () => {
  const got = await soakIn(aWorld(() => 'ok'))
  assert.deepEqual([got.judgement.status, countOf(got)], ['PASS', 7])
  assert.equal(textOf(got, 'samples')?.trimEnd().split('\n').length, 7)
})

test('a soak that is lost ends at once instead of waiting for its window', async () => {
  const world = aWorld((sample) => (sample === 2 ? 'down' : 'ok'))
  const got = await soakIn(world)
  assert.deepEqual([got.judgement.status, world.samples()], ['FAIL', 3])
  const flaky = aWorld((sample) => (sample === 2 ? new Error('connection reset') : 'ok'))
  const allowed = await soakIn(flaky, aSoak({ soak: { ...SOAK, allowedFailureShare: 0.2 } }))
  assert.deepEqual([allowed.judgement.status, flaky.samples()], ['WARN', 7])
})

test('a machine that slept does not count its sleep: the window begins anew', async () => {
  const world = aWorld((sample, leap) => {
    if (sample === 4) leap(8 * 3_600_000)
    return 'ok'
  })
  const got = await soakIn(world)
  assert.deepEqual([got.judgement.status, countOf(got)], ['PASS', 12])
})

test('a clock that is set again and again ends the soak without a verdict', async () => {
  const got = await soakIn(
    aWorld((_sample, leap) => {
      leap(60_000)
      return 'ok'
    }),
  )
  assert.deepEqual([got.judgement.status, countOf(got)], ['INCONCLUSIVE', 2_000])
})

test('samples that say too much end the soak, and nothing is concluded from a part of them', async () => {
  const got = await soakIn(
    aWorld(() => 'x'.repeat(200_000)),
    aSoak({ soak: { forMs: 1_000_000, everyMs: 10_000, allowedFailureShare: 1 } }),
  )
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  assert.match(got.judgement.reason, /cut at their size limit/)
  assert.ok((got.evidence['samples']?.length ?? 0) < 5 * 1024 * 1024)
})

test('a soak that was called off leaves nothing behind, so that the next attempt begins its window anew', async () => {
  const stop = new AbortController()
  const world = aWorld((sample) => {
    if (sample === 3) stop.abort()
    return 'ok'
  })
  const plan = aPlan([aSoak()])
  const sink = memorySink(plan)
  const ports = { ...systemPorts, clock: world.clock, fetch: world.fetch }
  const outcome = await runPlan(aRequest(plan, sink, { ports, signal: stop.signal }))
  assert.deepEqual(
    [outcome.interrupted, sink.intents, sink.submissions.size],
    [true, ['soak#1'], 0],
  )
})

test('a soak of a few seconds against a server holds for real, and says how much is left', async (t: TestContext) => {
  const server = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const url = `http://127.0.0.1:${address.port}`
  const events: RunEvent[] = []
  const gate = aSoak({
    check: { type: 'http', method: 'GET', url },
    soak: { forMs: 2_000, everyMs: 250, maxGapMs: 1_500 },
  })
  const got = await runGate(gate, { onEvent: (event) => events.push(event) })
  assert.equal(got.judgement.status, 'PASS', got.judgement.reason)
  assert.ok(countOf(got) >= 3)
  const soaking = events.filter((event) => event.kind === 'gate-soaking')
  assert.deepEqual(
    [soaking[0]?.coveredMs, soaking.at(-1)?.forMs, soaking.length],
    [0, 2_000, countOf(got)],
  )
})

test('a command is soaked as well, each time in a folder of its own', async () => {
  const got = await runGate(
    aCommand('fresh', 'test ! -e "$HOME/seen"\ntouch "$HOME/seen"', {
      soak: { forMs: 400, everyMs: 200, maxGapMs: 20_000 },
    }),
  )
  assert.equal(got.judgement.status, 'PASS', got.judgement.reason)
})
