// Tests of what is read out of evidence: texts, JSON, cells, slots and the toggles they decide.
import assert from 'node:assert/strict'
import { test } from 'node:test'
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

test('NaN, empty vectors, nulls, blanks and text are no data for a number', () => {
  const bodies = [
    '{"v":"NaN"}',
    '{"v":[]}',
    '{"v":{}}',
    '{"v":null}',
    '{"v":""}',
    '{"v":" "}',
    '{"v":"fast"}',
    '{"v":true}',
    '{}',
    '[]',
    '',
    'NaN',
    '{"v":1',
    '{"v":1,"v":2}',
  ]
  for (const body of bodies) {
    for (const op of ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const) {
      const judged = judgeHttp([{ read: { from: 'json', path: '$.v' }, op, value: 1 }], body)
      assert.equal(judged.status, 'INCONCLUSIVE', `${op} on ${body}`)
    }
    assert.equal(
      judgeHttp(
        [{ read: { from: 'json', path: '$.v' }, op: 'lt', value: 1, onNoData: 'fail' }],
        body,
      ).status,
      'FAIL',
    )
  }
})

test('text, list, header, row and duration readings are compared as what they are', () => {
  const rows: readonly (readonly [Assertion, string, StoredStatus])[] = [
    [{ read: { from: 'body' }, op: 'eq', value: 'ready' }, 'ready\n', 'PASS'],
    [{ read: { from: 'body' }, op: 'eq', value: 'ready' }, ' ready', 'FAIL'],
    [{ read: { from: 'body' }, op: 'eq', value: '' }, '\n', 'PASS'],
    [{ read: { from: 'body' }, op: 'ne', value: 'x' }, '', 'INCONCLUSIVE'],
    [{ read: { from: 'body' }, op: 'eq', value: 1234 }, '1,234\n', 'PASS'],
    [{ read: { from: 'body' }, op: 'matches', value: '^v\\d+$' }, 'v12\n', 'PASS'],
    [{ read: { from: 'body' }, op: 'matches', value: '^v\\d+$' }, 'v12\nx', 'FAIL'],
    [
      { read: { from: 'json', path: '$.tags' }, op: 'contains', value: 'b' },
      '{"tags":["a","b"]}',
      'PASS',
    ],
    [
      { read: { from: 'json', path: '$.tags' }, op: 'contains', value: 'c' },
      '{"tags":["a","b"]}',
      'FAIL',
    ],
    [{ read: { from: 'json', path: "$['a b'].0" }, op: 'exists' }, '{}', 'INCONCLUSIVE'],
    [
      { read: { from: 'json', path: "$['a b'][0]" }, op: 'eq', value: true },
      '{"a b":[true]}',
      'PASS',
    ],
    [{ read: { from: 'json', path: '$.constructor' }, op: 'exists' }, '{}', 'FAIL'],
    [{ read: { from: 'json', path: '$.length' }, op: 'exists' }, '[1]', 'FAIL'],
    [{ read: { from: 'json', path: '$.n' }, op: 'eq', value: '5' }, '{"n":5}', 'PASS'],
    [{ read: { from: 'json', path: '$.ok' }, op: 'eq', value: true }, '{"ok":"true"}', 'PASS'],
    [{ read: { from: 'json', path: '$.ok' }, op: 'eq', value: true }, '{"ok":1}', 'INCONCLUSIVE'],
    [
      { read: { from: 'json', path: '$.o' }, op: 'eq', value: 'x' },
      '{"o":{"a":1}}',
      'INCONCLUSIVE',
    ],
    [{ read: { from: 'header', name: 'content-type' }, op: 'contains', value: 'json' }, '', 'PASS'],
    [{ read: { from: 'header', name: 'x-none' }, op: 'exists' }, '', 'FAIL'],
    [{ read: { from: 'durationMs' }, op: 'lt', value: 0.05, unit: 's' }, '', 'PASS'],
    [{ read: { from: 'durationMs' }, op: 'lt', value: 0.03, unit: 's' }, '', 'FAIL'],
    [{ read: { from: 'durationMs' }, op: 'lt', value: 1, unit: 'MB' }, '', 'INCONCLUSIVE'],
    [{ read: { from: 'durationMs' }, op: 'lt', value: 50 }, '', 'PASS'],
    [{ read: { from: 'status' }, op: 'lt', value: 400 }, '', 'PASS'],
  ]
  let judged = 0
  for (const [assertion, body, status] of rows) {
    if (assertion.read.from === 'json' && assertion.read.path.endsWith('.0')) {
      assert.throws(() => judgeHttp([assertion], body), { code: 'VERDICT_PLAN_PATH_REFUSED' })
    } else {
      assert.equal(judgeHttp([assertion], body).status, status, JSON.stringify([assertion, body]))
    }
    judged++
  }
  assert.equal(judged, rows.length)
})

