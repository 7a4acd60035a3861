// Holds our own release checklist to what we ask of others: sound, planned from these very bytes, and no gate that is a tick.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { importChecklist } from '../src/gates/import.ts'
import { parsePlanFile } from '../src/gates/plan-file.ts'
import { nodeDigest } from './crypto.ts'

const readOwn = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`../release/${name}`, import.meta.url)))

test('our own checklist has no finding of the lint, and its plan was made from it as it is', () => {
  const imported = importChecklist(readOwn('checklist.md'), 'checklist.md', nodeDigest)
  const plan = parsePlanFile(readOwn('plan.yaml'), 'release/plan.yaml')
  assert.deepEqual(imported.findings, [])
  const digest = Buffer.from(nodeDigest.sha256(readOwn('checklist.md'))).toString('hex')
  assert.equal(plan.source.sha256, `sha256:${digest}`)
  assert.deepEqual(
    plan.gates.map(({ id }) => id),
    imported.gates.map(({ id }) => id),
  )
})

test('each gate of our own release asserts something, fills its box, and asks no person', () => {
  const { gates, version } = parsePlanFile(readOwn('plan.yaml'), 'release/plan.yaml')
  assert.ok(gates.length >= 10)
  for (const { id, check, assertions, toggles, severity } of gates) {
    assert.ok(check.type !== 'manual' && check.type !== 'unsupported', `${id}: ${check.type}`)
    assert.equal(severity, 'required', id)
    const filled = assertions.flatMap(({ fills }) => fills ?? [])
    for (const toggle of toggles) assert.ok(filled.includes(toggle.id), `${id}: ${toggle.id}`)
  }
  const manifest: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  assert.equal(version, manifest.version)
})

test('the gate of the house expects as many checks as there are', () => {
  const source = readFileSync('tools/check.ts', 'utf8')
  const count = (source.match(/\bname: '[a-z ]+'/g) ?? []).length
  assert.ok(count >= 8)
  const { gates } = parsePlanFile(readOwn('plan.yaml'), 'release/plan.yaml')
  const expected = gates
    .flatMap(({ assertions }) => assertions)
    .find(({ value }) => String(value).endsWith('checks passed'))
  assert.equal(expected?.value, `${count} of ${count} checks passed`)
})
