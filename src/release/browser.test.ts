// What a browser signs is what the command line signs: the same statement, in a form that Node and the control plane take.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { aGate, aPlan } from '../../test/decisions.ts'
import { SeaworthyError, utf8Text } from '../kernel/index.ts'
import {
  algorithmOfKey,
  keyIdOf,
  parseEnvelope,
  parseStatement,
  releaseDigestOf,
  signerIdOf,
  verifyEnvelope,
} from '../proof/index.ts'
import { sealPlanReview } from '../gates/signed-review.ts'
import { planHashOf } from '../verdict/index.ts'
import { keyIdFor, makeHeldKey, signerOf } from './browser.ts'
import { sealChange, sealSignOff } from './signed-word.ts'

const review = {
  release: 'sloop@1.0.0',
  runId: 'run-1',
  reviewHash: `sha256:${'ab'.repeat(32)}`,
  subject: {
    service: 'sloop',
    version: '1.0.0',
    environment: 'staging',
    digests: { 'sloop.tgz': 'cd'.repeat(32) },
    commit: 'c0ffee',
  },
} as const
const word = { role: 'Captain', decision: 'APPROVE', comment: 'calm sea', atMs: 0 } as const

test('a key of a browser cannot be read, and its sign-off verifies and says what was seen', async () => {
  const held = await makeHeldKey()
  await assert.rejects(crypto.subtle.exportKey('pkcs8', held.privateKey), /extractable/)
  assert.equal(algorithmOfKey(held.publicKey), 'ecdsa-p256-sha256')
  const signer = signerOf(held)
  const keyId = keyIdOf(nodeDigest, held.publicKey)
  const key = { keyId, algorithm: signer.algorithm, publicKey: held.publicKey }
  for (let at = 0; at < 64; at++) {
    const sealed = await sealSignOff({ digest: nodeDigest, signer }, review, { ...word, atMs: at })
    const envelope = parseEnvelope(sealed.bytes)
    assert.ok(envelope.ok)
    assert.equal(await verifyEnvelope(nodeVerifier, envelope.value, [key]), key)
    const statement = parseStatement(envelope.value.payload)
    assert.ok(statement.ok && statement.value.kind === 'sign-off')
    assert.deepEqual(statement.value.subject, [
      { name: 'sloop.tgz', digest: { sha256: 'cd'.repeat(32), gitCommit: 'c0ffee' } },
    ])
    assert.deepEqual(statement.value.predicate, {
      release: 'sloop@1.0.0',
      run: 'run-1',
      role: 'Captain',
      principal: `person-${keyId.slice(0, 16)}`,
      decision: 'APPROVE',
      reviewHash: review.reviewHash,
      at: new Date(at).toISOString(),
      comment: 'calm sea',
    })
  }
})

test('a review of a plan is over its hash, about the release that the plan is for', async () => {
  const signer = signerOf(await makeHeldKey())
  const terms = { digest: nodeDigest, signer }
  const plan = aPlan([aGate({ id: 'calm' })], {
    service: 'sloop',
    version: '1.0.0',
    environment: 'staging',
  })
  const planHash = planHashOf(nodeDigest, plan)
  const sealed = await sealPlanReview(terms, { plan, planHash }, 0)
  const envelope = parseEnvelope(sealed.bytes)
  assert.ok(envelope.ok)
  const statement = parseStatement(envelope.value.payload)
  assert.ok(statement.ok && statement.value.kind === 'approval')
  const sha256 = releaseDigestOf(nodeDigest, 'sloop', '1.0.0', 'staging')
  assert.deepEqual(statement.value.subject, [{ name: 'sloop@1.0.0', digest: { sha256 } }])
  assert.deepEqual(statement.value.predicate, {
    what: 'plan',
    digest: planHash,
    principal: signerIdOf(terms),
    at: '1970-01-01T00:00:00.000Z',
  })
  // A server that shows a harmless plan and names the hash of another one gets no signature.
  const shown = { ...plan, gates: [aGate({ id: 'calm', title: 'Something harmless' })] }
  await assert.rejects(
    sealPlanReview(terms, { plan: shown, planHash }, 0),
    (error: unknown) => error instanceof SeaworthyError && error.code === 'GATES_PLAN_DIFFERS',
  )
})

test('a change of a register is for one service of one ledger, and what has no exact form is not signed', async () => {
  const signer = testSigner('ecdsa-p256-sha256')
  const place = { service: 'sloop', audience: 'ledger.example/1', atMs: 0 }
  const change = { kind: 'approved', id: 'W1', statement: review.reviewHash }
  const terms = { digest: nodeDigest, signer }
  await assert.rejects(sealChange(terms, place, { ...change, note: undefined }), {
    code: 'CANONICAL_VALUE_REFUSED',
  })
  const sealed = await sealChange(terms, place, change)
  const envelope = parseEnvelope(sealed.bytes)
  assert.ok(envelope.ok)
  const { predicate } = JSON.parse(utf8Text(envelope.value.payload)) as { predicate: object }
  assert.deepEqual(predicate, {
    what: 'change',
    service: 'sloop',
    audience: 'ledger.example/1',
    principal: `person-${keyIdOf(nodeDigest, signer.publicKey).slice(0, 16)}`,
    at: '1970-01-01T00:00:00.000Z',
    change: { kind: 'approved', id: 'W1', statement: review.reviewHash },
  })
})

test('a key that was made before its person might speak in a role is not the one that signs in it', () => {
  const key = { keyId: 'ab12', roles: ['Captain'] }
  const signsAs = ['Captain', 'Pilot']
  assert.equal(keyIdFor({ signsAs }, key, 'Captain'), 'ab12')
  assert.equal(keyIdFor({ signsAs }, key, 'Pilot'), undefined)
  assert.equal(keyIdFor({ signsAs }, key), 'ab12')
  assert.equal(keyIdFor({ signsAs }, undefined, 'Captain'), undefined)
  // A new key would have no more roles than this one.
  assert.equal(keyIdFor({ signsAs: ['Captain'] }, key, 'Pilot'), 'ab12')
})
