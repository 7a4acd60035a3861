// The load check against services that keep their promise and services that do not, judged from its evidence alone.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { TestContext } from 'node:test'
import { Worker } from 'node:worker_threads'
import type { Assertion } from '../../src/verdict/index.ts'
import type { Probed } from '../probe.ts'
import { bound, percentileBound, probeGate, serveTarget } from '../probe.ts'
import { systemWire } from '../../src/platform/index.ts'
import { bottleneckOf } from '../../src/probe/load-check.ts'

const SECONDS = 1
const OPEN = { ratePerSecond: 100, seconds: SECONDS, warmupSeconds: 0.2 }
/** Wide enough for a machine that does other things as well. */
const THRESHOLDS = [
  percentileBound('$.latency', 50, 150),
  percentileBound('$.latency', 95, 250),
  bound('$.errorPercent', 'le', 1, { unit: '%' }),
  bound('$.answersPerSecond', 'ge', 90),
]

/** Times that load is put on a service while this machine is too busy to do it; then there is nothing to see. */
const TRIES = 5

/** Undefined, and the test skipped, when the generator was the bottleneck each time. */
async function loadGate(
  t: TestContext,
  values: Readonly<Record<string, string | number>>,
  assertions: readonly Assertion[],
  /** Where a service that has seen no load yet is, for each time. */
  target?: () => Promise<string>,
): Promise<Probed | undefined> {
  for (let tried = 0; tried < TRIES; tried++) {
    const place = target === undefined ? {} : { url: await target() }
    const probed = await probeGate('probe-load', { ...values, ...place }, assertions)
    const { isLimited } = probed.record['generator'] as { isLimited: boolean }
    if (!isLimited) return probed
    assert.equal(probed.status, 'INCONCLUSIVE')
  }
  t.skip('this machine is too busy to put load on anything')
  return undefined
}

/** Services in threads of their own that block once for 600 ms, as a lock or a collection of garbage does. */
function stallingTarget(t: TestContext): () => Promise<string> {
  const source = `
    const { createServer } = require('node:http')
    const { parentPort } = require('node:worker_threads')
    let count = 0
    createServer((_request, response) => {
      if (++count === 60) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
      response.end('ok')
    }).listen(0, '127.0.0.1', function () { parentPort.postMessage(this.address().port) })`
  return async () => {
    const worker = new Worker(source, { eval: true })
    t.after(() => worker.terminate())
    const port = await new Promise<number>((resolve) => worker.once('message', resolve))
    return `http://127.0.0.1:${port}/`
  }
}

test('a service that keeps up with 100 requests a second passes its thresholds', async (t) => {
  const { url } = await serveTarget(t, (_request, response) => void response.end('ok'))
  const probed = await loadGate(t, { url, ...OPEN }, THRESHOLDS)
  if (probed === undefined) return
  const { status, reason, record } = probed
  assert.equal(status, 'PASS', reason)
  const measured = record['measured'] as { sentCount: number; successCount: number }
  assert.deepEqual([measured.sentCount, measured.successCount], [100, 100])
})

test('a service that answers late or wrong fails, and says by which threshold', async (t) => {
  const slow = await serveTarget(t, (_request, response) => {
    setTimeout(() => response.end('ok'), 400)
  })
  const late = await loadGate(t, { url: slow.url, ...OPEN }, THRESHOLDS)
  if (late === undefined) return
  assert.equal(late.status, 'FAIL')
  assert.match(late.reason, /percentile 50 of \$\.latency ≤ 150 ms/)
  let count = 0
  const flaky = await serveTarget(t, (_request, response) => {
    response.writeHead(++count % 10 === 0 ? 503 : 200).end()
  })
  const wrong = await loadGate(t, { url: flaky.url, ...OPEN }, [THRESHOLDS[2]!])
  if (wrong === undefined) return
  assert.equal(wrong.status, 'FAIL')
  assert.match(wrong.reason, /\$\.errorPercent ≤ 1 %, got 10/)
})

