// Leaves, entry bodies and payload commitments: exact layout, strict reading.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nodeDigest, testSigner } from '../../test/crypto.ts'
import { bytesOfHex, canonicalBytes, hexOf, utf8Bytes } from '../kernel/index.ts'
import {
  commitPayload,
  decodeLeaf,
  ed25519KeyOf,
  ed25519SpkiOf,
  encodeEntryBody,
  encodeLeaf,
  genesisLink,
  hashLeaf,
  LEAF_HEADER_BYTES,
  LEAF_LIMIT_BYTES,
  parseEntryBody,
  verifyCommitment,
} from './index.ts'
import type { EntryBody } from './index.ts'

const salt = new Uint8Array(32).fill(9)
const entry: EntryBody = {
  v: 1,
  id: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
  ts: '2026-11-21T10:00:00.000Z',
  type: 'sign-off.recorded',
  actor: 'p-1',
  subject: 'harbour@2.1.0',
  src: { producer: 'seaworthy', version: '0.1.0' },
  payload: commitPayload(nodeDigest, salt, { role: 'SRE' }),
  refs: [`sha256:${'ab'.repeat(32)}`],
}

test('a leaf has magic, position, time, link and body at their offsets', () => {
  const prev = new Uint8Array(32).fill(0xaa)
  const bytes = encodeLeaf({ seq: 258, timeMs: 0x0199aabbccdd, prev, body: utf8Bytes('{}') })
  assert.equal(hexOf(bytes), `53570200000000000000010200000199aabbccdd${'aa'.repeat(32)}7b7d`)
  assert.equal(bytes.length, LEAF_HEADER_BYTES + 2)
  const expected = hexOf(nodeDigest.sha256(bytesOfHex(`00${hexOf(bytes)}`)))
  assert.equal(hexOf(hashLeaf(nodeDigest, bytes)), expected)
})

test('any leaf reads back, and any change of its first four bytes is refused', () => {
  fc.assert(
    fc.property(
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.uint8Array({ maxLength: 80 }),
      (seq, timeMs, prev, body) => {
        const leaf = { seq, timeMs, prev, body }
        const bytes = encodeLeaf(leaf)
        assert.deepEqual(decodeLeaf(bytes), { ok: true, value: leaf })
        for (let at = 0; at < 4; at++) {
          const damaged = bytes.slice()
          damaged[at]! ^= 1
          assert.ok(!decodeLeaf(damaged).ok)
        }
      },
    ),
  )
})

test('leaves have at most 65535 bytes, and short or oversized ones are refused', () => {
  const prev = new Uint8Array(32)
  const largest = encodeLeaf({
    seq: 0,
    timeMs: 0,
    prev,
    body: new Uint8Array(LEAF_LIMIT_BYTES - LEAF_HEADER_BYTES),
  })
  assert.ok(decodeLeaf(largest).ok)
  assert.throws(
    () => encodeLeaf({ seq: 0, timeMs: 0, prev, body: new Uint8Array(65_484) }),
    RangeError,
  )
  assert.throws(() => encodeLeaf({ seq: -1, timeMs: 0, prev, body: new Uint8Array(0) }), RangeError)
  assert.throws(
    () => encodeLeaf({ seq: 0, timeMs: 0.5, prev, body: new Uint8Array(0) }),
    RangeError,
  )
  assert.ok(!decodeLeaf(largest.subarray(0, 51)).ok)
  assert.ok(!decodeLeaf(new Uint8Array([...largest, 0])).ok)
  const farOut = largest.slice()
  farOut[4] = 1
  assert.ok(!decodeLeaf(farOut).ok)
})

test('the genesis link is SHA-256 over version, origin and epoch, each on its line', () => {
  const expected = nodeDigest.sha256(utf8Bytes('seaworthy-ledger/v2\nships.example/ledger/1\n1\n'))
  assert.deepEqual(genesisLink(nodeDigest, 'ships.example/ledger/1', 1), expected)
  assert.notDeepEqual(genesisLink(nodeDigest, 'ships.example/ledger/1', 2), expected)
})

test('an entry body reads back and has one spelling', () => {
  assert.deepEqual(parseEntryBody(encodeEntryBody(entry)), { ok: true, value: entry })
  assert.ok(!parseEntryBody(utf8Bytes(JSON.stringify(entry))).ok, 'unsorted keys')
  assert.ok(!parseEntryBody(new Uint8Array([0xff])).ok)
})

test('an entry body with a field missing, added or of the wrong kind is refused', () => {
  const { refs: _refs, ...withoutRefs } = entry
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [withoutRefs, /"refs"/],
    [{ ...entry, sig: 'x' }, /no "sig"/],
    [{ ...entry, v: 2 }, /version 1/],
    [{ ...entry, id: entry.id.toUpperCase() }, /UUID/],
    [{ ...entry, id: '017f22e2-79b0-4cc3-98c4-dc0c0c07398f' }, /UUID/],
    [{ ...entry, ts: '2026-11-21T10:00:00Z' }, /ts/],
    [{ ...entry, type: 'Run Started' }, /type/],
    [{ ...entry, actor: 7 }, /actor/],
    [{ ...entry, refs: ['ab'] }, /refs/],
    [{ ...entry, payload: { alg: 'SHA-256', c: entry.payload.c } }, /alg/],
    [{ ...entry, payload: { alg: 'HMAC-SHA256', c: 'AAAA' } }, /payload.c/],
  ]
  for (const [value, reason] of cases) {
    const parsed = parseEntryBody(canonicalBytes(value))
    assert.ok(!parsed.ok)
    assert.match(parsed.reason, reason)
  }
})

test('a commitment holds for its payload and salt alone, however the payload is spelled', () => {
  const commitment = commitPayload(nodeDigest, salt, { a: 1, b: [true] })
  assert.ok(verifyCommitment(nodeDigest, commitment, salt, { b: [true], a: 1 }))
  assert.ok(!verifyCommitment(nodeDigest, commitment, salt, { a: 1, b: [false] }))
  assert.ok(
    !verifyCommitment(nodeDigest, commitment, new Uint8Array(32).fill(8), { a: 1, b: [true] }),
  )
  assert.ok(!verifyCommitment(nodeDigest, commitment, new Uint8Array(31), { a: 1, b: [true] }))
  assert.ok(!verifyCommitment(nodeDigest, { ...commitment, c: 'no' }, salt, { a: 1, b: [true] }))
  assert.ok(!verifyCommitment(nodeDigest, commitment, salt, undefined))
  assert.throws(() => commitPayload(nodeDigest, new Uint8Array(16), {}), RangeError)
})

test('raw Ed25519 keys go into SubjectPublicKeyInfo and out again', () => {
  const { publicKey } = testSigner('ed25519')
  const rawKey = ed25519KeyOf(publicKey)
  assert.ok(rawKey !== undefined)
  assert.deepEqual(ed25519SpkiOf(rawKey), publicKey)
  assert.equal(ed25519KeyOf(testSigner('ecdsa-p256-sha256').publicKey), undefined)
})
