// Honest bundles: whole, with or without trust, and with whatever verdict their evidence gives.
import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { test } from 'node:test'
import { base64Of, utf8Bytes } from '../kernel/index.ts'
import { keyIdOf } from '../proof/index.ts'
import { aBundle, freshBundleKeys } from '../../test/bundle.ts'
import type { BuiltBundle } from '../../test/bundle.ts'
import { nodeDigest } from '../../test/crypto.ts'
import {
  exitCodeOfReport,
  headlineOfReport,
  parseTrustText,
  renderVerifyReport,
  verifyBundle,
} from './index.ts'
import type { TrustInput, VerifyReport } from './index.ts'
import { nodeVerifyPorts } from './node.ts'

const keys = freshBundleKeys()
const fails = { exitCode: 1, stdout: 'rows: 0\n' }
const passes = { exitCode: 0, stdout: 'rows: 42\n' }

function verifyTrusting(built: BuiltBundle, text: string | Uint8Array): Promise<VerifyReport> {
  const parsed = parseTrustText(nodeDigest, typeof text === 'string' ? utf8Bytes(text) : text)
  assert.ok(parsed.ok, JSON.stringify(parsed))
  return verifyBundle(built.bytes, { ports: nodeVerifyPorts, trust: parsed.value })
}

test('an honest bundle is intact with the trust file, the key or its id, and of unknown signer without', async () => {
  const built = await aBundle({ keys })
  const spki = base64Of(keys.plane.publicKey)
  const pem = createPublicKey({
    key: Buffer.from(keys.plane.publicKey),
    format: 'der',
    type: 'spki',
  }).export({ format: 'pem', type: 'spki' })
  for (const trust of [built.trustBytes, spki, pem, keyIdOf(nodeDigest, keys.plane.publicKey)]) {
    const report = await verifyTrusting(built, trust)
    assert.deepEqual([report.verdict, report.findings, report.release], ['INTACT', [], 'GO'])
    assert.equal(exitCodeOfReport(report), 0)
  }
  const report = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.deepEqual(
    [report.verdict, report.findings, report.release],
    ['INTACT_SIGNER_UNKNOWN', [], 'GO'],
  )
  assert.equal(exitCodeOfReport(report), 12)
  assert.match(report.notProven.join('\n'), /Whose key signed this/)
})

test('everything in an honest bundle is counted as checked', async () => {
  const built = await aBundle({ keys })
  const { checked } = await verifyTrusting(built, built.trustBytes)
  assert.deepEqual(checked, {
    files: 19,
    bytes: built.bytes.length,
    statements: 6,
    signatures: 8,
    entries: 10,
    inclusionProofs: 10,
    commitments: 10,
    erased: 0,
    undisclosed: 0,
    gates: 2,
    gateRuns: 2,
    assertions: 2,
    signOffs: 2,
    persons: 2,
    changes: 0,
    decisions: 1,
  })
})

test('a bundle by strangers is INVALID to whoever trusts somebody else', async () => {
  const strangers = await aBundle()
  const honest = await aBundle({ keys })
  for (const trust of [honest.trustBytes, base64Of(keys.plane.publicKey)]) {
    const report = await verifyTrusting(strangers, trust)
    assert.deepEqual(
      [report.verdict, report.release, report.decision],
      ['INVALID', 'INVALID', null],
    )
    assert.deepEqual(
      report.findings.map((finding) => finding.code),
      ['VERIFY_SIGNER_UNTRUSTED'],
    )
    assert.equal(exitCodeOfReport(report), 40)
  }
})

test('with a trust file the keys that the bundle brings do not count', async () => {
  const stranger = freshBundleKeys()
  const built = await aBundle({ keys: { ...keys, runner: stranger.runner } })
  const honest = await aBundle({ keys })
  const alone = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.equal(alone.verdict, 'INTACT_SIGNER_UNKNOWN')
  const report = await verifyTrusting(built, honest.trustBytes)
  assert.equal(report.verdict, 'INVALID')
  assert.ok(report.findings.every((finding) => finding.code === 'VERIFY_KEY_UNTRUSTED'))
})

