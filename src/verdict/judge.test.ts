// Tests of judging one gate: which status follows from which capture, evidence and assertions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aCommandCapture, aGate, EXIT_IS_ZERO, NO_TERMS } from '../../test/decisions.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { judgeGate } from './judge.ts'
import type { Capture, EvidenceBytes, Judgement, StoredStatus } from './model.ts'
import type { Assertion, PlanGate } from './plan-model.ts'

const STDOUT_OK: Assertion = { read: { from: 'stdout' }, op: 'contains', value: 'ok' }
const CLEAN = { truncated: false, maskedCount: 0 }

const bytesOf = (texts: Readonly<Record<string, string>>): EvidenceBytes =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, utf8Bytes(text)]))

function judgeCommand(
  assertions: readonly Assertion[],
  stdout = '',
  capture: Parameters<typeof aCommandCapture>[0] = {},
  gate: Partial<PlanGate> = {},
): Judgement {
  return judgeGate(
    aGate({ id: 'a', assertions, ...gate }),
    aCommandCapture(capture),
    bytesOf({ stdout }),
    NO_TERMS,
  )
}

const HTTP_GATE = aGate({
  id: 'h',
  check: { type: 'http', method: 'GET', url: 'https://api.test' },
})
const aHttpCapture = (fields: Partial<Extract<Capture, { kind: 'http' }>> = {}): Capture => ({
  kind: 'http',
  status: 200,
  headers: { 'Content-Type': 'application/json' },
  durationMs: 40,
  streams: { body: CLEAN },
  ...fields,
})
const judgeHttp = (assertions: readonly Assertion[], body = '', fields = {}): Judgement =>
  judgeGate({ ...HTTP_GATE, assertions }, aHttpCapture(fields), bytesOf({ body }), NO_TERMS)

test('a check that broke is an ERROR whatever is asserted', () => {
  const captures: readonly Parameters<typeof aCommandCapture>[0][] = [
    { exitCode: 126 },
    { exitCode: 127 },
    { exitCode: null, signal: 'SIGKILL' },
    { exitCode: null, timedOut: true },
    { timedOut: true },
    { exitCode: null, startError: 'ENOENT' },
    { steps: [{ line: 2, exitCode: 127 }] },
  ]
  const permissive: Assertion = { read: { from: 'exitCode' }, op: 'ge', value: 0 }
  for (const capture of captures) {
    assert.equal(
      judgeCommand([permissive, STDOUT_OK], 'ok', capture).status,
      'ERROR',
      JSON.stringify(capture),
    )
  }
  assert.equal(
    judgeHttp([STDOUT_OK], 'ok', { status: null, error: 'ECONNREFUSED' }).status,
    'ERROR',
  )
  assert.equal(judgeHttp([STDOUT_OK], 'ok', { status: null }).status, 'ERROR')
  const sql = aGate({ id: 's', check: { type: 'sql', connection: 'DB', text: 'select 1' } })
  const terms = { parameters: { DB: 'postgres://db.test/x' }, confirmed: [] }
  const answer = { kind: 'sql' as const, rowCount: null, durationMs: 1, streams: {} }
  assert.equal(judgeGate(sql, { ...answer, error: 'syntax error' }, {}, terms).status, 'ERROR')
  assert.equal(judgeGate(sql, answer, {}, terms).status, 'ERROR')
  const file = aGate({ id: 'd', check: { type: 'document', path: 'a.md' } })
  const read = {
    kind: 'document' as const,
    found: true,
    error: 'EACCES',
    durationMs: 1,
    streams: {},
  }
  assert.equal(judgeGate(file, read, bytesOf({ text: 'x' }), NO_TERMS).status, 'ERROR')
  assert.equal(judgeGate(file, aCommandCapture(), {}, NO_TERMS).status, 'ERROR')
})

test('a non-zero exit is a false claim unless an assertion reads the exit code', () => {
  assert.equal(judgeCommand([STDOUT_OK], 'ok', { exitCode: 1 }).status, 'FAIL')
  assert.equal(judgeCommand([], 'ok', { exitCode: 1 }).status, 'FAIL')
  const isThree: Assertion = { read: { from: 'exitCode' }, op: 'eq', value: 3 }
  assert.equal(
    judgeCommand([isThree], '', {
      exitCode: 3,
      steps: [
        { line: 1, exitCode: 0 },
        { line: 2, exitCode: 3 },
      ],
    }).status,
    'PASS',
  )
  assert.equal(judgeCommand([isThree], '', { exitCode: 0 }).status, 'FAIL')
})