test('cells of an sql answer are read by column and row', () => {
  const gate = aGate({
    id: 's',
    check: { type: 'sql', connection: 'DB', text: 'select' },
    slots: [{ id: 'n', label: 'Records migrated' }],
  })
  const terms = { parameters: { DB: 'x' }, confirmed: [] }
  const judge = (assertion: Assertion, rows: unknown[][]): Judgement =>
    judgeGate(
      { ...gate, assertions: [assertion] },
      { kind: 'sql', rowCount: rows.length, durationMs: 1, streams: {} },
      bytesOf({ rows: JSON.stringify({ columns: ['records_migrated', 'ok'], rows }) }),
      terms,
    )
  const cell = (column: string, row?: number): Assertion['read'] => ({
    from: 'cell',
    column,
    ...(row === undefined ? {} : { row }),
  })
  assert.equal(
    judge({ read: cell('records_migrated'), op: 'gt', value: 0 }, [[5, true]]).status,
    'PASS',
  )
  assert.equal(
    judge({ read: cell('ok', 1), op: 'eq', value: true }, [
      [5, true],
      [6, false],
    ]).status,
    'FAIL',
  )
  assert.equal(
    judge({ read: cell('records_migrated'), op: 'gt', value: 0 }, []).status,
    'INCONCLUSIVE',
  )
  assert.equal(
    judge({ read: cell('records_migrated'), op: 'gt', value: 0 }, [[null, true]]).status,
    'INCONCLUSIVE',
  )
  assert.equal(
    judge({ read: cell('none'), op: 'gt', value: 0 }, [[1, true]]).status,
    'INCONCLUSIVE',
  )
  assert.equal(judge({ read: { from: 'rowCount' }, op: 'eq', value: 0 }, []).status, 'PASS')
  const slot = judge({ read: { from: 'slot', slot: 'n' }, op: 'gt', value: 0, fills: ['n'] }, [
    [5, true],
  ])
  assert.deepEqual([slot.status, slot.slots['n']], ['PASS', '5'])
})

test('a slot is found as a JSON key or a labelled line, whatever its case and punctuation', () => {
  const slots = [{ id: 's', label: 'Genesis Hash' }]
  const value = (stdout: string): string | undefined =>
    judgeCommand([EXIT_IS_ZERO], stdout, {}, { slots }).slots['s']
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['Genesis Hash: abc', 'abc'],
    ['genesis_hash=abc', 'abc'],
    ['  - **Genesis Hash:** `abc`', 'abc'],
    ['x\ngenesis-hash:  "abc"  \nGenesis Hash: later', 'abc'],
    ['{"run":{"genesis_hash":"abc"}}', 'abc'],
    ['[{"x":1},{"Genesis Hash":7}]', '7'],
    ['start\n{"genesis_hash":"abc"}\nend', 'abc'],
    ['Genesis Hash', undefined],
    ['Genesis Hash:', undefined],
    ['The Genesis Hash: abc', undefined],
    ['{"genesis_hash":null}', undefined],
    ['{"genesis_hash":{"a":1}}', undefined],
    ['{"text":"Genesis Hash: abc"}', undefined],
    [`Genesis Hash: ${'x'.repeat(1_001)}`, undefined],
  ]
  for (const [stdout, expected] of rows) assert.equal(value(stdout), expected, stdout.slice(0, 60))
})

