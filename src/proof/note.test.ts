// Notes, checkpoints and proof files against outside vectors, and against every small damage.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { readVector, VECTORS_MISSING, vectorsFolder } from '../../test/vectors.ts'
import { bytesOfBase64 } from '../kernel/index.ts'
import {
  formatCheckpoint,
  formatNoteKey,
  formatTlogProof,
  noteKeyOf,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseNoteKey,
  parseTlogProof,
  sealCheckpoint,
  signNote,
  verifyNote,
} from './index.ts'
import type { NoteKey } from './index.ts'

const origin = 'ships.example/ledger/7f3a'
const root = nodeDigest.sha256(new Uint8Array([7]))

function keysOf(texts: readonly string[]): NoteKey[] {
  return texts.map((text) => {
    const key = parseNoteKey(nodeDigest, text)
    assert.ok(key.ok, text)
    assert.equal(formatNoteKey(key.value), text)
    return key.value
  })
}

test('outside notes verify or are refused as marked', async (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vectors = JSON.parse(readVector(folder, 'notes/signed-note-vectors.json')) as NoteVectors
  for (const vector of vectors.valid) {
    const verified = await verifyNote(nodeVerifier, vector.note, keysOf(vector.vkeys))
    assert.ok(verified.ok, vector.note)
    assert.equal(verified.value.signers.length, vector.verified)
    assert.equal(verified.value.unverifiedCount, vector.unverified ?? 0)
  }
  for (const vector of vectors.reject) {
    const verified = await verifyNote(nodeVerifier, vector.note, keysOf(vector.vkeys))
    assert.ok(!verified.ok, vector.why)
  }
  for (const vector of vectors.reject_bytes_base64) {
    assert.ok(!parseNote(bytesOfBase64(vector.note_b64)).ok, vector.why)
  }
  for (const text of vectors.bad_vkeys) assert.ok(!parseNoteKey(nodeDigest, text).ok, text)
  assert.deepEqual(
    [vectors.valid.length, vectors.reject.length, vectors.bad_vkeys.length],
    [4, 10, 2],
  )
})

test('no part of a verifier key and no key with one character changed is accepted', () => {
  const text = formatNoteKey(
    noteKeyOf(nodeDigest, 'ships.example', testSigner('ed25519').publicKey),
  )
  assert.ok(parseNoteKey(nodeDigest, text).ok)
  let tried = 0
  for (let from = 0; from < text.length; from++) {
    for (let until = from + 1; until <= text.length; until++) {
      if (from === 0 && until === text.length) continue
      assert.ok(!parseNoteKey(nodeDigest, text.slice(from, until)).ok, text.slice(from, until))
      tried++
    }
    const changed =
      text.slice(0, from) + String.fromCharCode(text.charCodeAt(from) + 1) + text.slice(from + 1)
    assert.ok(!parseNoteKey(nodeDigest, changed).ok, changed)
  }
  assert.ok(tried > 1_000)
})

test('a sealed checkpoint opens with its key, and with no byte changed', async () => {
  const signer = testSigner('ed25519')
  const key = noteKeyOf(nodeDigest, origin, signer.publicKey)
  const note = await sealCheckpoint(nodeDigest, signer, { origin, size: 42, root })
  const opened = await openCheckpoint(nodeVerifier, note, key)
  assert.deepEqual(opened, { ok: true, value: { origin, size: 42, root } })
  const bytes = Buffer.from(note)
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 1 << (at % 8)
    const result = await openCheckpoint(nodeVerifier, damaged, key)
    assert.ok(!result.ok, `byte ${at}`)
  }
})