test('a counted step that failed fails the gate although the block ended with 0', () => {
  const steps = [
    { line: 1, exitCode: 0 },
    { line: 4, exitCode: 1 },
  ]
  const judged = judgeCommand([EXIT_IS_ZERO], '', { steps })
  assert.equal(judged.status, 'FAIL')
  assert.match(judged.reason, /line 4/)
  assert.equal(judgeCommand([STDOUT_OK], 'ok', { steps }).status, 'FAIL')
  const atMostOne: Assertion = { read: { from: 'exitCode' }, op: 'le', value: 1 }
  assert.equal(judgeCommand([atMostOne], '', { steps }).status, 'PASS')
})

test('exit code 0 with nothing asserted is INCONCLUSIVE and names the lint finding', () => {
  const judged = judgeCommand([], 'all good', {}, { unsound: ['always-true-tail'] })
  assert.equal(judged.status, 'INCONCLUSIVE')
  assert.match(judged.reason, /always-true-tail/)
})

test('only advisory assertions, or only absent data that may pass, never make a PASS', () => {
  assert.equal(judgeCommand([{ ...STDOUT_OK, severity: 'advisory' }], 'ok').status, 'INCONCLUSIVE')
  assert.equal(
    judgeCommand(
      [{ read: { from: 'json', path: '$.x' }, op: 'lt', value: 1, onNoData: 'pass' }],
      '{}',
    ).status,
    'INCONCLUSIVE',
  )
  assert.equal(
    judgeCommand(
      [EXIT_IS_ZERO, { read: { from: 'json', path: '$.x' }, op: 'lt', value: 1, onNoData: 'pass' }],
      '{}',
    ).status,
    'PASS',
  )
})

test('tolerance gives WARN inside the band and FAIL outside, on either side of the bound', () => {
  const p95 = (value: string): StoredStatus =>
    judgeCommand(
      [{ read: { from: 'json', path: '$.p95' }, op: 'lt', value: 200, unit: 'ms', tolerance: 10 }],
      `{"p95":"${value}"}`,
    ).status
  assert.deepEqual(['199 ms', '200 ms', '0.21 s', '211 ms'].map(p95), [
    'PASS',
    'WARN',
    'WARN',
    'FAIL',
  ])
})

test('a tolerance beside a forbidden value does not excuse the value', () => {
  const isNotFive: Assertion = { read: { from: 'exitCode' }, op: 'ne', value: 5, tolerance: 1 }
  assert.equal(judgeCommand([isNotFive], '', { exitCode: 5 }).status, 'FAIL')
})

test('a slot that nothing was printed for is undecided, not absent', () => {
  const exists: Assertion = { read: { from: 'slot', slot: 's' }, op: 'exists' }
  const slots = [{ id: 's', label: 'Log index' }]
  assert.equal(judgeCommand([exists], 'nothing here', {}, { slots }).status, 'INCONCLUSIVE')
  assert.equal(judgeCommand([exists], 'Log index: 7', {}, { slots }).status, 'PASS')
})

test('a false advisory assertion is WARN, and so is one without data', () => {
  assert.equal(
    judgeCommand([EXIT_IS_ZERO, { ...STDOUT_OK, severity: 'advisory' }], 'no').status,
    'WARN',
  )
  assert.equal(
    judgeCommand([EXIT_IS_ZERO, { ...STDOUT_OK, severity: 'advisory' }], '').status,
    'WARN',
  )
})

test('a cut or masked stream that an assertion reads is INCONCLUSIVE even where absent data may pass', () => {
  for (const state of [
    { truncated: true, maskedCount: 0 },
    { truncated: false, maskedCount: 1 },
  ]) {
    for (const onNoData of ['pass', 'fail', 'inconclusive'] as const) {
      const judged = judgeCommand([EXIT_IS_ZERO, { ...STDOUT_OK, onNoData }], 'ok', {
        streams: { stdout: state },
      })
      assert.equal(judged.status, 'INCONCLUSIVE')
    }
    assert.equal(judgeCommand([EXIT_IS_ZERO], 'ok', { streams: { stdout: state } }).status, 'PASS')
  }
})

