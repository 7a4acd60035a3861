// Tests of what strangers may send: whatever it is, it is read or refused with a reason, quickly and harmlessly.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aJunit, aReport, aSarif, aVex, read, refusalOf } from '../../test/reports.ts'
import { utf8Bytes } from '../kernel/index.ts'
import {
  isReportField,
  readField,
  readReport,
  REPORT_FIELDS,
  REPORT_LIMIT_BYTES,
  summarizeReport,
} from './index.ts'

const SEEDS: readonly string[] = [
  aJunit('<testcase name="a"><failure message="&lt;">x</failure></testcase>', ' tests="1"'),
  JSON.stringify({
    reportFormat: 'CTRF',
    results: {
      tool: { name: 't' },
      summary: { tests: 1 },
      tests: [{ name: 'a', status: 'passed' }],
    },
  }),
  'TAP version 14\n    ok 1 - a\n      ---\n      x: 1\n      ...\n    1..1\nok 1 - b # SKIP c\n1..1\n',
  JSON.stringify(aSarif([{ ruleId: 'a', level: 'note' }])),
  JSON.stringify({
    bomFormat: 'CycloneDX',
    components: [{ name: 'a' }],
    vulnerabilities: [{ id: 'C', affects: [{ ref: 'a' }] }],
  }),
  '<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component><name>a</name></component></components></bom>',
  'SPDXVersion: SPDX-2.3\nPackageName: a\nPackageComment: <text>x</text>\n',
  JSON.stringify({
    '@context': 'https://spdx.org/rdf/3.0.1/x',
    '@graph': [{ type: 'software_Package' }],
  }),
  JSON.stringify(aVex()),
  JSON.stringify({ metrics: { m: { avg: 1, 'p(95)': 2, thresholds: { 'avg<1': true } } } }),
  JSON.stringify({
    status: 'success',
    data: { resultType: 'matrix', result: [{ values: [[1, '2']] }] },
  }),
]

/** Reads a report and everything in it; throws only if the room has a bug. */
function readAll(bytes: Uint8Array): void {
  const reading = readReport(bytes)
  const shown = reading.ok ? summarizeReport(reading.report) : [reading.reason]
  for (const line of shown) assert.doesNotMatch(line, /[\u0000-\u001f\u007f\u202e]/)
  if (!reading.ok) return
  for (const field of [...REPORT_FIELDS, 'metrics.m.avg']) {
    const found = readField(field, [reading.report], 'pkg:npm/a@1')
    if (found.state !== 'value') assert.doesNotMatch(found.why, /[\u0000-\u001f\u007f\u202e]/)
    else if (typeof found.value === 'number') assert.ok(Number.isFinite(found.value), field)
  }
}

test('every seed of the hostile tests is itself a report', () => {
  const formats = SEEDS.map((text) => aReport(text).format)
  assert.equal(new Set(formats).size, 9)
})

test('random bytes are never more than refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readAll(bytes)),
    { numRuns: 300 },
  )
})

test('a report with any piece cut, changed, doubled or put elsewhere is read or refused', () => {
  const mutation = fc.record({
    seed: fc.constantFrom(...SEEDS),
    from: fc.nat(400),
    size: fc.nat(30),
    piece: fc.oneof(
      fc.string({ maxLength: 6, unit: 'binary' }),
      fc.constantFrom(
        '',
        '"',
        '{',
        '[',
        '<',
        '&',
        '-1',
        'NaN',
        '1e999',
        'null',
        '\u001b[31m',
        '\u202e',
        '0',
        '{}',
        '[]',
        '""',
      ),
    ),
  })
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      let text = mutations[0]!.seed
      for (const { from, size, piece } of mutations)
        text = text.slice(0, from) + piece + text.slice(from + size)
      readAll(utf8Bytes(text))
    }),
    { numRuns: 800 },
  )
})

test('a report that is cut anywhere is never read as a smaller one', () => {
  for (const seed of SEEDS) {
    const whole = JSON.stringify(aReport(seed))
    for (let length = 0; length < seed.trimEnd().length; length++) {
      const reading = readReport(utf8Bytes(seed.slice(0, length)))
      if (!reading.ok || reading.report.doubts.length > 0) continue
      // Line formats have no end mark: what is left of a tag-value document is a shorter document.
      if (reading.report.format === 'spdx' && !seed.startsWith('{')) continue
      assert.equal(JSON.stringify(reading.report), whole, seed.slice(0, length))
    }
  }
})

