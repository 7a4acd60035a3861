// Commands that write report files: what is kept of them, and what is not believed.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { aFolder, aGate, runGate } from '../../../test/runner.ts'
import type { Submission } from '../../../test/runner.ts'
import { aJunit } from '../../../test/reports.ts'
import type { PlanGate } from '../../verdict/index.ts'
import { REPORT_FILE_LIMIT_BYTES } from './report-files.ts'

const JUNIT = aJunit('<testcase name="a"/>')

function aReportingGate(script: string, reports: readonly string[]): PlanGate {
  return aGate(
    'unit',
    { type: 'command', language: 'bash', script, reports },
    { assertions: [{ read: { from: 'report', of: 'tests.failed' }, op: 'eq', value: 0 }] },
  )
}

function outcomeOf(got: Submission): readonly [string, string] {
  return [got.judgement.status, got.judgement.reason]
}

function aWorkspace(t: TestContext): string {
  const workspace = join(aFolder(t), 'work')
  mkdirSync(join(workspace, 'out'), { recursive: true })
  return workspace
}

test('a report that the command writes is kept byte for byte and judged', async (t) => {
  const workspace = aWorkspace(t)
  const got = await runGate(
    aReportingGate(`printf '%s' '${JUNIT}' > out/junit.xml`, ['out/junit.xml']),
    { workspace },
  )
  assert.deepEqual(outcomeOf(got), ['PASS', 'tests.failed = 0 holds (0); JUnit XML: 1 passed'])
  assert.equal(Buffer.from(got.evidence['report:out/junit.xml']!).toString(), JUNIT)
})

test('a report of yesterday does not pass, not even one dated into the future', async (t) => {
  const workspace = aWorkspace(t)
  writeFileSync(join(workspace, 'junit.xml'), JUNIT)
  utimesSync(join(workspace, 'junit.xml'), 4_000_000_000, 4_000_000_000)
  const stale = await runGate(aReportingGate('true', ['junit.xml']), { workspace })
  assert.deepEqual(outcomeOf(stale), [
    'INCONCLUSIVE',
    'expected tests.failed = 0, got the report junit.xml was there before and was not written by this attempt',
  ])
  assert.equal(stale.evidence['report:junit.xml'], undefined)
  const rewritten = await runGate(
    aReportingGate(`printf '%s' '${JUNIT}' > junit.xml`, ['junit.xml']),
    { workspace },
  )
  assert.equal(rewritten.judgement.status, 'PASS')
})

test('a report of yesterday stays one when it is linked, moved, or gets other rights', async (t) => {
  const workspace = aWorkspace(t)
  for (const script of [
    'ln junit.xml kept.xml',
    'chmod a+rwx junit.xml',
    'mv junit.xml aside.xml; mv aside.xml junit.xml',
  ]) {
    writeFileSync(join(workspace, 'junit.xml'), JUNIT)
    const stale = await runGate(aReportingGate(script, ['junit.xml']), { workspace })
    assert.equal(stale.judgement.status, 'INCONCLUSIVE', script)
    assert.match(stale.judgement.reason, /was there before/)
  }
})

test('what leads out of the workspace, is too large or no file is not read', async (t) => {
  const workspace = aWorkspace(t)
  writeFileSync(join(workspace, '..', 'outside.xml'), JUNIT)
  symlinkSync(join(workspace, '..'), join(workspace, 'up'))
  const rows: readonly (readonly [string, string, RegExp])[] = [
    [`ln -s ../outside.xml link.xml`, 'link.xml', /no symbolic link/],
    [`touch ../outside.xml`, 'up/outside.xml', /no symbolic link/],
    ['mkdir folder.xml', 'folder.xml', /regular file/],
    ['mkfifo pipe.xml', 'pipe.xml', /regular file/],
    [`head -c ${REPORT_FILE_LIMIT_BYTES + 1} /dev/zero > big.xml`, 'big.xml', /expected at most/],
    ['true', 'never.xml', /wrote no report never.xml/],
  ]
  for (const [script, path, why] of rows) {
    const got = await runGate(aReportingGate(script, [path]), { workspace })
    assert.equal(got.judgement.status, 'INCONCLUSIVE', path)
    assert.match(got.judgement.reason, why)
  }
  const without = await runGate(aReportingGate('true', ['junit.xml']))
  assert.match(without.judgement.reason, /expected a workspace/)
})

test('a path with a star keeps every file of this attempt, and none may be left of an earlier one', async (t) => {
  const workspace = aWorkspace(t)
  const script = `for n in a b; do printf '%s' '${JUNIT}' > out/TEST-$n.xml; done; touch out/other.txt`
  const gate = aReportingGate(script, ['out/TEST-*.xml'])
  const got = await runGate(gate, { workspace })
  assert.deepEqual(outcomeOf(got), [
    'PASS',
    'tests.failed = 0 holds (0); JUnit XML: 1 passed | JUnit XML: 1 passed',
  ])
  const kept = Object.keys(got.evidence).filter((name) => name.startsWith('report:'))
  assert.deepEqual(kept, ['report:out/TEST-a.xml', 'report:out/TEST-b.xml'])
  writeFileSync(join(workspace, 'out', 'TEST-removed.xml'), JUNIT)
  const stale = await runGate(gate, { workspace })
  assert.deepEqual(stale.judgement.status, 'INCONCLUSIVE')
  assert.match(stale.judgement.reason, /TEST-removed\.xml was there before/)
  const none = await runGate(aReportingGate('true', ['out/NONE-*.xml']), { workspace })
  assert.match(none.judgement.reason, /wrote no report out\/NONE-\*\.xml/)
  const root = await runGate(aReportingGate(`printf '%s' '${JUNIT}' > r.xml`, ['*.xml', 'r.xml']), {
    workspace,
  })
  assert.deepEqual(outcomeOf(root), ['PASS', 'tests.failed = 0 holds (0); JUnit XML: 1 passed'])
})

test('more reports than are kept make the gate INCONCLUSIVE', async (t) => {
  const workspace = aWorkspace(t)
  const script = `for n in $(seq 1 501); do printf '%s' '${JUNIT}' > out/$n.xml; done`
  const got = await runGate(aReportingGate(script, ['out/*.xml']), { workspace })
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  assert.match(got.judgement.reason, /more than 500 reports/)
})

test('a secret in a report is masked, and the report is no data then', async (t) => {
  const workspace = aWorkspace(t)
  const gate = aReportingGate(
    `printf '<testsuite><testcase name="%s"/></testsuite>' "$API_TOKEN" > junit.xml`,
    ['junit.xml'],
  )
  const terms = { parameters: { API_TOKEN: 'fake-token-1' }, confirmed: [] }
  const got = await runGate({ ...gate, parameters: ['API_TOKEN'] }, { workspace, terms })
  assert.equal(got.judgement.status, 'INCONCLUSIVE')
  assert.ok(!Buffer.from(got.evidence['report:junit.xml']!).toString().includes('fake-token-1'))
})

test('a failing command is FAIL, and what its report says stands in the reason', async (t) => {
  const workspace = aWorkspace(t)
  const failed = aJunit('<testcase name="pays twice"><failure/></testcase>')
  const got = await runGate(
    aReportingGate(`printf '%s' '${failed}' > junit.xml; false`, ['junit.xml']),
    { workspace },
  )
  assert.deepEqual(outcomeOf(got), [
    'FAIL',
    'expected exit code 0, got 1; JUnit XML: 1 failed; failed: pays twice',
  ])
})