test('a checkpoint is not opened by a stranger, nor for another origin', async () => {
  const signer = testSigner('ed25519')
  const note = await sealCheckpoint(nodeDigest, signer, { origin, size: 1, root })
  const stranger = noteKeyOf(nodeDigest, origin, testSigner('ed25519').publicKey)
  const refusal = await openCheckpoint(nodeVerifier, note, stranger)
  assert.deepEqual(refusal, { ok: false, reason: 'expected a signature by a known key' })
  const text = formatCheckpoint({ origin: 'other.example/ledger/1', size: 1, root })
  const foreign = await signNote(nodeDigest, signer, origin, text)
  const opened = await openCheckpoint(
    nodeVerifier,
    foreign,
    noteKeyOf(nodeDigest, origin, signer.publicKey),
  )
  assert.ok(!opened.ok && opened.reason.includes('other.example/ledger/1'))
})

test('checkpoint texts of others are refused where marked, and where C2SP is stricter', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vectors = JSON.parse(
    readVector(folder, 'notes/checkpoint-parse-vectors.json'),
  ) as CheckpointVectors
  const stricter: string[] = []
  for (const vector of vectors.cases) {
    const parsed = parseCheckpoint(vector.input)
    if (vector.wantErr) assert.ok(!parsed.ok, vector.desc)
    else if (!parsed.ok) stricter.push(vector.desc)
  }
  // Their parser takes roots of any length and empty trailing lines; C2SP wants 32 bytes and no empty line.
  assert.deepEqual(stricter, [
    'valid one',
    'valid with different origin',
    'valid with trailing data',
    'valid with multiple trailing data lines',
    'valid with trailing newlines',
  ])
  assert.equal(vectors.cases.length, 12)
  const withExtension = parseCheckpoint(
    `${formatCheckpoint({ origin, size: 3, root })}an extension\n`,
  )
  assert.deepEqual(withExtension, { ok: true, value: { origin, size: 3, root } })
})

test('sizes have one spelling in checkpoints', () => {
  const text = formatCheckpoint({ origin, size: 7, root })
  for (const size of ['07', '+7', '7 ', '7.0', '', '9007199254740992', '0x7']) {
    assert.ok(!parseCheckpoint(text.replace('\n7\n', `\n${size}\n`)).ok, size)
  }
  assert.ok(parseCheckpoint(text).ok)
})

test('proof files are written and refused as the vectors have them', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const vectors = JSON.parse(readVector(folder, 'notes/tlog-proof-vectors.json')) as ProofVectors
  for (const vector of vectors.marshal) {
    const proof = {
      index: vector.index,
      hashes: vector.hashes.map(bytesOfBase64),
      checkpoint: vector.checkpoint,
      ...(vector.extra === undefined ? {} : { extra: bytesOfBase64(vector.extra) }),
    }
    assert.equal(formatTlogProof(proof), vector.expect)
    assert.deepEqual(parseTlogProof(vector.expect), { ok: true, value: proof })
  }
  for (const vector of vectors.reject) assert.ok(!parseTlogProof(vector.input).ok, vector.why)
  assert.deepEqual([vectors.marshal.length, vectors.reject.length], [3, 8])
})

test('names that could not be told apart in a note are no names', () => {
  const { publicKey } = testSigner('ed25519')
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u00a0b', 'a\u0001b', 'a\u2028b']) {
    assert.throws(() => noteKeyOf(nodeDigest, name, publicKey), RangeError, JSON.stringify(name))
  }
  assert.throws(
    () => noteKeyOf(nodeDigest, origin, testSigner('ecdsa-p256-sha256').publicKey),
    RangeError,
  )
})

interface NoteVectors {
  readonly valid: readonly {
    vkeys: string[]
    note: string
    verified: number
    unverified?: number
  }[]
  readonly reject: readonly { why: string; vkeys: string[]; note: string }[]
  readonly reject_bytes_base64: readonly { why: string; note_b64: string }[]
  readonly bad_vkeys: readonly string[]
}

interface CheckpointVectors {
  readonly cases: readonly { desc: string; input: string; wantErr: boolean }[]
}

interface ProofVectors {
  readonly marshal: readonly {
    index: number
    hashes: string[]
    extra?: string
    checkpoint: string
    expect: string
  }[]
  readonly reject: readonly { why: string; input: string }[]
}
