// Envelopes and statements: outside vectors, one spelling only, every signed byte counts.
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { readVector, VECTORS_MISSING, vectorsFolder } from '../../test/vectors.ts'
import { bytesOfBase64, canonicalBytes, utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { ContentDigest, Signer } from '../kernel/index.ts'
import {
  algorithmOfKey,
  buildStatement,
  encodePae,
  keyIdOf,
  parseEnvelope,
  parseStatement,
  PREDICATE_TYPES,
  releaseDigestOf,
  sealStatement,
  STATEMENT_TYPE,
  subjectsOf,
  verifyEnvelope,
} from './index.ts'
import type { GateRunPredicate, StatementKey } from './index.ts'

const digestOf = (name: string): ContentDigest => `sha256:${keyIdOf(nodeDigest, utf8Bytes(name))}`
const release = {
  service: 'harbour',
  version: '2.1.0',
  digests: { release: releaseDigestOf(nodeDigest, 'harbour', '2.1.0', 'staging') },
}
const gateRun: GateRunPredicate = {
  run: 'run-1',
  gate: 'ledger/migration',
  attempt: 1,
  definition: digestOf('gate'),
  plan: digestOf('plan'),
  environment: 'staging',
  runner: { id: 'runner-1', version: '0.1.0' },
  startedAt: '2026-11-21T10:00:00.000Z',
  finishedAt: '2026-11-21T10:00:01.250Z',
  evidence: [
    { name: 'capture', digest: digestOf('capture'), mediaType: 'application/json', sizeBytes: 120 },
  ],
}

function statementKey(signer: Signer): StatementKey {
  return {
    keyId: keyIdOf(nodeDigest, signer.publicKey),
    algorithm: signer.algorithm,
    publicKey: signer.publicKey,
  }
}

test('the encoding and the signature of the public DSSE vector are reproduced', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vector = JSON.parse(readVector(folder, 'dsse/dsse-vector.json')) as DsseVector
  const pae = encodePae(vector.payloadType, utf8Bytes(vector.payloadUtf8))
  assert.equal(utf8Text(pae), vector.pae)
  const coordinate = (decimal: string): string =>
    Buffer.from(BigInt(decimal).toString(16).padStart(64, '0'), 'hex').toString('base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: coordinate(vector.key.x), y: coordinate(vector.key.y) }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const raw = bytesOfBase64(vector.envelope.signatures[0]!.sig)
  // The vector signs raw r||s; the house and Sigstore use DER.
  assert.ok(verify('sha256', pae, { key, dsaEncoding: 'ieee-p1363' }, raw))
})

test('lengths in the encoding are bytes, not characters', () => {
  assert.equal(utf8Text(encodePae('é', utf8Bytes('€'))), 'DSSEv1 2 é 3 €')
})

test('a sealed statement of either algorithm verifies, reads back and is named by its bytes', async () => {
  for (const algorithm of ['ecdsa-p256-sha256', 'ed25519'] as const) {
    const signer = testSigner(algorithm)
    assert.equal(algorithmOfKey(signer.publicKey), algorithm)
    const sealed = await sealStatement(
      nodeDigest,
      signer,
      buildStatement('gate-run', subjectsOf(release), gateRun),
    )
    assert.equal(sealed.id, `sha256:${keyIdOf(nodeDigest, sealed.bytes)}`)
    const envelope = parseEnvelope(sealed.bytes)
    assert.ok(envelope.ok)
    const key = statementKey(signer)
    assert.equal(
      await verifyEnvelope(nodeVerifier, envelope.value, [
        statementKey(testSigner(algorithm)),
        key,
      ]),
      key,
    )
    const statement = parseStatement(envelope.value.payload)
    assert.deepEqual(statement, {
      ok: true,
      value: { kind: 'gate-run', subject: subjectsOf(release), predicate: gateRun },
    })
  }
})

test('no byte of an envelope can change', async () => {
  const signer = testSigner('ecdsa-p256-sha256')
  const { bytes } = await sealStatement(
    nodeDigest,
    signer,
    buildStatement('gate-run', subjectsOf(release), gateRun),
  )
  let refusedCount = 0
  for (let at = 0; at < bytes.length; at++) {
    const damaged = bytes.slice()
    damaged[at]! ^= 1 << (at % 8)
    const envelope = parseEnvelope(damaged)
    const isRefused =
      !envelope.ok ||
      (await verifyEnvelope(nodeVerifier, envelope.value, [statementKey(signer)])) === undefined
    assert.ok(isRefused, `byte ${at}`)
    refusedCount++
  }
  assert.ok(refusedCount > 1_000)
})

test('envelopes have one spelling and at least one signature', async () => {
  const { bytes } = await sealStatement(nodeDigest, testSigner('ed25519'), { any: 'thing' })
  const text = utf8Text(bytes)
  assert.ok(parseEnvelope(bytes).ok)
  const others = [
    ` ${text}`,
    `${text}\n`,
    text.replace('{', '{"extra":1,'),
    text.replace('"payload":', '"payload" :'),
    '[]',
    '',
  ]
  for (const other of others) assert.ok(!parseEnvelope(utf8Bytes(other)).ok, other)
  const unsigned = canonicalBytes({ payload: '', payloadType: 'x', signatures: [] })
  assert.ok(!parseEnvelope(unsigned).ok)
})

test('a statement with a key too many, a key missing or a value of the wrong kind is refused', () => {
  const good = { ...buildStatement('gate-run', subjectsOf(release), gateRun) }
  const reasonOf = (statement: unknown): string => {
    const parsed = parseStatement(canonicalBytes(statement))
    return parsed.ok ? 'accepted' : parsed.reason
  }
  assert.equal(reasonOf(good), 'accepted')
  const { gate: _gate, ...withoutGate } = gateRun
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ ...good, more: 1 }, /no "more"/],
    [{ ...good, _type: 'https://in-toto.io/Statement/v0.1' }, /statement type/],
    [{ ...good, subject: [] }, /subjects, got 0/],
    [{ ...good, subject: [{ name: 'x', digest: { sha256: 'AB'.repeat(32) } }] }, /64 hexadecimal/],
    [{ ...good, predicateType: PREDICATE_TYPES.decision }, /"/],
    [{ ...good, predicateType: PREDICATE_TYPES.claims }, /known predicate type/],
    [{ ...good, predicate: withoutGate }, /"gate"/],
    [{ ...good, predicate: { ...gateRun, status: 'PASS' } }, /no "status"/],
    [{ ...good, predicate: { ...gateRun, attempt: 1.5 } }, /attempt/],
    [{ ...good, predicate: { ...gateRun, plan: 'plan' } }, /plan/],
    [{ ...good, predicate: { ...gateRun, startedAt: '2026-02-30T10:00:00.000Z' } }, /startedAt/],
    [{ ...good, predicate: { ...gateRun, startedAt: '2026-02-28T10:00:00Z' } }, /startedAt/],
    [
      { ...good, predicate: { ...gateRun, evidence: [gateRun.evidence[0], gateRun.evidence[0]] } },
      /once/,
    ],
    [[good], /object/],
  ]
  for (const [statement, reason] of cases) assert.match(reasonOf(statement), reason)
})

