// Holds this repository to the rules of the house that a machine can check.
import assert from 'node:assert/strict'
import test from 'node:test'
import { inspectTree, renderTidy } from '../tools/tidy.ts'
import { readTree } from '../tools/tidy/project.ts'

test('the source tree keeps every rule of the house', (t) => {
  const report = inspectTree(readTree(process.cwd()))
  t.diagnostic(renderTidy({ ...report, findings: [] }))
  assert.equal(report.findings.length, 0, renderTidy(report))
})