test('encodings other than UTF-8 are refused by name', () => {
  assert.match(refusalOf(new Uint8Array([0xff, 0xfe, 0x3c, 0])), /expected UTF-8, got UTF-16/)
  assert.match(
    refusalOf(new Uint8Array([0x3c, 0x61, 0xe9, 0x2f, 0x3e])),
    /expected UTF-8, got other bytes/,
  )
  assert.match(
    refusalOf('<?xml version="1.0" encoding="UTF-32"?><testsuite/>'),
    /got the encoding utf-32/,
  )
  assert.equal(read('tests.total', [aReport(`\ufeff${aJunit('<testcase/>')}`)]), 1)
  assert.equal(
    read('tests.total', [
      aReport('<?xml version="1.0" encoding="ISO-8859-1"?><testsuite><testcase/></testsuite>'),
    ]),
    1,
  )
})

test('what is no report says what it looks like instead', () => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['', /got nothing/],
    [' \n', /got nothing/],
    ['ok then', /no report of a known format/],
    ['<!doctype html><html></html>', /a web page/],
    ['<svg/>', /other XML/],
    ['[1]', /a list/],
    ['{"a":1,"b":2}', /its first keys are a, b/],
    ['{"a":1,"a":2}', /each key once/],
    [`${'['.repeat(70)}${']'.repeat(70)}`, /at most 64 levels/],
    ['{"version":"2.1.0","runs":[{"results":[{"ruleIndex":NaN}]}]}', /expected a value/],
    ['{"\u001b[31m":1}', /control characters/],
    ['{"\\u001b[31m\\u202e":1}', /first keys are \\u\{1b\}\[31m\\u\{202e\}$/],
  ]
  for (const [text, why] of rows) assert.match(refusalOf(text), why)
  const bomb =
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]><testsuite name="&lol2;"/>'
  assert.match(refusalOf(bomb), /without a document type/)
})

test('a report of fifty megabytes is refused before it is looked at', () => {
  const before = process.threadCpuUsage()
  const refused = readReport(new Uint8Array(50 * 1024 * 1024).fill(0x20))
  assert.ok(!refused.ok)
  assert.match(refused.reason, new RegExp(`at most ${REPORT_LIMIT_BYTES} bytes, got 52428800`))
  assert.ok(process.threadCpuUsage(before).user < 1_000_000)
})

test('scripts and escapes in names reach nobody', () => {
  const name = '<script>alert(1)</script>\u001b]0;x\u0007\u202e'
  const escaped = name.replaceAll('<', '&lt;')
  const lines = summarizeReport(
    aReport(aJunit(`<testcase name="${escaped}"><failure/></testcase>`)),
  )
  assert.deepEqual(lines.slice(1), ['failed: <script>alert(1)</script>\\u{1b}]0;x\\u{7}\\u{202e}'])
  const long = summarizeReport(
    aReport(aJunit(`<testcase name="${'x'.repeat(100_000)}"><failure/></testcase>`)),
  )
  assert.ok(long.every((line) => line.length <= 200))
})

test('reading takes time in proportion to the size, for every format', () => {
  const grown: readonly (readonly [string, string, string])[] = [
    ['<testsuite>', '<testcase name="a"><failure/></testcase>', '</testsuite>'],
    ['TAP version 13\n', 'ok 1 - a # # # skip\n    ok 1\n', '1..1\n'],
    ['{"version":"2.1.0","runs":[{"results":[', '{"ruleId":"CVE-1"},', '{}]}]}'],
    ['{"bomFormat":"CycloneDX","components":[', '{"name":"a"},', '{}]}'],
    ['SPDXVersion: SPDX-2.3\n', 'PackageName: a\n', ''],
    [
      '{"@context":"https://openvex.dev/ns","statements":[',
      '{"vulnerability":"CVE-1","status":"fixed"},',
      '{"vulnerability":"a","status":"fixed"}]}',
    ],
    [
      '{"status":"success","data":{"resultType":"matrix","result":[{"values":[',
      '[1,"2"],',
      '[1,"2"]]}]}}',
    ],
  ]
  for (const [head, piece, tail] of grown) {
    const text = head + piece.repeat(Math.floor(1_000_000 / piece.length)) + tail
    const before = process.threadCpuUsage()
    readAll(utf8Bytes(text))
    assert.ok(process.threadCpuUsage(before).user < 4_000_000, piece)
  }
})

test('the fields of a report are a closed list, but for the metrics', () => {
  for (const field of [
    'tests.failed',
    'metrics.http_req_duration.p(99.9)',
    'metrics.a.b.c.avg',
    'samples.max',
  ])
    assert.ok(isReportField(field), field)
  for (const field of [
    '',
    'tests',
    'tests.fails',
    'metrics.a',
    'metrics..avg',
    '__proto__',
    'tests.failed.x',
    'metrics.a.p(95)x',
  ])
    assert.ok(!isReportField(field), field)
})
