// What openssl alone made of our formats' specifications: the house reads it, and refuses it with any byte changed.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier } from '../../test/crypto.ts'
import { bytesOfBase64, bytesOfHex, hexOf, utf8Bytes } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import {
  algorithmOfKey,
  hashLeaf,
  keyIdOf,
  merkleRoot,
  openCheckpoint,
  parseEnvelope,
  parseNoteKey,
  parseTlogProof,
  parseStatement,
  verifyCommitment,
  verifyConsistency,
  verifyEnvelope,
  verifyInclusion,
} from './index.ts'
import type { NoteKey } from './index.ts'

interface TreeVector {
  readonly data: readonly string[]
  readonly leaves: readonly string[]
  readonly rootOfFour: string
  readonly root: string
  readonly index: number
  readonly proof: readonly string[]
  readonly consistency: readonly string[]
}

const FOLDER = new URL('../../test/vectors/openssl/', import.meta.url)
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, FOLDER)))
const textOf = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8')
const tree = JSON.parse(textOf('tree.json')) as TreeVector
const root = bytesOfHex(tree.root)

function noteKey(): NoteKey {
  const key = parseNoteKey(nodeDigest, textOf('checkpoint.vkey').trimEnd())
  assert.ok(key.ok)
  return key.value
}

/** The same bytes with one bit of one byte turned, once for every byte. */
function* changedOnce(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at++) {
    const changed = Uint8Array.from(bytes)
    changed[at]! ^= 1
    yield changed
  }
}

test('leaves, roots and proofs are those that openssl computes', () => {
  const hashes = tree.data.map((text) => hashLeaf(nodeDigest, utf8Bytes(text)))
  assert.deepEqual(hashes.map(hexOf), tree.leaves)
  assert.equal(hashes.length, 5)
  assert.equal(hexOf(merkleRoot(nodeDigest, hashes)), tree.root)
  assert.equal(hexOf(merkleRoot(nodeDigest, hashes.slice(0, 4))), tree.rootOfFour)
  const claim = {
    seq: tree.index,
    size: 5,
    root,
    leafHash: hashes[tree.index]!,
    proof: tree.proof.map(bytesOfHex),
  }
  assert.ok(verifyInclusion(nodeDigest, claim))
  assert.ok(!verifyInclusion(nodeDigest, { ...claim, seq: 1 }))
  assert.ok(!verifyInclusion(nodeDigest, { ...claim, proof: claim.proof.slice(1) }))
  const grown = {
    size1: 4,
    root1: bytesOfHex(tree.rootOfFour),
    size2: 5,
    root2: root,
    proof: tree.consistency.map(bytesOfHex),
  }
  assert.ok(verifyConsistency(nodeDigest, grown))
  assert.ok(!verifyConsistency(nodeDigest, { ...grown, root1: root }))
})

test('a checkpoint that openssl signed opens with its key, and with no byte changed', async () => {
  const note = bytesOf('checkpoint.note')
  const opened = await openCheckpoint(nodeVerifier, note, noteKey())
  assert.ok(opened.ok)
  assert.deepEqual(
    [opened.value.origin, opened.value.size, hexOf(opened.value.root)],
    ['openssl.example/ledger/harbour', 5, tree.root],
  )
  let refusedCount = 0
  for (const changed of changedOnce(note))
    if (!(await openCheckpoint(nodeVerifier, changed, noteKey())).ok) refusedCount++
  assert.equal(refusedCount, note.length)
})

test('a proof file put together by hand leads from its entry to the signed root', async () => {
  const proof = parseTlogProof(textOf('third.tlog-proof'))
  assert.ok(proof.ok)
  const { index, hashes, checkpoint } = proof.value
  const opened = await openCheckpoint(nodeVerifier, checkpoint, noteKey())
  assert.ok(opened.ok)
  const claim = (text: string): boolean =>
    verifyInclusion(nodeDigest, {
      seq: index,
      size: opened.value.size,
      root: opened.value.root,
      leafHash: hashLeaf(nodeDigest, utf8Bytes(text)),
      proof: hashes,
    })
  assert.deepEqual(tree.data.map(claim), [false, false, true, false, false])
})

test('an envelope that openssl signed is verified, and no changed payload, type or signature is', async () => {
  const publicKey = bytesOf('envelope.pub.der')
  const algorithm = algorithmOfKey(publicKey)
  assert.equal(algorithm, 'ecdsa-p256-sha256')
  const key = { keyId: keyIdOf(nodeDigest, publicKey), algorithm, publicKey }
  const envelope = parseEnvelope(bytesOf('envelope.json'))
  assert.ok(envelope.ok)
  assert.equal((await verifyEnvelope(nodeVerifier, envelope.value, [key]))?.keyId, key.keyId)
  const statement = parseStatement(envelope.value.payload)
  // A predicate of somebody else: the form is right, the house has no reading for it.
  assert.ok(!statement.ok && /predicate/i.test(statement.reason), JSON.stringify(statement))
  for (const payload of changedOnce(envelope.value.payload))
    assert.equal(
      await verifyEnvelope(nodeVerifier, { ...envelope.value, payload }, [key]),
      undefined,
    )
  const [signed] = envelope.value.signatures
  for (const signature of changedOnce(signed!.signature)) {
    const signatures = [{ ...signed!, signature }]
    assert.equal(
      await verifyEnvelope(nodeVerifier, { ...envelope.value, signatures }, [key]),
      undefined,
    )
  }
  const other = { ...envelope.value, payloadType: 'text/plain' }
  assert.equal(await verifyEnvelope(nodeVerifier, other, [key]), undefined)
})

test('a commitment that openssl made holds for its payload and salt alone', () => {
  const { salt, payload, c } = JSON.parse(textOf('commitment.json')) as {
    readonly salt: string
    readonly payload: Record<string, Json>
    readonly c: string
  }
  const holds = (saltHex: string, said: Json): boolean =>
    verifyCommitment(nodeDigest, { alg: 'HMAC-SHA256', c }, bytesOfHex(saltHex), said)
  assert.ok(bytesOfBase64(c).length === 32 && holds(salt, payload))
  assert.ok(!holds(salt, { ...payload, draught: 4.3 }))
  assert.ok(!holds(`00${salt.slice(2)}`, payload))
})
