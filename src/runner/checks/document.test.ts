// Document checks on real files, and the ways out of a workspace.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { aFolder, aGate, runGate } from '../../../test/runner.ts'

test('a document check reads inside the workspace only', async (t) => {
  const folder = aFolder(t)
  const workspace = join(folder, 'work')
  mkdirSync(join(workspace, 'docs'), { recursive: true })
  writeFileSync(join(workspace, 'docs', 'runbook.md'), '# Rollback\n')
  writeFileSync(join(workspace, 'big.bin'), new Uint8Array(4 * 1024 * 1024 + 1))
  writeFileSync(join(folder, 'outside.md'), 'outside')
  symlinkSync(join(folder, 'outside.md'), join(workspace, 'link.md'))
  symlinkSync(folder, join(workspace, 'up'))
  const assertions = [{ read: { from: 'text' }, op: 'contains', value: 'Rollback' }] as const
  // [path, status, found, error]
  const table: readonly (readonly [string, string, boolean, boolean])[] = [
    ['docs/runbook.md', 'PASS', true, false],
    ['docs/missing.md', 'FAIL', false, false],
    ['docs/runbook.md/x', 'FAIL', false, false],
    ['../outside.md', 'ERROR', false, true],
    ['docs/../../outside.md', 'ERROR', false, true],
    ['/etc/hostname', 'ERROR', false, true],
    ['link.md', 'ERROR', false, true],
    ['up/outside.md', 'ERROR', false, true],
    ['docs', 'ERROR', false, true],
    ['big.bin', 'ERROR', false, true],
  ]
  for (const [path, status, found, hasError] of table) {
    const got = await runGate(aGate('doc', { type: 'document', path }, { assertions }), {
      workspace,
    })
    assert.ok(got.capture.kind === 'document')
    const outcome = [path, got.judgement.status, got.capture.found, got.capture.error !== undefined]
    assert.deepEqual(outcome, [path, status, found, hasError])
  }
  const without = await runGate(
    aGate('doc', { type: 'document', path: 'docs/runbook.md' }, { assertions }),
  )
  assert.equal(without.judgement.status, 'ERROR')
})
