// Tests of k6 summaries and answers of Prometheus: numbers with their units, and when there are none.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aReport, read, refusalOf } from '../../test/reports.ts'
import { summarizeReport } from './index.ts'

const EXPORTED = {
  root_group: { name: '', checks: {} },
  metrics: {
    http_req_duration: {
      avg: 120.5,
      min: 1,
      med: 110,
      max: 900,
      'p(90)': 200,
      'p(95)': 310.25,
      thresholds: { 'p(95)<500': false },
    },
    'http_req_duration{expected_response:true}': {
      avg: 0,
      min: 0,
      med: 0,
      max: 0,
      'p(90)': 0,
      'p(95)': 0,
    },
    http_req_failed: { value: 0.0125, passes: 5, fails: 395, thresholds: { 'rate<0.01': true } },
    http_reqs: { count: 400, rate: 20.5 },
    data_sent: { count: 4000, rate: 200.5 },
    vus: { value: 5, min: 1, max: 10 },
    cart_size: { avg: 3, min: 1, med: 3, max: 9, 'p(95)': 8 },
  },
}

const HANDLED = {
  options: {},
  state: { testRunDurationMs: 20_000 },
  root_group: {},
  metrics: {
    http_req_duration: {
      type: 'trend',
      contains: 'time',
      values: { avg: 120.5, min: 1, med: 110, max: 900, 'p(90)': 200, 'p(95)': 310.25 },
      thresholds: { 'p(95)<500': { ok: true } },
    },
    http_req_failed: {
      type: 'rate',
      contains: 'default',
      values: { rate: 0.0125, passes: 5, fails: 395 },
      thresholds: { 'rate<0.01': { ok: false } },
    },
    http_reqs: { type: 'counter', contains: 'default', values: { count: 400, rate: 20.5 } },
    data_sent: { type: 'counter', contains: 'data', values: { count: 4000, rate: 200.5 } },
    vus: { type: 'gauge', contains: 'default', values: { value: 5, min: 1, max: 10 } },
    cart_size: {
      type: 'trend',
      contains: 'default',
      values: { avg: 3, min: 1, med: 3, max: 9, 'p(95)': 8 },
    },
  },
}

test('both shapes of a k6 summary give the same numbers with the same units', () => {
  const rows: readonly (readonly [string, number | string])[] = [
    ['metrics.http_req_duration.p(95)', '310.25 ms'],
    ['metrics.http_req_duration.p95', '310.25 ms'],
    ['metrics.http_req_duration.avg', '120.5 ms'],
    ['metrics.http_req_failed.rate', '1.25 %'],
    ['metrics.http_req_failed.fails', 395],
    ['metrics.http_reqs.count', 400],
    ['metrics.http_reqs.rate', '20.5 /s'],
    ['metrics.data_sent.count', '4000 B'],
    ['metrics.vus.max', 10],
    ['metrics.cart_size.p95', 8],
    ['thresholds.total', 2],
    ['thresholds.failed', 1],
  ]
  for (const each of [aReport(EXPORTED), aReport(HANDLED)]) {
    for (const [field, expected] of rows) assert.equal(read(field, [each]), expected, field)
    assert.equal(summarizeReport(each)[1], 'failed: http_req_failed: rate<0.01')
  }
})

test('a metric that nothing measured is no data, however good its zeros look', () => {
  const report = aReport(EXPORTED)
  const tagged = 'metrics.http_req_duration{expected_response:true}.p95'
  assert.match(String(read(tagged, [report])), /^\?.* has no measurement$/)
  const idle = aReport({ metrics: { http_req_failed: { value: 0, passes: 0, fails: 0 } } })
  assert.match(String(read('metrics.http_req_failed.rate', [idle])), /has no measurement/)
  assert.equal(read('thresholds.failed', [idle]), '?the load test states no threshold')
  assert.match(
    String(read('metrics.http_req_duration.p99', [report])),
    /^\?http_req_duration has avg.*not p\(99\)$/,
  )
  assert.equal(read('metrics.nope.avg', [report]), '?no metric is called nope')
  assert.match(String(read('metrics.vus.max', [report, report])), /several reports have vus/)
  assert.match(
    refusalOf({ metrics: { checks: { value: 1, passes: -1, fails: 0 } } }),
    /whole numbers from 0/,
  )
})

const anAnswer = (resultType: string, result: unknown, more = {}): unknown => ({
  status: 'success',
  data: { resultType, result },
  ...more,
})
const aSeries = (...values: readonly string[]): unknown => ({
  metric: {},
  values: values.map((value, index) => [1_700_000_000 + 60 * index, value]),
})

test('a vector, a matrix and a scalar of Prometheus are read', () => {
  const vector = aReport(anAnswer('vector', [{ metric: {}, value: [1_700_000_000.5, '0.25'] }]))
  assert.equal(read('samples.value', [vector]), 0.25)
  assert.equal(read('samples.value', [aReport(anAnswer('scalar', [1, '7e-3']))]), 0.007)
  const matrix = aReport(anAnswer('matrix', [aSeries('1', '2', '6')]))
  const fields = ['series', 'total', 'min', 'max', 'avg', 'last', 'window']
  assert.deepEqual(
    fields.map((each) => read(`samples.${each}`, [matrix])),
    [1, 3, 1, 6, 3, 6, '120 s'],
  )
  assert.match(String(read('samples.value', [matrix])), /^\?3 samples: read min/)
  const two = aReport(anAnswer('matrix', [aSeries('1'), aSeries('2')]))
  assert.match(String(read('samples.last', [two])), /^\?2 series/)
  assert.equal(read('samples.max', [two]), 2)
})

test('an empty, odd, partial or failed answer of Prometheus is no data, with its reason', () => {
  assert.equal(
    read('samples.value', [aReport(anAnswer('vector', []))]),
    '?the answer holds no sample',
  )
  assert.equal(
    read('samples.max', [aReport(anAnswer('matrix', [aSeries('1', 'NaN')]))]),
    '?a sample is NaN',
  )
  assert.equal(
    read('samples.max', [aReport(anAnswer('matrix', [aSeries('+Inf')]))]),
    '?a sample is Infinity',
  )
  const warned = aReport(anAnswer('scalar', [1, '1'], { warnings: ['store unreachable'] }))
  assert.equal(read('samples.value', [warned]), '!?Prometheus warns: store unreachable')
  const error = { status: 'error', errorType: 'timeout', error: 'query timed out' }
  assert.equal(refusalOf(error), 'Prometheus answered timeout: query timed out')
  assert.match(refusalOf(anAnswer('string', [1, 'x'])), /expected a vector, a matrix or a scalar/)
  for (const value of ['', 'fast', '1 ms', '0x10', '1,5'])
    assert.match(refusalOf(anAnswer('scalar', [1, value])), /expected a sample value/, value)
  assert.match(
    refusalOf(anAnswer('vector', [{ metric: {}, histogram: [1, {}] }])),
    /expected samples as/,
  )
})
