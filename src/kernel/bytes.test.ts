// Bytes and their text forms against Node's Buffer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  base64Of,
  bytesEqual,
  bytesOfBase64,
  bytesOfHex,
  concatBytes,
  hexOf,
  utf8Bytes,
  utf8Text,
  utf8TextLossy,
} from './index.ts'
import { base64OfPortably, bytesOfBase64Portably, hexOfPortably } from './bytes.ts'

test('hexadecimal and base64 agree with Buffer and read back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.equal(hexOf(bytes), Buffer.from(bytes).toString('hex'))
      assert.equal(base64Of(bytes), Buffer.from(bytes).toString('base64'))
      assert.equal(hexOfPortably(bytes), hexOf(bytes))
      assert.deepEqual(bytesOfHex(hexOf(bytes)), bytes)
      assert.deepEqual(bytesOfBase64(base64Of(bytes)), bytes)
    }),
  )
})

test('base64 of more than one chunk reads back', () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, at) => at % 251)
  assert.deepEqual(bytesOfBase64(base64Of(bytes)), bytes)
})

test('every second spelling of base64 and hexadecimal is refused', () => {
  for (const text of ['QQ', 'QQ=', 'QR==', 'Q Q=', 'QQ==\n', 'QQ-_', '=QQ=', 'QQ==QQ==']) {
    assert.throws(() => bytesOfBase64(text), RangeError, text)
  }
  for (const text of ['0', '0G', 'AB', '0x', ' 0'])
    assert.throws(() => bytesOfHex(text), RangeError, text)
})

test('an engine without base64 of its own gets the same bytes and the same refusals', () => {
  const spelled = fc.stringMatching(/^[A-Za-z0-9+/=\n -]{0,12}$/)
  const answerOf = (read: (text: string) => Uint8Array, text: string): unknown => {
    try {
      return [...read(text)]
    } catch (thrown) {
      assert.ok(thrown instanceof RangeError)
      return 'refused'
    }
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70_000 }), spelled, (bytes, text) => {
      assert.equal(base64OfPortably(bytes), base64Of(bytes))
      for (const each of [text, base64Of(bytes.subarray(0, 40)), `${text}QQ==`])
        assert.deepEqual(answerOf(bytesOfBase64Portably, each), answerOf(bytesOfBase64, each))
    }),
  )
})

test('invalid UTF-8 is refused strictly and marked leniently, and a byte order mark is kept', () => {
  const bad = new Uint8Array([0x61, 0xff])
  assert.throws(() => utf8Text(bad), TypeError)
  assert.equal(utf8TextLossy(bad), 'a\ufffd')
  assert.equal(utf8Text(new Uint8Array([0xef, 0xbb, 0xbf, 0x61])), '\ufeffa')
  assert.deepEqual(utf8Bytes('é'), new Uint8Array([0xc3, 0xa9]))
})

test('bytes are equal only with the same length and content', () => {
  assert.ok(
    bytesEqual(new Uint8Array([1, 2]), concatBytes([new Uint8Array([1]), new Uint8Array([2])])),
  )
  assert.ok(!bytesEqual(new Uint8Array([1, 2]), new Uint8Array([1, 3])))
  assert.ok(!bytesEqual(new Uint8Array([1, 2]), new Uint8Array([1])))
})
