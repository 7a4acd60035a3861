// Tests of JUnit XML, CTRF and TAP: what is counted, and which totals are not believed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aJunit, aReport, read, refusalOf } from '../../test/reports.ts'
import { summarizeReport } from './index.ts'

const PASSED = '<testcase name="a" classname="k"/>'
const FAILED = '<testcase name="b"><failure message="no">1 &lt; 2</failure></testcase>'
const ERRORED = '<testcase name="c"><error/></testcase>'
const SKIPPED = '<testcase name="d"><skipped/></testcase>'

test('JUnit cases are counted by outcome, and an error is a failure as well', () => {
  const report = aReport(
    aJunit(PASSED + FAILED + ERRORED + SKIPPED, ' tests="4" failures="1" errors="1"'),
  )
  const values = ['total', 'passed', 'failed', 'errored', 'skipped', 'flaky'].map((each) =>
    read(`tests.${each}`, [report]),
  )
  assert.deepEqual(values, [4, 1, 2, 1, 1, 0])
  assert.deepEqual(summarizeReport(report), [
    'JUnit XML: 1 passed, 2 failed (1 errored), 1 skipped',
    'failed: b, c',
  ])
})

test('dialects of JUnit: flaky, disabled, todo, a hook that broke, cases beside suites', () => {
  const rows: readonly (readonly [string, readonly (number | string)[]])[] = [
    ['<testcase name="a"><flakyFailure/></testcase>', [1, 0, 0, 1]],
    ['<testcase name="a" status="notrun"/><testcase name="b"/>', [1, 0, 1, 0]],
    [
      '<testcase name="a"><skipped type="todo"/><failure/></testcase><testcase name="b"/>',
      [1, 0, 1, 0],
    ],
    ['<testcase name="a"><skipped/><failure/></testcase>', [0, 1, 0, 0]],
    ['<testcase name="a"/><failure message="after hook"/>', [1, 1, 0, 0]],
    ['<testcase name="a"><properties><failure/></properties></testcase>', [1, 0, 0, 0]],
    ['<system-out><![CDATA[<testcase name="x"/>]]></system-out><testcase name="a"/>', [1, 0, 0, 0]],
  ]
  for (const [cases, expected] of rows) {
    const report = aReport(aJunit(cases))
    const values = ['passed', 'failed', 'skipped', 'flaky'].map((each) =>
      read(`tests.${each}`, [report]),
    )
    assert.deepEqual(values, expected, cases)
  }
  const beside = `<testsuites>${PASSED}<testsuite name="s" tests="2">${PASSED}<testsuite name="t" tests="1">${PASSED}</testsuite></testsuite></testsuites>`
  assert.equal(read('tests.passed', [aReport(beside)]), 3)
})

test('totals of JUnit that contradict the cases are said and nothing is read', () => {
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [PASSED.repeat(3), ' tests="10"', /declares 10 tests and holds 3/],
    [PASSED, ' tests="1" failures="2"', /declares 2 failures and holds 0/],
    [FAILED, ' tests="1" failures="0" errors="0"', /declares 0 failures and holds 1/],
  ]
  for (const [cases, attributes, why] of rows) {
    const report = aReport(aJunit(cases, attributes))
    assert.match(String(read('tests.failed', [report])), /^!\?/)
    assert.match(String(read('tests.failed', [report])), why)
    assert.match(summarizeReport(report).at(-1)!, why)
  }
  for (const count of ['-3', 'NaN', '1e3', '0x1', '99999999999'])
    assert.match(refusalOf(aJunit(PASSED, ` tests="${count}"`)), /whole number from 0 as tests/)
})

test('no test is no data, and neither is a run in which every test was skipped', () => {
  assert.equal(read('tests.failed', [aReport(aJunit(''))]), '?the report lists no test')
  const skipped = aReport(aJunit(SKIPPED + SKIPPED))
  assert.equal(read('tests.failed', [skipped]), '?no test ran: 2 skipped')
  assert.equal(read('tests.skipped', [skipped]), 2)
})

const aCtrf = (tests: readonly unknown[], summary: Readonly<Record<string, unknown>>): unknown => ({
  reportFormat: 'CTRF',
  specVersion: '1.0.0',
  results: { tool: { name: 'vitest' }, summary, tests },
})

