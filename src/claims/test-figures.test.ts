// Stated figures of tests against the test reports of a working copy: what agrees, what differs, and what is not compared.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { readDocumentBytes } from '../document/index.ts'
import { auditScene } from './audit.ts'
import type { AuditReport } from './model.ts'
import { readScene } from './scene.ts'
import type { TestReport } from './test-figures.ts'

function report(path: string, passed: number, failed: number, skipped: number): TestReport {
  return { path, passed, failed, skipped, summary: `JUnit XML: ${passed} passed` }
}

const ALL = report('reports/junit.xml', 31, 0, 3)

function audit(text: string, tests: readonly TestReport[]): AuditReport {
  return auditScene(readScene(readDocumentBytes(new TextEncoder().encode(text))), { tests })
}

function supportOf(line: string, tests: readonly TestReport[]): string {
  const { claims, findings } = audit(`# R\n\n${line}\n`, tests)
  const claim = claims.find((each) => each.line === 3)
  return `${claim?.support} ${claim?.verdict}${findings.map(({ rule }) => ` ${rule}`).join('')}`
}

test('figures that the test report of the working copy has are resolved', () => {
  for (const line of [
    '31 passed, 3 skipped',
    '31 passed, 0 failed, 3 skipped',
    '34 tests: 31 passed, 3 skipped',
    '31 tests passed.',
    '31 of 34 tests passed.',
    '- ✅ 31 passed, 3 skipped (`reports/junit.xml`)',
  ])
    assert.equal(supportOf(line, [ALL]), 'S3 SUPPORTED', line)
})

test('figures that the report counts otherwise are contradicted, and the report is named with its counts', () => {
  for (const line of [
    '31 passed, 2 skipped',
    '40 passed, 3 skipped',
    '31 tests passed, 1 failed.',
    '31 of 31 tests passed.',
    '- ✅ 33 unit tests passed (`junit.xml`)',
  ])
    assert.match(supportOf(line, [ALL]), /CONTRADICTED R14$/, line)
  const [finding] = audit('# R\n\n40 passed, 3 skipped\n', [ALL]).findings
  assert.equal(finding?.against.document, 'reports/junit.xml')
  assert.equal(finding?.message, '“reports/junit.xml” counts 31 passed, 0 failed and 3 skipped')
})

test('suites, other files, plans, the past and several reports are not held against one report', () => {
  for (const line of [
    '12 unit tests passed.',
    '- `orders.test.ts`: 12 passed, 1 skipped',
    '12 tests passed in the previous release.',
    'We expect 40 passed, 0 skipped.',
    '- [ ] 40 passed, 0 skipped',
    '40 checks passed',
    'Of the reviewers 40 passed.',
    '12 passed, 0 failed; 14 passed, 1 failed',
  ])
    assert.doesNotMatch(supportOf(line, [ALL]), /S3|R14/, line)
  const two = [ALL, report('reports/e2e.xml', 9, 0, 1)]
  assert.doesNotMatch(supportOf('50 passed, 1 skipped', two), /S3|R14/)
  assert.doesNotMatch(supportOf('9 tests passed.', two), /S3|R14/)
})

test('of several reports the whole account of one, or the sum of all, is enough', () => {
  const two = [ALL, report('reports/e2e.xml', 9, 0, 1)]
  assert.equal(supportOf('9 passed, 1 skipped', two), 'S3 SUPPORTED')
  assert.equal(supportOf('40 passed, 4 skipped', two), 'S3 SUPPORTED')
  assert.match(supportOf('- ✅ 8 passed, 1 skipped (`reports/e2e.xml`)', two), /R14$/)
})

test('honest reports stay silent beside a test report that no sentence of theirs names', () => {
  const folder = new URL('../../test/reports/honest/', import.meta.url)
  const names = readdirSync(folder)
  assert.ok(names.length >= 24)
  const others = [ALL, report('reports/e2e.xml', 9, 0, 1)]
  for (const name of names)
    assert.deepEqual(audit(readFileSync(new URL(name, folder), 'utf8'), others).findings, [], name)
})