test('whatever is missing, no gate passes without a required assertion that had data', () => {
  const reading = fc.constantFrom<Assertion['read']>(
    { from: 'stdout' },
    { from: 'stderr' },
    { from: 'json', path: '$.a' },
    { from: 'slot', slot: 's' },
  )
  const value = fc.oneof(fc.string({ minLength: 1 }), fc.integer(), fc.boolean())
  const op = fc.constantFrom<Assertion['op']>(
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
    'contains',
    'exists',
  )
  const onNoData = fc.constantFrom<NonNullable<Assertion['onNoData']>>(
    'pass',
    'fail',
    'inconclusive',
  )
  const gateFields = { slots: [{ id: 's', label: 'S' }] }
  fc.assert(
    fc.property(
      fc.array(fc.record({ read: reading, op, value, onNoData }), { maxLength: 4 }),
      (assertions) => {
        const { status } = judgeCommand(assertions, '', {}, gateFields)
        assert.ok(status !== 'PASS' && status !== 'WARN', status)
      },
    ),
  )
})

test('an error answer fails an http check unless the status is asserted', () => {
  const bodyOk: Assertion = { read: { from: 'body' }, op: 'contains', value: 'ok' }
  assert.equal(judgeHttp([bodyOk], 'not ok', { status: 500 }).status, 'FAIL')
  assert.equal(judgeHttp([], '', { status: 500 }).status, 'FAIL')
  assert.equal(judgeHttp([], '', { status: 200 }).status, 'INCONCLUSIVE')
  assert.equal(
    judgeHttp([{ read: { from: 'status' }, op: 'eq', value: 429 }], '', { status: 429 }).status,
    'PASS',
  )
})

test('a document that is found proves nothing by itself, and one that is not found fails', () => {
  const gate = aGate({ id: 'd', check: { type: 'document', path: 'a.md' }, assertions: [] })
  const capture = { kind: 'document' as const, found: true, durationMs: 1, streams: {} }
  assert.equal(judgeGate(gate, capture, bytesOf({ text: 'x' }), NO_TERMS).status, 'INCONCLUSIVE')
  assert.equal(judgeGate(gate, { ...capture, found: false }, {}, NO_TERMS).status, 'FAIL')
  const contains: Assertion = { read: { from: 'text' }, op: 'contains', value: 'x' }
  assert.equal(
    judgeGate({ ...gate, assertions: [contains] }, capture, bytesOf({ text: 'x' }), NO_TERMS)
      .status,
    'PASS',
  )
})

test('a manual gate follows its answer and takes the slots the person gave', () => {
  const gate = aGate({
    id: 'm',
    check: { type: 'manual', question: 'Done?' },
    assertions: [],
    slots: [
      { id: 'who', label: 'On call' },
      { id: 'n', label: 'Count' },
    ],
  })
  const capture = {
    kind: 'manual' as const,
    answer: true,
    note: '',
    slots: { who: ' Grace ', other: 'x' },
  }
  const yes = judgeGate(gate, capture, {}, NO_TERMS)
  assert.deepEqual([yes.status, yes.slots], ['PASS', { who: 'Grace' }])
  assert.equal(judgeGate(gate, { ...capture, answer: false }, {}, NO_TERMS).status, 'FAIL')
  const bound: Assertion = { read: { from: 'slot', slot: 'n' }, op: 'gt', value: 0, fills: ['n'] }
  assert.equal(
    judgeGate({ ...gate, assertions: [bound] }, capture, {}, NO_TERMS).status,
    'INCONCLUSIVE',
  )
  assert.equal(
    judgeGate({ ...gate, assertions: [bound] }, { ...capture, slots: { n: '0' } }, {}, NO_TERMS)
      .status,
    'FAIL',
  )
  assert.equal(judgeGate({ ...gate, holes: ['<X>'] }, capture, {}, NO_TERMS).status, 'BLOCKED')
})

test('a capture of a gate that was not allowed to run proves nothing', () => {
  const terms = { parameters: {}, confirmed: [] }
  const rows: readonly Partial<PlanGate>[] = [
    { holes: ['<TAG>'] },
    { parameters: ['IMAGE'] },
    { provenRead: false },
    { effect: 'write-prod' },
    { children: ['x'] },
    { check: { type: 'unsupported', language: 'promql', reason: 'not here' } },
  ]
  for (const fields of rows) {
    assert.equal(
      judgeGate(aGate({ id: 'a', ...fields }), aCommandCapture(), {}, terms).status,
      'BLOCKED',
      JSON.stringify(fields),
    )
  }
})