test('an honest bundle proves a No-Go as well as a Go', async () => {
  const cases: readonly (readonly [Parameters<typeof aBundle>[0], string, string])[] = [
    [{ command: fails }, 'NO_GO', 'FAIL'],
    [{ command: fails, retry: passes }, 'GO', 'PASS'],
    [{ command: passes, retry: fails }, 'NO_GO', 'FAIL'],
    [{ signOffs: ['APPROVE', 'REJECT'] }, 'NO_GO', 'PASS'],
    [{ signOffs: ['APPROVE'] }, 'NOT_READY', 'PASS'],
    [{ command: { exitCode: 0, stdout: 'nothing to read\n' } }, 'NO_GO', 'INCONCLUSIVE'],
  ]
  for (const [changes, verdict, status] of cases) {
    const built = await aBundle({ keys, ...changes })
    const report = await verifyTrusting(built, built.trustBytes)
    assert.deepEqual([report.verdict, report.findings], ['INTACT', []], JSON.stringify(changes))
    assert.deepEqual([report.release, report.decision?.gates[0]?.status], [verdict, status])
    assert.ok(verdict === 'GO' || (report.decision?.reasons.length ?? 0) > 0)
  }
})

test('a bundle proves that a decision was INVALID, and the exit code says so', async () => {
  const built = await aBundle({
    keys,
    inputs: (inputs) => ({
      ...inputs,
      integrity: { ok: false, findings: ['entry 3 was changed'] },
    }),
  })
  const report = await verifyTrusting(built, built.trustBytes)
  assert.deepEqual(
    [report.verdict, report.release, exitCodeOfReport(report)],
    ['INTACT', 'INVALID', 40],
  )
  assert.match(renderVerifyReport(report), /^INTACT, DECISION INVALID: /)
  const unknown = await verifyBundle(built.bytes, { ports: nodeVerifyPorts })
  assert.equal(unknown.verdict, 'INTACT_SIGNER_UNKNOWN')
  assert.equal(headlineOfReport(unknown), 'INTACT_DECISION_INVALID')
  assert.match(renderVerifyReport(unknown), /To know whose it is/)
})

test('entries that are left out, closed payloads and unrecorded attempts are named as not proven', async () => {
  const silent = await aBundle({
    keys,
    // A ledger of a version that did not count its entries.
    numberOf: () => undefined,
    entries: (all) =>
      all.filter((entry) => entry.seq !== 6).map(({ seq, leaf, proof }) => ({ seq, leaf, proof })),
  })
  const report = await verifyTrusting(silent, silent.trustBytes)
  assert.deepEqual([report.verdict, report.findings], ['INTACT', []])
  assert.match(report.notProven.join('\n'), /positions of the ledger are left out/)
  assert.match(report.notProven.join('\n'), /payload is not disclosed/)
  assert.doesNotMatch(report.proven.join('\n'), /was left out/)
  const begun = await aBundle({
    keys,
    facts: (facts) =>
      facts.flatMap((fact) => (fact.type === 'run.finished' ? [begunAgain(facts), fact] : [fact])),
  })
  const crashed = await verifyTrusting(begun, begun.trustBytes)
  assert.equal(crashed.verdict, 'INTACT')
  assert.match(
    crashed.notProven.join('\n'),
    /attempt 2 of "release\/migration" began \(entry \d+\) and no result/,
  )
})

function begunAgain<F extends { readonly type: string; readonly payload: unknown }>(
  facts: readonly F[],
): F {
  const intended = facts.find((fact) => fact.type === 'gate.intended')
  assert.ok(intended)
  return { ...intended, payload: { ...(intended.payload as object), attempt: 2 } }
}

test('trust that is neither file nor key is refused with what was expected', () => {
  for (const text of [
    '',
    'hello',
    '{}',
    '{"format":"seaworthy-trust/1"}',
    'AAAA',
    '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----',
    'ab'.repeat(31),
  ]) {
    const parsed = parseTrustText(nodeDigest, utf8Bytes(text))
    assert.ok(!parsed.ok, text)
    assert.match(parsed.reason, /expected/)
  }
  assert.equal(parseTrustText(nodeDigest, new Uint8Array([0xff, 0xfe])).ok, false)
})

test('the report in words escapes what strangers wrote', async () => {
  const trust: TrustInput = { kind: 'key', keyId: '0'.repeat(64) }
  const report = await verifyBundle((await aBundle({ keys })).bytes, {
    ports: nodeVerifyPorts,
    trust,
  })
  const text = renderVerifyReport({ ...report, notProven: ['\u001b[2J\u202egreen'] })
  assert.match(text, /^INVALID/)
  assert.ok(text.includes('\\u{1b}[2J\\u{202e}green'))
  assert.ok(!/[\u0000-\u0009\u000b-\u001f\u202e]/.test(text))
})
