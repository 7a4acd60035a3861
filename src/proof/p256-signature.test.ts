// Signatures as browsers write them become the DER that OpenSSL writes, byte for byte, and back.
import assert from 'node:assert/strict'
import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { derOfRaw, rawOfDer } from './index.ts'

const SIGNATURE_COUNT = 4_000

test('thousands of signatures have the DER of OpenSSL and come back as they were, with every shape of r and s among them', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const seen = { highBit: 0, shorter: 0, plain: 0 }
  for (let at = 0; at < SIGNATURE_COUNT; at++) {
    const message = utf8Bytes(`message ${at}`)
    const der = Uint8Array.from(sign('sha256', message, privateKey))
    const raw = rawOfDer(der)
    assert.ok(raw !== undefined && raw.length === 64)
    assert.deepEqual(derOfRaw(raw), der)
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
    assert.ok(at > 50 || verify('sha256', message, key, raw))
    for (const first of [raw[0]!, raw[32]!])
      seen[first >= 0x80 ? 'highBit' : first === 0 ? 'shorter' : 'plain']++
  }
  // Of 8,000 integers about 31 begin with a zero byte: fewer than one chance in 10^13 that none does.
  assert.ok(seen.highBit > 0 && seen.shorter > 0 && seen.plain > 0, JSON.stringify(seen))
})

test('node takes what was written in a browser’s form, and only the whole of it', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const message = utf8Bytes('go')
  const raw = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })
  const der = derOfRaw(raw)
  assert.ok(verify('sha256', message, publicKey, der))
  for (const sizeBytes of [0, 32, 63, 65])
    assert.throws(() => derOfRaw(new Uint8Array(sizeBytes)), RangeError)
  for (const wrong of [der.subarray(1), der.subarray(0, -1), Uint8Array.of(...der, 0)])
    assert.equal(rawOfDer(wrong), undefined)
})

test('the edges of an integer have one spelling each: no byte too many, and never a negative number', () => {
  const one = (value: readonly number[]): Uint8Array => {
    const raw = new Uint8Array(64)
    raw.set(value, 32 - value.length)
    raw[63] = 1
    return raw
  }
  const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
  assert.equal(hexOf(derOfRaw(one([]))), '3006020100020101')
  assert.equal(hexOf(derOfRaw(one([0x7f]))), '300602017f020101')
  assert.equal(hexOf(derOfRaw(one([0x80]))), '300702020080020101')
  const full = new Uint8Array(64).fill(0xff)
  assert.equal(derOfRaw(full).length, 72)
  for (const raw of [one([]), one([0x7f]), one([0x80]), one([1, 0]), full])
    assert.deepEqual(rawOfDer(derOfRaw(raw)), raw)
  for (const text of ['3006020180020101', '300702020001020101', '3005020002010100'])
    assert.equal(rawOfDer(Uint8Array.from(Buffer.from(text, 'hex'))), undefined, text)
})
