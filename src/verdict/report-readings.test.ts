// Tests of gates that are judged by reports: values, missing data, and reports that this attempt did not write.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommandCapture, aGate, aPlan, EXIT_IS_ZERO, NO_TERMS } from '../../test/decisions.ts'
import { aJunit, aSarif, aVex } from '../../test/reports.ts'
import { utf8Bytes } from '../kernel/index.ts'
import { judgeGate } from './judge.ts'
import type { CapturedReport, Judgement } from './model.ts'
import type { Assertion, PlanGate } from './plan-model.ts'
import { parsePlan } from './plan-parse.ts'
import { REPORT_COUNT_LIMIT, reportStreamName } from './report-paths.ts'

const CLEAN = { truncated: false, maskedCount: 0 }
const NONE_FAILED: Assertion = { read: { from: 'report', of: 'tests.failed' }, op: 'eq', value: 0 }
const PASSED = '<testcase name="a"/>'
const FAILED = '<testcase name="pays twice"><failure/></testcase>'

function aReportGate(assertions: readonly Assertion[], reports?: readonly string[]): PlanGate {
  const check = { type: 'command', language: 'bash', script: 'npm test' } as const
  return aGate({
    id: 'a',
    assertions,
    check: reports === undefined ? check : { ...check, reports },
  })
}

/** Judges a command that wrote the given files; a file of `undefined` was not written. */
function judgeFiles(
  assertions: readonly Assertion[],
  files: Readonly<Record<string, string | undefined>>,
  capture: Parameters<typeof aCommandCapture>[0] = {},
): Judgement {
  const written = Object.entries(files).filter(
    (file): file is [string, string] => file[1] !== undefined,
  )
  const reports: CapturedReport[] = Object.entries(files).map(([path, text]) =>
    text === undefined ? { path, problem: `the command wrote no report ${path}` } : { path },
  )
  const streams = Object.fromEntries(written.map(([path]) => [reportStreamName(path), CLEAN]))
  const evidence = Object.fromEntries(
    written.map(([path, text]) => [reportStreamName(path), utf8Bytes(text)]),
  )
  return judgeGate(
    aReportGate(assertions, Object.keys(files)),
    aCommandCapture({ reports, streams, ...capture }),
    evidence,
    NO_TERMS,
  )
}

function judgeOutput(assertions: readonly Assertion[], stdout: string, state = CLEAN): Judgement {
  const capture = aCommandCapture({ streams: { stdout: state } })
  return judgeGate(aReportGate(assertions), capture, { stdout: utf8Bytes(stdout) }, NO_TERMS)
}

test('a gate is judged by the report that its command wrote, and the reason sums the report up', () => {
  const passed = judgeFiles([NONE_FAILED], { 'junit.xml': aJunit(PASSED) })
  assert.deepEqual(
    [passed.status, passed.reason],
    ['PASS', 'tests.failed = 0 holds (0); JUnit XML: 1 passed'],
  )
  const failed = judgeFiles([NONE_FAILED], { 'junit.xml': aJunit(PASSED + FAILED) })
  assert.equal(failed.status, 'FAIL')
  assert.equal(
    failed.reason,
    'expected tests.failed = 0, got 1; JUnit XML: 1 passed, 1 failed; failed: pays twice',
  )
})

test('a report that is missing, empty, cut or of no known format is INCONCLUSIVE, whatever is asserted', () => {
  const cut = aJunit(PASSED).slice(0, -5)
  const rows: readonly (readonly [string | undefined, RegExp])[] = [
    [undefined, /wrote no report junit.xml/],
    ['', /junit.xml: expected a report, got nothing/],
    [cut, /junit.xml \(JUnit XML\): expected <\/testsuite>/],
    ['<html></html>', /a web page/],
    [aJunit(''), /lists no test/],
    [aJunit(PASSED, ' tests="5"'), /declares 5 tests and holds 1/],
  ]
  for (const [text, why] of rows) {
    const judged = judgeFiles([NONE_FAILED], { 'junit.xml': text })
    assert.equal(judged.status, 'INCONCLUSIVE', String(text))
    assert.match(judged.reason, why)
  }
})

test('a report that was not written keeps the gate from PASS although nothing reads it', () => {
  const judged = judgeFiles([EXIT_IS_ZERO], { 'junit.xml': undefined })
  assert.deepEqual(
    [judged.status, judged.reason],
    ['INCONCLUSIVE', 'the command wrote no report junit.xml'],
  )
  assert.equal(
    judgeFiles([EXIT_IS_ZERO], { 'junit.xml': undefined }, { exitCode: 1 }).status,
    'FAIL',
  )
  const forgiving: Assertion = { ...NONE_FAILED, onNoData: 'pass' }
  assert.equal(
    judgeFiles([EXIT_IS_ZERO, forgiving], { 'junit.xml': undefined }).status,
    'INCONCLUSIVE',
  )
})

