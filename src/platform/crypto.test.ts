// Hashes against published values, signatures against malformed input, gzip against damage.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { bytesOfHex, hexOf, SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { gzipBytes, systemDigest, systemInflate, systemVerifier } from './crypto.ts'

const MESSAGE = utf8Bytes('a message')

test('SHA-256 and HMAC-SHA-256 give the published values', () => {
  // FIPS 180-4 example and RFC 4231 test case 2.
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
  const jefe = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  assert.equal(hexOf(systemDigest.sha256(utf8Bytes('abc'))), abc)
  const mac = systemDigest.hmacSha256(utf8Bytes('Jefe'), utf8Bytes('what do ya want for nothing?'))
  assert.equal(hexOf(mac), jefe)
  assert.equal(Object.getPrototypeOf(mac), Uint8Array.prototype)
})

test('every altered or malformed signature, message and key is false and never throws', async () => {
  for (const algorithm of ['ed25519', 'ecdsa-p256-sha256'] as const) {
    const pair =
      algorithm === 'ed25519'
        ? generateKeyPairSync('ed25519')
        : generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
    const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }))
    const signature = new Uint8Array(
      sign(algorithm === 'ed25519' ? null : 'sha256', MESSAGE, pair.privateKey),
    )
    assert.equal(await systemVerifier.verify(algorithm, publicKey, MESSAGE, signature), true)
    const empty = new Uint8Array(0)
    const altered = signature.map((byte, at) => (at === 10 ? byte ^ 1 : byte))
    const wrong: [Uint8Array, Uint8Array, Uint8Array][] = [
      [publicKey, MESSAGE, altered],
      [publicKey, MESSAGE, empty],
      [publicKey, MESSAGE, signature.subarray(1)],
      [publicKey, utf8Bytes('another'), signature],
      [empty, MESSAGE, signature],
      [publicKey.subarray(2), MESSAGE, signature],
    ]
    for (const [key, message, given] of wrong) {
      assert.equal(await systemVerifier.verify(algorithm, key, message, given), false)
    }
  }
})

test('a key on another curve does not pass as P-256', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'secp384r1' })
  const publicKey = new Uint8Array(pair.publicKey.export({ format: 'der', type: 'spki' }))
  const signature = new Uint8Array(sign('sha256', MESSAGE, pair.privateKey))
  assert.equal(
    await systemVerifier.verify('ecdsa-p256-sha256', publicKey, MESSAGE, signature),
    false,
  )
})

test('gzip gives the same bytes twice, carries no time, and inflates to what went in', async () => {
  const [first, second] = [await gzipBytes(MESSAGE), await gzipBytes(MESSAGE)]
  assert.deepEqual(first, second)
  assert.equal(hexOf(first.subarray(4, 8)), '00000000')
  assert.deepEqual(await systemInflate.gunzip(first, MESSAGE.length), MESSAGE)
})

test('gzip that is too long, cut, altered or followed by more is refused', async () => {
  const packed = new Uint8Array(gzipSync(new Uint8Array(1_000_000)))
  const small = await gzipBytes(MESSAGE)
  const cases: [Uint8Array, number][] = [
    [packed, 999_999],
    [small, MESSAGE.length - 1],
    [small, 0],
    [small.subarray(0, -1), 1_000],
    [small.map((byte, at) => (at === small.length - 8 ? byte ^ 1 : byte)), 1_000],
    [new Uint8Array([...small, 0]), 1_000],
    [new Uint8Array([...small, 1, 2, 3]), 1_000],
    [bytesOfHex('00'), 1_000],
    [new Uint8Array(0), 1_000],
  ]
  for (const [bytes, limit] of cases) {
    await assert.rejects(
      systemInflate.gunzip(bytes, limit),
      (error) => error instanceof SeaworthyError && error.code === 'PLATFORM_GZIP_REFUSED',
    )
  }
})
