// HMAC-SHA256 against the constants of RFC 4231 and against another implementation.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hexOf, hmacSha256With, utf8Bytes } from './index.ts'

const sha256 = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha256').update(bytes).digest())

test('the cases of RFC 4231 have the codes that it gives', () => {
  const cases: readonly (readonly [Uint8Array, Uint8Array, string])[] = [
    [
      new Uint8Array(20).fill(0x0b),
      utf8Bytes('Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      utf8Bytes('Jefe'),
      utf8Bytes('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      new Uint8Array(131).fill(0xaa),
      utf8Bytes('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
  ]
  for (const [key, message, code] of cases)
    assert.equal(hexOf(hmacSha256With(sha256, key, message)), code)
})

test('keys and messages of any length have the code that another implementation gives', () => {
  const bytes = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength })
  fc.assert(
    fc.property(bytes(140), bytes(300), (key, message) => {
      const other = createHmac('sha256', key).update(message).digest('hex')
      assert.equal(hexOf(hmacSha256With(sha256, key, message)), other)
    }),
  )
})