test('contradictions and cut or masked reports cannot be waved through by onNoData', () => {
  const forgiving: Assertion = { ...NONE_FAILED, onNoData: 'pass' }
  const doubted = aJunit(PASSED, ' tests="5"')
  assert.equal(
    judgeFiles([EXIT_IS_ZERO, forgiving], { 'junit.xml': doubted }).status,
    'INCONCLUSIVE',
  )
  assert.equal(judgeFiles([EXIT_IS_ZERO, forgiving], { 'junit.xml': aJunit('') }).status, 'PASS')
  for (const state of [
    { truncated: true, maskedCount: 0 },
    { truncated: false, maskedCount: 1 },
  ])
    assert.equal(
      judgeOutput([EXIT_IS_ZERO, forgiving], aJunit(PASSED), state).status,
      'INCONCLUSIVE',
    )
})

test('a report that is not there is INCONCLUSIVE even where no data is to fail', () => {
  const strict: Assertion = { ...NONE_FAILED, onNoData: 'fail' }
  assert.equal(judgeFiles([strict], { 'junit.xml': undefined }).status, 'INCONCLUSIVE')
  assert.equal(judgeFiles([strict], { 'junit.xml': aJunit('') }).status, 'FAIL')
})

test('a capture that says nothing of a report that the check names is no data, whatever else it holds', () => {
  const gate = aReportGate([NONE_FAILED], ['a.xml', 'out/*.xml'])
  const stdout = { stdout: utf8Bytes('TAP version 13\n1..1\nok 1\n') }
  const silent = judgeGate(gate, aCommandCapture(), stdout, NO_TERMS)
  assert.equal(silent.status, 'INCONCLUSIVE')
  assert.match(silent.reason, /says nothing of the report a\.xml/)
  const half = aCommandCapture({ reports: [{ path: 'a.xml' }, { path: 'b.xml' }] })
  const evidence = { [reportStreamName('a.xml')]: utf8Bytes(aJunit(PASSED)) }
  assert.match(
    judgeGate(gate, half, evidence, NO_TERMS).reason,
    /says nothing of the report out\/\*\.xml/,
  )
})

test('without report files the output is read; a body and a document as well', () => {
  const tap = 'TAP version 13\n1..1\nok 1 - a\n'
  assert.equal(judgeOutput([NONE_FAILED], tap).status, 'PASS')
  assert.equal(judgeOutput([NONE_FAILED], 'all fine').status, 'INCONCLUSIVE')
  const body = JSON.stringify({
    status: 'success',
    data: { resultType: 'scalar', result: [1, '0.5'] },
  })
  const below: Assertion = { read: { from: 'report', of: 'samples.value' }, op: 'lt', value: 1 }
  const http = aGate({
    id: 'h',
    check: { type: 'http', method: 'GET', url: 'http://p.test' },
    assertions: [below],
  })
  const answer = {
    kind: 'http',
    status: 200,
    headers: {},
    durationMs: 1,
    streams: { body: CLEAN },
  } as const
  assert.equal(judgeGate(http, answer, { body: utf8Bytes(body) }, NO_TERMS).status, 'PASS')
  const document = aGate({
    id: 'd',
    check: { type: 'document', path: 'j.xml' },
    assertions: [NONE_FAILED],
  })
  const file = { kind: 'document', found: true, durationMs: 1, streams: { text: CLEAN } } as const
  assert.equal(
    judgeGate(document, file, { text: utf8Bytes(aJunit(FAILED)) }, NO_TERMS).status,
    'FAIL',
  )
})

test('an answer of a promql check is read as a report too, and a report says how much was measured', () => {
  const check = { type: 'promql', connection: 'PROM', query: 'up' } as const
  const assertion: Assertion = { read: { from: 'report', of: 'samples.min' }, op: 'ge', value: 1 }
  const gate = aGate({ id: 'p', check, assertions: [assertion] })
  const capture = {
    kind: 'promql',
    status: 200,
    queriedAtMs: 1_700_000_000_000,
    durationMs: 1,
    streams: { body: CLEAN },
  } as const
  const answer = {
    status: 'success',
    data: { resultType: 'vector', result: [{ metric: {}, value: [1_700_000_000, '1'] }] },
  }
  const terms = { parameters: { PROM: 'http://p.test' }, confirmed: [] }
  assert.equal(
    judgeGate(gate, capture, { body: utf8Bytes(JSON.stringify(answer)) }, terms).status,
    'PASS',
  )
  const sized = (minimum: number): Assertion => ({
    ...NONE_FAILED,
    sampleSize: { read: { from: 'report', of: 'tests.total' }, minimum },
  })
  assert.equal(judgeFiles([sized(1)], { 'j.xml': aJunit(PASSED) }).status, 'PASS')
  assert.equal(judgeFiles([sized(2)], { 'j.xml': aJunit(PASSED) }).status, 'INCONCLUSIVE')
})

