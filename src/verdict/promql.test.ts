// Tests of judging answers of a Prometheus server: values, windows, missing data, and answers that lie.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aGate, NO_TERMS } from '../../test/decisions.ts'
import { canonicalBytes, utf8Bytes } from '../kernel/index.ts'
import type { PromqlCapture } from './capture-model.ts'
import { parseCapture } from './capture-parse.ts'
import { judgeGate } from './judge.ts'
import type { Judgement } from './model.ts'
import type { Assertion, PlanGate, PromqlCheck, SampleChoice } from './plan-model.ts'

const NOW = 1_800_000_000_000
const MINUTE_MS = 60_000
const QUERY: PromqlCheck = { type: 'promql', connection: 'PROMETHEUS_URL', query: 'up' }
const TERMS = { ...NO_TERMS, parameters: { PROMETHEUS_URL: 'http://127.0.0.1:9090' } }
const CLEAN = { truncated: false, maskedCount: 0 }

interface Case {
  readonly body: unknown
  readonly assertions: readonly Assertion[]
  readonly check?: PromqlCheck
  readonly capture?: Partial<PromqlCapture>
  readonly gate?: Partial<PlanGate>
}

function judgeAnswer({
  body,
  assertions,
  check = QUERY,
  capture = {},
  gate = {},
}: Case): Judgement {
  const bytes = typeof body === 'string' ? body : JSON.stringify(body)
  const { range } = check
  const seen: PromqlCapture = {
    kind: 'promql',
    status: 200,
    queriedAtMs: NOW,
    ...(range === undefined
      ? {}
      : { range: { startMs: NOW - range.durationMs, endMs: NOW, stepMs: range.stepMs } }),
    durationMs: 3,
    streams: { body: CLEAN },
    ...capture,
  }
  return judgeGate(
    aGate({ id: 'p', check, assertions, ...gate }),
    parseCapture(canonicalBytes(seen)),
    { body: utf8Bytes(bytes) },
    TERMS,
  )
}

const vector = (...values: readonly string[]): unknown => ({
  status: 'success',
  data: {
    resultType: 'vector',
    result: values.map((value, index) => ({
      metric: { i: `${index}` },
      value: [NOW / 1000, value],
    })),
  },
})

const matrix = (...series: readonly (readonly (readonly [number, string])[])[]): unknown => ({
  status: 'success',
  data: {
    resultType: 'matrix',
    result: series.map((values) => ({
      metric: {},
      values: values.map(([atMs, value]) => [atMs / 1000, value]),
    })),
  },
})

const atMost = (value: number, take: SampleChoice, more: Partial<Assertion> = {}): Assertion => ({
  read: { from: 'samples', take },
  op: 'le',
  value,
  ...more,
})
const statusOf = (body: unknown, assertion: Assertion): string =>
  judgeAnswer({ body, assertions: [assertion] }).status

test('the only value, every value, and what is computed of all values are held against the bound', () => {
  const three = vector('1', '2', '6')
  assert.equal(statusOf(vector('0.99'), atMost(1, 'only')), 'PASS')
  assert.equal(statusOf(three, atMost(6, 'every')), 'PASS')
  assert.equal(statusOf(three, atMost(5, 'every')), 'FAIL')
  assert.equal(statusOf(three, atMost(1, 'any')), 'PASS')
  assert.equal(statusOf(three, atMost(0, 'none')), 'PASS')
  assert.equal(statusOf(three, atMost(1, 'none')), 'FAIL')
  assert.equal(statusOf(three, atMost(1, 'min')), 'PASS')
  assert.equal(statusOf(three, atMost(5, 'max')), 'FAIL')
  assert.equal(statusOf(three, atMost(3, 'avg')), 'PASS')
  assert.equal(statusOf(three, atMost(8, 'sum')), 'FAIL')
  assert.equal(statusOf(three, atMost(2, 'seriesCount')), 'FAIL')
  const scalar = { status: 'success', data: { resultType: 'scalar', result: [NOW / 1000, '1e3'] } }
  assert.equal(statusOf(scalar, atMost(1000, 'only')), 'PASS')
})

test('an empty vector, NaN, an infinity and several values where one was expected are no data', () => {
  assert.equal(statusOf(vector(), atMost(1, 'only')), 'INCONCLUSIVE')
  assert.equal(statusOf(vector(), atMost(1, 'every')), 'INCONCLUSIVE')
  assert.equal(statusOf(vector('NaN'), atMost(1, 'only')), 'INCONCLUSIVE')
  assert.equal(statusOf(vector('0', 'NaN'), atMost(1, 'every')), 'INCONCLUSIVE')
  assert.equal(statusOf(vector('0', '-Inf'), atMost(1, 'max')), 'INCONCLUSIVE')
  assert.equal(statusOf(vector('0', '0'), atMost(1, 'only')), 'INCONCLUSIVE')
  // One value that is false outweighs another that is missing.
  assert.equal(statusOf(vector('NaN', '5'), atMost(1, 'every')), 'FAIL')
  // A number of series is a fact about an empty answer too.
  assert.equal(statusOf(vector(), atMost(0, 'seriesCount')), 'PASS')
})

