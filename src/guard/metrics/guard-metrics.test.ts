// What the guards tell, as Prometheus reads it: names, zero series, bounded labels, escapes, histograms.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { prometheusMissing } from '../../../test/prometheus.ts'
import { makeAddressBlocks } from '../address-blocks.ts'
import { makeIngestGuard } from '../ingest/ingest-guard.ts'
import { makeLimiter } from '../limiter.ts'
import type { GuardClock, GuardEvent } from '../model.ts'
import { GUARD_METRICS, makeGuardMetrics, makeMetricsOf } from './guard-metrics.ts'
import type { MetricRule } from './rule.ts'

const still: GuardClock = {
  monotonicUs: () => 0,
  epochMs: () => 0,
  wait: () => Promise.resolve(),
}

/** The value of one series, by its name and labels as they are written. */
function valueOf(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

test('refusals of limits and bodies, blocks and a lost store are counted where the guards happen', async () => {
  const metrics = makeGuardMetrics()
  const policy = { kind: 'bucket', name: 'push', limit: 60, windowMs: 60_000, burst: 1 } as const
  const terms = { policy, clock: still, endpointClass: 'protective', sink: metrics.sink } as const
  const alone = makeLimiter(terms)
  await alone.decide('a')
  await alone.decide('a')
  await alone.decide('a')
  const failing = makeLimiter({
    ...terms,
    shared: { take: () => Promise.reject(new Error('gone')) },
  })
  await failing.decide('b')
  const blocks = makeAddressBlocks({ clock: still, sink: metrics.sink, refusalLimit: 1 })
  blocks.countRefusal('192.0.2.1')
  blocks.unblock('192.0.2.1', 'alice')
  const bodies = makeIngestGuard({ clock: still, sha256: () => '', sink: metrics.sink })
  bodies.admit(new TextEncoder().encode('{"a":1,"a":2}'))
  const text = metrics.text()
  assert.equal(valueOf(text, 'rate_limit_refused_total{policy="push",source="local"}'), 2)
  assert.equal(valueOf(text, 'rate_limit_store_lost_total'), 1)
  assert.equal(valueOf(text, 'rate_limit_store_back_total'), 0)
  assert.equal(valueOf(text, 'address_blocked_total'), 1)
  assert.equal(valueOf(text, 'address_unblocked_total'), 1)
  assert.equal(valueOf(text, 'ingest_malformed_total{reason="duplicate-key"}'), 1)
  assert.equal(valueOf(text, 'ingest_malformed_total{reason="not-json"}'), 0)
})

test('past the bound, values from outside are counted as other, and listed ones stay themselves', () => {
  const metrics = makeGuardMetrics({ seriesLimit: 3 })
  const refuse = (policy: string, source: 'local' | 'shared'): void =>
    metrics.sink({ type: 'rate.refused', policy, key: '', source })
  for (let index = 0; index < 10_000; index++) refuse(`policy-${index}`, 'local')
  refuse('late', 'shared')
  refuse('policy-1', 'local')
  refuse('x'.repeat(1_000_000), 'local')
  const text = metrics.text()
  const series = text.split('\n').filter((line) => line.startsWith('rate_limit_refused_total{'))
  assert.equal(series.length, 5)
  assert.equal(valueOf(text, 'rate_limit_refused_total{policy="other",source="local"}'), 9_998)
  assert.equal(valueOf(text, 'rate_limit_refused_total{policy="other",source="shared"}'), 1)
  assert.equal(valueOf(text, 'rate_limit_refused_total{policy="policy-1",source="local"}'), 2)
})

const score: MetricRule = {
  name: 'test_score',
  kind: 'histogram',
  help: 'Scores,\nwith a \\ in the help.',
  labels: { policy: 'open' },
  bounds: [1, 10, 100],
  on: { 'rate.refused': ({ policy, key }) => ({ labels: [policy], value: Number(key) }) },
}

test('a histogram counts each observation in every bucket that holds it, and leaves out what is no number', () => {
  const metrics = makeMetricsOf<GuardEvent>([score], 10)
  for (const value of [0.5, 1, 7, 100, 101, 1e9, Number.NaN])
    metrics.sink({ type: 'rate.refused', policy: 'p', key: String(value), source: 'local' })
  assert.deepEqual(metrics.text().split('\n'), [
    String.raw`# HELP test_score Scores,\nwith a \\ in the help.`,
    '# TYPE test_score histogram',
    'test_score_bucket{policy="p",le="1"} 2',
    'test_score_bucket{policy="p",le="10"} 3',
    'test_score_bucket{policy="p",le="100"} 4',
    'test_score_bucket{policy="p",le="+Inf"} 6',
    'test_score_sum{policy="p"} 1000000209.5',
    'test_score_count{policy="p"} 6',
    '',
  ])
})

test('a hostile label value stays inside its quotes', () => {
  const metrics = makeMetricsOf<GuardEvent>([score], 10)
  const policy = 'a"} 1\n# TYPE x counter\nx 9\\\ud800'
  metrics.sink({ type: 'rate.refused', policy, key: '1', source: 'local' })
  const text = metrics.text()
  assert.equal(text.split('\n').filter((line) => !line.startsWith('test_score')).length, 3)
  assert.ok(text.includes(String.raw`{policy="a\"} 1\n# TYPE x counter\nx 9\\` + '\ufffd"}'))
})

test('a gauge shows its last value and none before it was told one', () => {
  const gauge: MetricRule = { ...score, name: 'test_level', kind: 'gauge' }
  const metrics = makeMetricsOf<GuardEvent>([gauge], 10)
  assert.doesNotMatch(metrics.text(), /^test_level/m)
  for (const key of ['3', '-Infinity', '2'])
    metrics.sink({ type: 'rate.refused', policy: 'p', key, source: 'local' })
  assert.equal(valueOf(metrics.text(), 'test_level{policy="p"}'), 2)
})

test('metric names are unique, and each rule reads at least one event', () => {
  assert.equal(new Set(GUARD_METRICS.map(({ name }) => name)).size, GUARD_METRICS.length)
  for (const { name, on } of GUARD_METRICS) assert.ok(Object.keys(on).length > 0, name)
})

test('promtool has nothing against the exposition', { skip: prometheusMissing() }, () => {
  const metrics = makeGuardMetrics()
  for (const policy of ['push', 'a"b\\c\nd', ''])
    metrics.sink({ type: 'rate.refused', policy, key: '', source: 'shared' })
  const all = makeMetricsOf<GuardEvent>([{ ...score, help: 'Scores.' }], 10)
  all.sink({ type: 'rate.refused', policy: 'p', key: '3', source: 'local' })
  const input = metrics.text() + all.text()
  const done = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  assert.deepEqual([done.status, done.stdout, done.stderr], [0, '', ''])
  const broken = spawnSync('promtool', ['check', 'metrics'], {
    input: 'a_total{x="1} 2\n',
    encoding: 'utf8',
  })
  assert.notEqual(broken.status, 0)
})