test('sign-offs, approvals and decisions read back as they were built', () => {
  const at = '2026-11-21T12:00:00.000Z'
  const signOff = {
    release: 'harbour@2.1.0',
    run: 'run-1',
    role: 'SRE',
    principal: 'p-1',
    decision: 'APPROVE',
    reviewHash: digestOf('r'),
    at,
    comment: '',
  } as const
  const approval = { what: 'plan', digest: digestOf('plan'), principal: 'p-1', at } as const
  const decision = {
    release: 'harbour@2.1.0',
    run: 'run-1',
    plan: digestOf('plan'),
    inputs: digestOf('i'),
    reviewHash: digestOf('r'),
    decisionHash: digestOf('d'),
    verdict: 'GO',
    raw: 'GO',
    asOf: at,
    expiresAt: at,
  } as const
  const subject = subjectsOf(release)
  const built = [
    ['sign-off', buildStatement('sign-off', subject, signOff), signOff],
    ['approval', buildStatement('approval', subject, approval), approval],
    ['decision', buildStatement('decision', subject, decision), decision],
  ] as const
  for (const [kind, statement, predicate] of built) {
    assert.deepEqual(parseStatement(canonicalBytes(statement)), {
      ok: true,
      value: { kind, subject, predicate },
    })
  }
})

test('subjects name the release or the artefact, sorted, with the commit when there is one', () => {
  const sha256 = 'ab'.repeat(32)
  const subjects = subjectsOf({
    ...release,
    digests: { 'b.tgz': `sha256:${sha256}`, 'a.tgz': sha256 },
    commit: 'c0ffee',
  })
  assert.deepEqual(subjects, [
    { name: 'a.tgz', digest: { sha256, gitCommit: 'c0ffee' } },
    { name: 'b.tgz', digest: { sha256, gitCommit: 'c0ffee' } },
  ])
  assert.equal(subjectsOf(release)[0]!.name, 'harbour@2.1.0')
  assert.throws(() => subjectsOf({ ...release, digests: {} }), RangeError)
})

test('statements of other producers are refused by their predicate type, not misread', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vectors = JSON.parse(readVector(folder, 'dsse/in-toto-statements.json')) as {
    statements: { statement: ForeignStatement }[]
  }
  for (const { statement } of vectors.statements) {
    assert.equal(statement._type, STATEMENT_TYPE)
    assert.ok(!parseStatement(canonicalBytes(statement)).ok)
    const retyped = { ...statement, predicateType: PREDICATE_TYPES['gate-run'] }
    assert.ok(!parseStatement(canonicalBytes(retyped)).ok)
  }
  assert.equal(vectors.statements.length, 8)
})

interface DsseVector {
  readonly payloadUtf8: string
  readonly payloadType: string
  readonly pae: string
  readonly key: { readonly x: string; readonly y: string }
  readonly envelope: { readonly signatures: readonly { readonly sig: string }[] }
}

interface ForeignStatement {
  readonly _type: string
  readonly predicateType: string
}