test('CTRF tests are counted, and what is neither passed nor skipped has failed', () => {
  const statuses = ['passed', 'passed', 'failed', 'skipped', 'pending', 'other', 'unheard-of']
  const tests = statuses.map((status, index) => ({ name: `t${index}`, status, flaky: index === 1 }))
  const report = aReport(aCtrf(tests, { tests: 7, passed: 2, failed: 1 }))
  const values = ['total', 'passed', 'failed', 'errored', 'skipped', 'flaky'].map((each) =>
    read(`tests.${each}`, [report]),
  )
  assert.deepEqual(values, [7, 2, 3, 2, 2, 1])
  const wrong = aReport(aCtrf(tests, { tests: 70, passed: 2 }))
  assert.equal(read('tests.failed', [wrong]), '!?the summary says tests 70, the list holds 7')
  assert.match(refusalOf(aCtrf(tests, { tests: -1 })), /"tests" to be a whole number from 0/)
  assert.match(refusalOf(aCtrf([{ name: 'a' }], { tests: 1 })), /expected "status"/)
})

test('TAP 13 and 14 count the points without subtests, with their directives', () => {
  const text = [
    'npm said something',
    'TAP version 14',
    '# Subtest: group',
    '    ok 1 - one',
    '      ---',
    '      ok 99 - inside a block',
    '      ...',
    '    not ok 2 - two \\# not a directive',
    '    1..2',
    'not ok 1 - group',
    'ok 2 - three # SKIP no database',
    'not ok 3 - four # TODO later',
    'ok 4 # five',
    'output of a test',
    '1..4',
  ].join('\r\n')
  const report = aReport(text)
  const values = ['total', 'passed', 'failed', 'skipped'].map((each) =>
    read(`tests.${each}`, [report]),
  )
  assert.deepEqual(values, [5, 2, 1, 2])
  assert.match(String(read('tests.flaky', [report])), /TAP does not say/)
  const hook = 'TAP version 13\n    ok 1 - a\n    1..1\nnot ok 1 - suite\n1..1\n'
  assert.equal(read('tests.failed', [aReport(hook)]), 1)
  const skippedFailure = 'TAP version 13\n1..1\nnot ok 1 - a # SKIP\n'
  assert.equal(read('tests.failed', [aReport(skippedFailure)]), 1)
})

test('a TAP stream that was cut, bailed out or numbers a test twice is no data', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['TAP version 13\nok 1\nok 2\n', /plan is missing/],
    ['TAP version 13\n1..3\nok 1\nok 2\n', /plan of 3 tests, and 2 of them/],
    ['TAP version 13\n1..2\nok 1\nok 1\n', /test 1 is reported twice/],
    ['TAP version 13\n1..1\nok 1\nBail out! no disk\n', /bailed out: no disk/],
    ['TAP version 13\n    ok 1\nok 1\n1..1\n', /plan is missing/],
    ['TAP version 13\n1..1\n1..1\nok 1\n', /plan is given twice/],
  ]
  for (const [text, why] of rows) {
    const value = String(read('tests.failed', [aReport(text)]))
    assert.match(value, /^!\?/, text)
    assert.match(value, why)
  }
  assert.match(
    refusalOf('TAP version 13\n1..1\nok 1\n  ---\n  x: 1\n'),
    /end of a diagnostic block/,
  )
  assert.match(refusalOf('TAP version 13\n'), /expected a plan or a test/)
  assert.equal(
    read('tests.total', [aReport('1..0 # SKIP no tests\n')]),
    '?the report lists no test',
  )
})

test('several test reports are added up, and one that is doubted spoils the sum', () => {
  const good = aReport(aJunit(PASSED))
  const other = aReport('TAP version 13\n1..1\nok 1\n')
  const bad = aReport(aJunit(PASSED, ' tests="2"'))
  assert.equal(read('tests.passed', [good, other]), 2)
  assert.match(String(read('tests.passed', [good, other, bad])), /^!\?unit declares 2/)
  assert.match(
    String(
      read('tests.passed', [
        aReport({ status: 'success', data: { resultType: 'vector', result: [] } }),
      ]),
    ),
    /only Prometheus answer/,
  )
})
