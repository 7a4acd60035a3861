// The browser's ports, on the same web APIs in Node: they answer as Node's own do.
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { aBundle } from '../../test/bundle.ts'
import { testSigner } from '../../test/crypto.ts'
import { parseTrust } from '../proof/index.ts'
import { browserVerifyPorts as ports } from './browser.ts'
import { nodeVerifyPorts } from './node.ts'
import { verifyBundle } from './index.ts'

test('SHA-256 and HMAC in plain code equal OpenSSL at every length around a block', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.uint8Array({ maxLength: 100 }),
      (bytes, key) => {
        const expected = createHash('sha256').update(bytes).digest('hex')
        assert.equal(Buffer.from(ports.digest.sha256(bytes)).toString('hex'), expected)
        const mac = createHmac('sha256', key).update(bytes).digest('hex')
        assert.equal(Buffer.from(ports.digest.hmacSha256(key, bytes)).toString('hex'), mac)
      },
    ),
    { numRuns: 500 },
  )
  const long = new Uint8Array(1_000_003).fill(97)
  const expected = createHash('sha256').update(long).digest('hex')
  assert.equal(Buffer.from(ports.digest.sha256(long)).toString('hex'), expected)
  // A view into a larger buffer must be read from its own first byte.
  const view = long.subarray(7, 7 + 130)
  const own = createHash('sha256').update(view).digest('hex')
  assert.equal(Buffer.from(ports.digest.sha256(view)).toString('hex'), own)
})

test('signatures of both algorithms are accepted, and refused with any bit of them changed', async () => {
  for (const algorithm of ['ecdsa-p256-sha256', 'ed25519'] as const) {
    const signer = testSigner(algorithm)
    const message = new TextEncoder().encode('what was signed')
    // Several, because the DER of ECDSA has other lengths with other numbers.
    for (let round = 0; round < 20; round++) {
      const signature = await signer.sign(message)
      const check = (bytes: Uint8Array): Promise<boolean> =>
        ports.verifier.verify(algorithm, signer.publicKey, message, bytes)
      assert.ok(await check(signature))
      const bent = signature.slice()
      bent[round % bent.length]! ^= 1 << (round % 8)
      assert.equal(await check(bent), false)
      assert.equal(await check(Uint8Array.from([...signature, 0])), false)
      assert.equal(await check(signature.subarray(1)), false)
    }
    assert.equal(
      await ports.verifier.verify(algorithm, new Uint8Array(3), message, new Uint8Array(64)),
      false,
    )
  }
})

test('a gzip bomb stops at the limit, and damage is refused', async () => {
  const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)))
  await assert.rejects(ports.inflate.gunzip(bomb, 1000), RangeError)
  const small = new Uint8Array(gzipSync('evidence'))
  assert.equal(new TextDecoder().decode(await ports.inflate.gunzip(small, 8)), 'evidence')
  await assert.rejects(ports.inflate.gunzip(small.subarray(0, 12), 8))
})

test('a bundle gets the same report from the ports of a browser as from those of Node', async () => {
  const { bytes, trustBytes } = await aBundle()
  const parsed = parseTrust(nodeVerifyPorts.digest, trustBytes)
  assert.ok(parsed.ok)
  const trust = { kind: 'file' as const, trust: parsed.value }
  const expected = await verifyBundle(bytes, { ports: nodeVerifyPorts, trust })
  assert.equal(expected.verdict, 'INTACT')
  assert.deepEqual(await verifyBundle(bytes, { ports, trust }), expected)
})