test('a slot label with separators of its own is found', () => {
  const slots = [{ id: 's', label: 'throttles_total{tenant="test"}' }]
  const judged = judgeCommand([EXIT_IS_ZERO], 'throttles_total{tenant="test"}: 12', {}, { slots })
  assert.equal(judged.slots['s'], '12')
})

test('a slot takes the unit it has in the document', () => {
  const slots = [{ id: 's', label: 'P95', unit: 'ms' }]
  const within: Assertion = {
    read: { from: 'slot', slot: 's' },
    op: 'lt',
    value: 200,
    fills: ['s'],
  }
  const judged = judgeCommand([within], 'p95=0.15 s', {}, { slots })
  assert.deepEqual([judged.status, judged.slots], ['PASS', { s: '0.15 s' }])
  assert.equal(judgeCommand([within], 'p95=0.25 s', {}, { slots }).status, 'FAIL')
  assert.equal(judgeCommand([within], 'p95=1 MB', {}, { slots }).status, 'INCONCLUSIVE')
  assert.deepEqual(judgeCommand([within], 'nothing', {}, { slots }).slots, {})
})

test('toggles take the outcome of the assertions that fill them, and stay undecided without data', () => {
  const toggles = [
    { id: 't', label: 'Result' },
    { id: 'u', label: 'Other' },
  ]
  const ok: Assertion = { ...STDOUT_OK, fills: ['t'] }
  const number = (bound: number): Assertion => ({
    read: { from: 'json', path: '$.n' },
    op: 'lt',
    value: bound,
    tolerance: 1,
    fills: ['t'],
  })
  const decide = (
    assertions: readonly Assertion[],
    stdout: string,
    capture = {},
  ): Readonly<Record<string, boolean>> =>
    judgeCommand(assertions, stdout, capture, { toggles }).toggles
  assert.deepEqual(decide([ok], 'ok'), { t: true })
  assert.deepEqual(decide([ok], 'no'), { t: false })
  assert.deepEqual(decide([ok], ''), {})
  assert.deepEqual(decide([number(5)], '{"n":5.5}'), { t: true })
  assert.deepEqual(decide([ok, number(5)], '{"n":9,"ok":1}'), { t: false })
  assert.deepEqual(decide([ok, number(5)], '{"ok":1}'), {})
  assert.deepEqual(
    decide([ok], 'ok', { exitCode: 1 }),
    {},
    'a failed command shows no green toggle',
  )
  assert.deepEqual(decide([ok], 'no', { exitCode: 1 }), { t: false })
})

test('hostile output is judged without a fault and shown without control characters', () => {
  const outputs = [
    '\u001b[31mok\u0007',
    '{"__proto__":{"ok":1}}',
    '['.repeat(100_000),
    '{"a":'.repeat(70),
    '\ud800',
    ':'.repeat(10_000),
    '\n'.repeat(300_000),
    '='.repeat(50),
  ]
  const contains: Assertion = { read: { from: 'stdout' }, op: 'matches', value: '.*', fills: ['s'] }
  for (const stdout of outputs) {
    const gate = {
      slots: [
        { id: 's', label: 'ok' },
        { id: 'p', label: '__proto__' },
      ],
    }
    const judged = judgeCommand(
      [contains, { read: { from: 'json', path: '$.a' }, op: 'exists' }],
      stdout,
      {},
      gate,
    )
    assert.doesNotMatch(JSON.stringify(judged.assertions) + judged.reason, /[\u0000-\u001f\u007f]/)
    assert.ok(judged.reason.isWellFormed())
  }
  const binary = judgeGate(
    aGate({ id: 'a', assertions: [STDOUT_OK] }),
    aCommandCapture(),
    { stdout: new Uint8Array([0xff, 0xfe, 0x6f, 0x6b]) },
    NO_TERMS,
  )
  assert.equal(binary.status, 'PASS')
})