test('a stall counts for all who were due in it: an open loop sees what a closed one leaves out', async (t) => {
  const target = stallingTarget(t)
  const p90 = [percentileBound('$.latency', 90, 250)]
  const terms = { seconds: SECONDS, warmupSeconds: 0 }
  const open = await loadGate(t, { ratePerSecond: 100, ...terms }, p90, target)
  const closed = await loadGate(t, { users: 1, pauseMs: 2, ...terms }, p90, target)
  if (open === undefined || closed === undefined) return
  assert.equal(open.status, 'FAIL', open.reason)
  assert.equal(closed.status, 'PASS', closed.reason)
})

test('where nobody answers, the error rate is 100 % and no percentile is known', async (t) => {
  const { url, server } = await serveTarget(t, () => undefined)
  const terms = { url, ratePerSecond: 20, seconds: 0.5, warmupSeconds: 0, timeoutMs: 200 }
  const silent = await loadGate(t, terms, [bound('$.errorPercent', 'le', 1)])
  if (silent === undefined) return
  assert.equal(silent.status, 'FAIL')
  assert.deepEqual((silent.record['measured'] as { failures: unknown }).failures, { timeout: 10 })
  server.closeAllConnections()
  server.close()
  const gone = await probeGate('probe-load', terms, [percentileBound('$.latency', 50, 100)])
  assert.equal(gone.status, 'INCONCLUSIVE')
})

test('a generator that was the bottleneck makes the gate INCONCLUSIVE, whatever it measured', async (t) => {
  const { url } = await serveTarget(t, (_request, response) => {
    // Service and generator share one event loop here, so that blocking it holds up the generator.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25)
    response.end('ok')
  })
  const bounds = [bound('$.errorPercent', 'le', 1), percentileBound('$.latency', 50, 150)]
  const load = await probeGate('probe-load', { url, ...OPEN }, bounds)
  assert.equal(load.status, 'INCONCLUSIVE', load.reason)
  const generator = load.record['generator'] as { isLimited: boolean; reason: string }
  assert.equal(generator.isLimited, true)
  assert.match(generator.reason, /requests left more than 50 ms late|event loop was/)
  const why = `got no value: the load generator was the bottleneck: ${generator.reason}`
  assert.equal(load.reason.split(why).length, bounds.length + 1, load.reason)
  const quiet = { p50Ms: 0, p99Ms: 1, maxMs: 2 }
  assert.equal(bottleneckOf({ sentCount: 100, lateCount: 1 }, quiet), null)
  assert.match(bottleneckOf({ sentCount: 100, lateCount: 2 }, quiet) ?? '', /^2 of 100/)
  assert.match(bottleneckOf({ sentCount: 1, lateCount: 0 }, { ...quiet, p99Ms: 51 }) ?? '', /51 ms/)
})

test('load beyond the caps needs the plan to say so, and time that is over ends it', async (t) => {
  let count = 0
  const { url } = await serveTarget(t, (_request, response) => {
    count++
    response.end()
  })
  const error = bound('$.errorPercent', 'le', 1)
  const wild = await probeGate('probe-load', { url, ratePerSecond: 501, seconds: 1 }, [error])
  assert.equal(wild.status, 'ERROR')
  assert.match(wild.reason, /ratePerSecond: expected a number from 0.1 to 500, got "501"/)
  assert.equal(count, 0)
  const long = { url, ratePerSecond: 50, seconds: 60 }
  const cut = await probeGate('probe-load', long, [error], { timeoutMs: 300 })
  assert.equal(cut.status, 'ERROR')
  assert.match(cut.reason, /did not end within 300 ms/)
  // What had left by then may still arrive; what is not ended sends the remaining 2,985.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const counted = count
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.equal(count, counted)
})

test('the state of the event loop is seen by the wire', async () => {
  const watch = systemWire.watchLoop()
  await new Promise((resolve) => setTimeout(resolve, 30))
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 120)
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.ok(watch.stop().maxMs >= 100)
})
