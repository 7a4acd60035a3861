// Holds our own release checklist to what we ask of others: sound, planned from these very bytes, and no gate that is a tick.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
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
  assert.ok(gates.length >= 36)
  for (const { id, check, assertions, toggles, severity } of gates) {
    assert.ok(check.type !== 'manual' && check.type !== 'unsupported', `${id}: ${check.type}`)
    assert.equal(severity, 'required', id)
    const filled = assertions.flatMap(({ fills }) => fills ?? [])
    for (const toggle of toggles) assert.ok(filled.includes(toggle.id), `${id}: ${toggle.id}`)
  }
  const manifest: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  assert.equal(version, manifest.version)
})

/** What the control plane promises, by the end of the gate that asks the served candidate for it. */
const CAPABILITIES = [
  'it-lives-and-is-ready',
  'its-document-is-openapi-3-1-and-it-answers-as-the-document-says',
  'a-role-may-no-more-than-it-says-and-a-tenant-sees-nothing-of-another',
  'a-revoked-key-opens-nothing-any-more',
  'the-audit-log-has-what-was-done-and-refused-no-secret-and-a-chain-that-verifies',
  'one-change-that-is-sent-many-times-is-done-once',
  'high-risk-takes-a-second-person',
  'a-job-is-carried-out-and-one-that-fails-lies-among-the-dead',
  'a-delivery-arrives-signed-and-one-that-was-given-up-when-it-is-sent-again',
  'a-channel-is-proven-and-a-message-arrives-over-it-once',
  'people-sign-in-with-an-issuer-and-a-session-that-is-over-opens-nothing',
  'a-token-of-five-minutes-verifies-elsewhere-and-forged-ones-open-nothing',
  'what-is-acknowledged-is-read-at-once-by-its-own-tenant-alone',
  'the-ledger-computes-again-from-its-tiles-and-checkpoints-continue-each-other',
  'a-release-is-certified-to-a-go-and-its-bundle-verifies-until-a-byte-is-altered',
  'who-watches-is-told-each-change-once-and-nothing-more-once-the-key-is-revoked',
  'one-request-is-followed-through-append-job-and-delivery-and-counted',
  'a-receiver-that-fails-is-left-in-peace-and-no-other-notices',
]

test('each capability of the control plane has a gate that asks the served candidate and counts', () => {
  const { gates } = parsePlanFile(readOwn('plan.yaml'), 'release/plan.yaml')
  const section = gates.filter(({ section: name }) => name === 'What the candidate can do')
  assert.deepEqual(
    section.map(({ id }) => id.split('/').at(-1)),
    CAPABILITIES,
  )
  for (const { id, check, parameters, assertions } of section) {
    assert.ok(parameters.includes('CANDIDATE_URL'), id)
    if (check.type === 'command') {
      const script = /^node release\/candidate\.js ([a-z-]+)$/.exec(check.script)?.[1]
      assert.ok(script !== undefined && existsSync(`release/candidate/${script}.ts`), id)
    }
    const counts = assertions.filter(({ op, value }) => op !== 'le' && Number(value) >= 1)
    assert.ok(counts.length > 0 || check.type === 'http', `${id} counts what it looked at`)
  }
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