test('several reports are read together, one by name, and VEX statements apply to the scan beside them', () => {
  const affected: Assertion = {
    read: { from: 'report', of: 'findings.affected' },
    op: 'eq',
    value: 0,
  }
  const scan = JSON.stringify(aSarif([{ ruleId: 'CVE-1', level: 'error' }]))
  const vex = JSON.stringify(aVex())
  assert.equal(judgeFiles([affected], { 'scan.sarif': scan, 'vex.json': vex }).status, 'FAIL')
  const product: Assertion = {
    ...affected,
    read: { from: 'report', of: 'findings.affected', product: 'pkg:npm/a@1' },
  }
  assert.equal(judgeFiles([product], { 'scan.sarif': scan, 'vex.json': vex }).status, 'PASS')
  const one: Assertion = {
    ...NONE_FAILED,
    read: { from: 'report', of: 'tests.failed', in: 'a.xml' },
  }
  const files = { 'a.xml': aJunit(PASSED), 'cover.html': '<html></html>' }
  assert.equal(judgeFiles([one], files).status, 'PASS')
  assert.equal(judgeFiles([NONE_FAILED], files).status, 'INCONCLUSIVE')
})

test('units of a report are compared as units', () => {
  const k6 = JSON.stringify({
    metrics: {
      http_req_duration: { avg: 1, 'p(95)': 310 },
      http_req_failed: { value: 0.02, passes: 2, fails: 98 },
    },
  })
  const p95 = { from: 'report', of: 'metrics.http_req_duration.p95' } as const
  const rate = { from: 'report', of: 'metrics.http_req_failed.rate' } as const
  const rows: readonly (readonly [Assertion, string])[] = [
    [{ read: p95, op: 'lt', value: 500, unit: 'ms' }, 'PASS'],
    [{ read: p95, op: 'lt', value: 0.3, unit: 's' }, 'FAIL'],
    [{ read: p95, op: 'lt', value: 500 }, 'INCONCLUSIVE'],
    [{ read: rate, op: 'lt', value: 1, unit: '%' }, 'FAIL'],
    [{ read: rate, op: 'lt', value: 0.1 }, 'INCONCLUSIVE'],
  ]
  for (const [assertion, status] of rows)
    assert.equal(judgeOutput([assertion], k6).status, status, JSON.stringify(assertion))
})

test('a plan whose reports or readings of reports lead nowhere is refused, with the nearest name', () => {
  const plan = (gate: PlanGate): unknown => aPlan([gate])
  const rows: readonly (readonly [PlanGate, RegExp])[] = [
    [
      aReportGate([{ ...NONE_FAILED, read: { from: 'report', of: 'tests.fails' } }]),
      /did you mean tests\.\w+\?/,
    ],
    [
      aReportGate(
        [{ ...NONE_FAILED, read: { from: 'report', of: 'tests.failed', in: 'b.xml' } }],
        ['a.xml'],
      ),
      /does not name/,
    ],
    [aReportGate([NONE_FAILED], ['../a.xml']), /no path inside the workspace/],
    [aReportGate([NONE_FAILED], ['/tmp/a.xml']), /no path inside the workspace/],
    [aReportGate([NONE_FAILED], ['*/a.xml']), /no path inside the workspace/],
    [aReportGate([NONE_FAILED], ['a\\b.xml']), /no path inside the workspace/],
    [aReportGate([NONE_FAILED], ['a.xml', 'a.xml']), /twice/],
    [
      aReportGate(
        [NONE_FAILED],
        Array.from({ length: REPORT_COUNT_LIMIT + 1 }, (_, i) => `${i}.xml`),
      ),
      /at most 50/,
    ],
    [aReportGate([NONE_FAILED], []), /1 to/],
    [
      aGate({
        id: 's',
        check: { type: 'sql', connection: 'DB', text: 'x' },
        assertions: [NONE_FAILED],
      }),
      /sql check has no report/,
    ],
  ]
  for (const [gate, why] of rows) assert.throws(() => parsePlan(plan(gate)), { message: why })
  const twice = aPlan([
    aReportGate([NONE_FAILED], ['a.xml']),
    { ...aReportGate([NONE_FAILED], ['a.xml']), id: 'b' },
  ])
  assert.throws(() => parsePlan(twice), { message: /each report file once/ })
  assert.ok(parsePlan(plan(aReportGate([NONE_FAILED], ['out/a.xml']))))
})