test('an answer that is no success of this question is an ERROR with what the server said', () => {
  const one = atMost(1, 'only')
  const said = judgeAnswer({
    body: { status: 'error', errorType: 'bad_data', error: 'parse error at char 4' },
    assertions: [one],
    capture: { status: 400 },
  })
  assert.equal(said.status, 'ERROR')
  assert.match(said.reason, /bad_data: parse error at char 4/)
  const histogram = {
    status: 'success',
    data: {
      resultType: 'vector',
      result: [{ metric: {}, histogram: [NOW / 1000, { count: '1', sum: '2' }] }],
    },
  }
  const bodies: readonly unknown[] = [
    '<html>502</html>',
    '',
    '{"status":"success","status":"success"}',
    { status: 'success' },
    { status: 'success', data: { resultType: 'string', result: [NOW / 1000, 'x'] } },
    matrix([[NOW, '1']]),
    histogram,
    vector('0x10'),
    vector('1e999'),
    { status: 'success', data: { resultType: 'vector', result: [{ value: [NOW] }] } },
  ]
  for (const body of bodies)
    assert.equal(judgeAnswer({ body, assertions: [one] }).status, 'ERROR', JSON.stringify(body))
  assert.equal(
    judgeAnswer({ body: vector('1'), assertions: [one], capture: { status: 500 } }).status,
    'ERROR',
  )
})

test('samples of another time than the one asked for are no answer', () => {
  const dated = (atMs: number): unknown => ({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [atMs / 1000, '1'] }] },
  })
  const status = (atMs: number): string => statusOf(dated(atMs), atMost(1, 'only'))
  assert.equal(status(NOW), 'PASS')
  assert.equal(status(NOW - 4 * MINUTE_MS), 'PASS')
  assert.equal(status(NOW - 6 * MINUTE_MS), 'ERROR')
  assert.equal(status(NOW + 2_000), 'ERROR')
})

test('a query dated outside the attempt that its statement tells of is an ERROR', () => {
  const capture: PromqlCapture = {
    kind: 'promql',
    status: 200,
    queriedAtMs: NOW - 60 * MINUTE_MS,
    durationMs: 1,
    streams: { body: CLEAN },
  }
  const gate = aGate({ id: 'p', check: QUERY, assertions: [atMost(1, 'seriesCount')] })
  const body = { body: utf8Bytes(JSON.stringify(vector())) }
  const judgeAt = (startedAtMs: number): string =>
    judgeGate(gate, capture, body, TERMS, { startedAtMs, finishedAtMs: startedAtMs + 1 }).status
  assert.equal(judgeAt(NOW - 60 * MINUTE_MS), 'PASS')
  assert.equal(judgeAt(NOW), 'ERROR')
  assert.equal(judgeAt(NOW - 120 * MINUTE_MS), 'ERROR')
})

test('a warning of the query language is shown, and one about missing data leaves nothing green', () => {
  const warned = (text: string): Judgement =>
    judgeAnswer({
      body: { ...(vector('1') as object), warnings: [text] },
      assertions: [atMost(1, 'only')],
    })
  const language = warned('PromQL warning: bucket label "le" is missing')
  assert.deepEqual([language.status, /bucket label/.test(language.reason)], ['WARN', true])
  const partial = warned('fetch series from store 10.0.0.1: connection refused')
  assert.equal(partial.status, 'INCONCLUSIVE')
  assert.match(partial.reason, /may lack data: fetch series/)
})

test('a cut or masked answer is no data, even where it can no longer be parsed', () => {
  for (const body of [
    { truncated: true, maskedCount: 0 },
    { truncated: false, maskedCount: 1 },
  ]) {
    const judged = judgeAnswer({
      body: '{"status":"succ',
      assertions: [atMost(1, 'only', { onNoData: 'pass' })],
      capture: { streams: { body } },
    })
    assert.equal(judged.status, 'INCONCLUSIVE')
  }
})

const DAY: PromqlCheck = { ...QUERY, range: { durationMs: 60 * MINUTE_MS, stepMs: MINUTE_MS } }
const everyMinute = (fromMs: number, untilMs: number): (readonly [number, string])[] =>
  Array.from(
    { length: Math.floor((untilMs - fromMs) / MINUTE_MS) + 1 },
    (_, index) => [fromMs + index * MINUTE_MS, '0.5'] as const,
  )
