// What a release is called when only the checklist says so.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import { nameRelease } from './naming.ts'

function nameOf(...lines: string[]): string {
  const text = [...lines, '', '- [ ] gate', '', '**Environment:** late', ''].join('\n')
  const imported = importChecklist(utf8Bytes(text), 'my-list.md', nodeDigest)
  const { service, version, environment } = nameRelease(imported, {})
  return `${service}@${version} for ${environment}`
}

test('service and version come from front matter, else from the title, else from the file name', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['---\nservice: a\nversion: 9.9\n---\n# Payments 1.2', 'a@9.9'],
    ['# Payments API v2.7.1', 'payments-api@v2.7.1'],
    ['# Release Checklist: Payments API v2.7.1', 'payments-api@v2.7.1'],
    ['# 🚀 Payments API – Release Checklist v2.7.1', 'payments-api@v2.7.1'],
    ['# Release checklist for the billing service 2.0', 'billing-service@2.0'],
    ['# Release Checklist v1.2', 'my-list@v1.2'],
    ['# What we all must do before 1.2', 'my-list@1.2'],
    ['# Payments API', 'my-list@unversioned'],
    ['# Payments API\n\n**Version:** v3.1.0 | **Owner:** me', 'my-list@v3.1.0'],
    ['# Payments API vX.Y.Z', 'my-list@unversioned'],
  ]
  for (const [head, expected] of rows)
    assert.deepEqual([head, nameOf(head)], [head, `${expected} for production`])
})

test('the environment is read from the head as a plain lower-case word, and only from the head', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['**Environment:** Production', 'production'],
    ['Environment: staging', 'staging'],
    ['- **Env:** Pre Production (EU)', 'pre-production'],
    ['**Owner:** me | **Environment:** `QA`', 'qa'],
    ['Environment: staging, then canary', 'production'],
    ['Environment: <ENV>', 'production'],
    ['Environment: ____', 'production'],
    ['nothing', 'production'],
  ]
  for (const [line, expected] of rows) {
    const shown = nameOf('# X 1.0', '', line)
    assert.deepEqual([line, shown], [line, `x@1.0 for ${expected}`])
  }
})

test('a checklist that names no version is told to give one', () => {
  const findingOf = (...lines: string[]): unknown[] => {
    const imported = importChecklist(utf8Bytes(lines.join('\n')), 'my-list.md', nodeDigest)
    return imported.findings
      .filter((finding) => finding.rule === 'version-unnamed')
      .map(({ line, level, message }) => [line, level, message.split(',')[0]])
  }
  const message = 'The checklist names no version: give --release-version'
  assert.deepEqual(findingOf('# A', '- [ ] b'), [[1, 'note', `${message}.`]])
  assert.deepEqual(findingOf('# A', '- [ ] Tag vX.Y.Z'), [[2, 'warning', message]])
  assert.deepEqual(findingOf('# A 1.0', '- [ ] Tag vX.Y.Z'), [])
})
