// Gates judged by reports are judged again offline: the report counts as it lies in the bundle, to the byte.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { aBundle, gzipEvidence } from '../../test/bundle.ts'
import type { BundleChanges } from '../../test/bundle.ts'
import { assertForged, forgerKeys } from '../../test/forgery.ts'
import { aJunit } from '../../test/reports.ts'
import type { Plan } from '../verdict/index.ts'
import { verifyBundle } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const PATH = 'out/junit.xml'
const PASSED = aJunit('<testcase name="a"/><testcase name="b"/>', ' tests="2" failures="0"')
const FAILED = PASSED.replace('name="b"/>', 'name="b"><failure/></testcase>').replace(
  '="0"',
  '="1"',
)

/** The first gate is judged by its JUnit report instead of by a slot. */
function withReportGate(plan: Plan): Plan {
  const [first, ...rest] = plan.gates
  const gate = {
    ...first!,
    check: { type: 'command', language: 'bash', script: 'npm test', reports: [PATH] },
    assertions: [{ read: { from: 'report', of: 'tests.failed' }, op: 'eq', value: 0 }],
    slots: [],
  } as const
  return { ...plan, gates: [gate, ...rest] }
}

const wrote = (text: string): BundleChanges => ({
  keys: forgerKeys,
  plan: withReportGate,
  command: { exitCode: 0, stdout: 'done\n', report: { path: PATH, text } },
})

test('a gate judged by a report verifies again, with the status that the report gives', async () => {
  for (const [text, release] of [
    [PASSED, 'GO'],
    [FAILED, 'NO_GO'],
    [PASSED.slice(0, -3), 'NO_GO'],
    [PASSED.replace('tests="2"', 'tests="20"'), 'NO_GO'],
  ] as const) {
    const { bytes } = await aBundle(wrote(text))
    const report = await verifyBundle(bytes, { ports: nodeVerifyPorts })
    assert.deepEqual(
      [report.verdict, report.release, report.findings],
      ['INTACT_SIGNER_UNKNOWN', release, []],
      text,
    )
  }
})

test('a report changed by one byte, exchanged, or judged otherwise than it says is found', async () => {
  const isReport = (path: string, content: unknown, wanted: unknown): boolean =>
    path.startsWith('evidence/') && JSON.stringify(content) === JSON.stringify(wanted)
  const genuine = gzipEvidence(utf8Bytes(FAILED))
  const exchange: BundleChanges['files'] = (files) =>
    files.map((file) =>
      isReport(file.path, file.content, genuine.content)
        ? { ...gzipEvidence(utf8Bytes(PASSED)), content: file.content! }
        : file,
    )
  const oneByte: BundleChanges['files'] = (files) =>
    files.map((file) =>
      isReport(file.path, file.content, genuine.content)
        ? {
            ...gzipEvidence(utf8Bytes(FAILED.replace('<failure/>', '<failurE/>'))),
            content: file.content!,
          }
        : file,
    )
  const liar: BundleChanges['inputs'] = (inputs) => ({
    ...inputs,
    results: inputs.results.map((result) =>
      result.status === 'FAIL' ? { ...result, status: 'PASS' } : result,
    ),
  })
  await assertForged([
    ['report exchanged', 'VERIFY_EVIDENCE_DIFFERS', { ...wrote(FAILED), files: exchange }],
    ['one byte of the report', 'VERIFY_EVIDENCE_DIFFERS', { ...wrote(FAILED), files: oneByte }],
    ['a failed report called passed', 'VERIFY_RESULT_DIFFERS', { ...wrote(FAILED), inputs: liar }],
  ])
})