const windowed = (more: Partial<Assertion> = {}): Assertion =>
  atMost(1, 'max', { windowMs: 60 * MINUTE_MS, ...more })

test('a window is covered only by samples from its beginning to its end without a long gap', () => {
  const status = (
    series: readonly (readonly [number, string])[],
    more?: Partial<Assertion>,
  ): string =>
    judgeAnswer({ check: DAY, body: matrix(series), assertions: [windowed(more)] }).status
  const start = NOW - 60 * MINUTE_MS
  assert.equal(status(everyMinute(start, NOW)), 'PASS')
  assert.equal(status(everyMinute(start + 10 * MINUTE_MS, NOW)), 'INCONCLUSIVE')
  assert.equal(status(everyMinute(start, NOW - 10 * MINUTE_MS)), 'INCONCLUSIVE')
  const holed = everyMinute(start, NOW).filter((_, index) => index < 20 || index > 25)
  assert.equal(status(holed), 'INCONCLUSIVE')
  assert.equal(status(holed, { maxGapMs: 7 * MINUTE_MS }), 'PASS')
  assert.equal(status([]), 'INCONCLUSIVE')
})

test('steps as long as the window do not let one or two samples stand for it', () => {
  const range = { durationMs: 60 * MINUTE_MS, stepMs: 60 * MINUTE_MS }
  const start = NOW - 60 * MINUTE_MS
  const status = (atMs: readonly number[], more?: Partial<Assertion>): string =>
    judgeAnswer({
      check: { ...QUERY, range },
      body: matrix(atMs.map((at) => [at, '0.5'] as const)),
      assertions: [windowed(more)],
    }).status
  assert.equal(status([NOW]), 'INCONCLUSIVE')
  assert.equal(status([start, NOW]), 'INCONCLUSIVE')
  assert.equal(status([start, NOW], { maxGapMs: 60 * MINUTE_MS }), 'PASS')
})

test('each series has to cover the window, not all of them together', () => {
  const start = NOW - 60 * MINUTE_MS
  const half = NOW - 30 * MINUTE_MS
  const body = matrix(everyMinute(start, half), everyMinute(half, NOW))
  assert.equal(judgeAnswer({ check: DAY, body, assertions: [windowed()] }).status, 'INCONCLUSIVE')
})

test('samples out of order, before the range or in the future, and another range than the plan states are an ERROR', () => {
  const start = NOW - 60 * MINUTE_MS
  const good = everyMinute(start, NOW)
  const judged = (
    series: readonly (readonly [number, string])[],
    capture: Partial<PromqlCapture> = {},
  ): string =>
    judgeAnswer({ check: DAY, body: matrix(series), assertions: [windowed()], capture }).status
  assert.equal(judged(good.toReversed()), 'ERROR')
  assert.equal(judged([...good, good.at(-1)!]), 'ERROR')
  assert.equal(judged([[start - MINUTE_MS, '0'], ...good]), 'ERROR')
  assert.equal(judged([...good, [NOW + MINUTE_MS, '0']]), 'ERROR')
  const range = { startMs: NOW - 10 * MINUTE_MS, endMs: NOW, stepMs: MINUTE_MS }
  assert.equal(judged(everyMinute(NOW - 10 * MINUTE_MS, NOW), { range }), 'ERROR')
  const shifted = { startMs: start - MINUTE_MS, endMs: NOW - MINUTE_MS, stepMs: MINUTE_MS }
  assert.equal(judged(good.slice(0, -1), { range: shifted }), 'ERROR')
})

test('a sample smaller than the minimum is no data, whatever the values are', () => {
  const sampleSize = { read: { from: 'samples', take: 'seriesCount' }, minimum: 3 } as const
  const judged = (body: unknown): Judgement =>
    judgeAnswer({ body, assertions: [atMost(1, 'max', { sampleSize })] })
  assert.equal(judged(vector('0', '0', '0')).status, 'PASS')
  const small = judged(vector('9', '9'))
  assert.equal(small.status, 'INCONCLUSIVE')
  assert.match(small.reason, /a sample of 2 \(number of series\), at least 3 are needed/)
})

test('no body whatever makes a gate green unless a sample in it holds', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 6 }),
      fc.constantFrom<SampleChoice>('only', 'every', 'max'),
      (body, take) => {
        const { status } = judgeAnswer({ body, assertions: [atMost(1, take)] })
        assert.ok(status !== 'PASS' && status !== 'WARN')
      },
    ),
  )
})
