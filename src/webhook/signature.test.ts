// Signatures against the example of Standard Webhooks, its own library, RFC 8032, and texts made to be confused.
import assert from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { nodeDigest, nodeVerifier, testSigner } from '../../test/crypto.ts'
import { base64Of, utf8Bytes, utf8Text } from '../kernel/index.ts'
import {
  bodySignature,
  publicKeyBytes,
  publicKeyText,
  secretBytes,
  signedFields,
  TOLERANCE_S,
  verifyDelivery,
} from './signature.ts'
import type { ReceivedDelivery, TrustedKeys } from './signature.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const EXAMPLE = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampS: 1_614_265_330,
  body: utf8Bytes('{"test": 2432232314}'),
}
const AT_MS = EXAMPLE.timestampS * 1_000
const ports = { digest: nodeDigest, verifier: nodeVerifier }
const trusted: TrustedKeys = { secrets: [SECRET], publicKeys: [] }

const received = (
  fields: Readonly<Record<string, string>>,
  body = EXAMPLE.body,
): ReceivedDelivery => ({
  id: fields['webhook-id'],
  timestamp: fields['webhook-timestamp'],
  signature: fields['webhook-signature'],
  body,
})

async function verdictOf(
  changed: Partial<ReceivedDelivery>,
  given = trusted,
  nowMs = AT_MS,
): Promise<string> {
  const fields = await signedFields(
    nodeDigest,
    { secrets: [SECRET], hasBodySignature: false },
    EXAMPLE,
  )
  const verdict = await verifyDelivery(ports, { ...received(fields), ...changed }, given, nowMs)
  return verdict.ok ? 'ok' : verdict.reason
}

test('the example of Standard Webhooks is signed as it says', async () => {
  const fields = await signedFields(
    nodeDigest,
    { secrets: [SECRET], hasBodySignature: true },
    EXAMPLE,
  )
  assert.equal(fields['webhook-signature'], 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
  assert.equal(
    fields['x-signature'],
    `sha256=${createHmac('sha256', SECRET).update(EXAMPLE.body).digest('hex')}`,
  )
  assert.equal(fields['x-signature'], bodySignature(nodeDigest, SECRET, EXAMPLE.body))
})

test('the library of Standard Webhooks accepts what is signed here, and the reverse', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 200 })
  const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((b) => `whsec_${base64Of(b)}`)
  await fc.assert(
    fc.asyncProperty(text, secret, async (body, own) => {
      const timestampS = Math.floor(Date.now() / 1_000)
      const parts = { id: 'msg_1', timestampS, body: utf8Bytes(body.toWellFormed()) }
      const fields = await signedFields(
        nodeDigest,
        { secrets: [own], hasBodySignature: false },
        parts,
      )
      const library = new Webhook(own)
      assert.equal(
        library.sign(parts.id, new Date(timestampS * 1_000), utf8Text(parts.body)),
        fields['webhook-signature'],
      )
      const verdict = await verifyDelivery(
        ports,
        received(fields, parts.body),
        { secrets: [own], publicKeys: [] },
        timestampS * 1_000,
      )
      assert.equal(verdict.ok, true)
    }),
    { numRuns: 50 },
  )
})

test('during a rotation either secret verifies, and a public key does without any', async () => {
  const signer = testSigner('ed25519')
  const old = `whsec_${base64Of(new Uint8Array(32).fill(9))}`
  const fields = await signedFields(
    nodeDigest,
    { secrets: [SECRET, old], signer, hasBodySignature: false },
    EXAMPLE,
  )
  const verifyWith = async (given: TrustedKeys): Promise<boolean> =>
    (await verifyDelivery(ports, received(fields), given, AT_MS)).ok
  const key = publicKeyText(signer.publicKey)
  assert.equal(await verifyWith({ secrets: [SECRET], publicKeys: [] }), true)
  assert.equal(await verifyWith({ secrets: [old], publicKeys: [] }), true)
  assert.equal(await verifyWith({ secrets: [], publicKeys: [key] }), true)
  assert.equal(await verifyWith({ secrets: [], publicKeys: [] }), false)
  const stranger = publicKeyText(
    new Uint8Array(
      generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }),
    ),
  )
  assert.equal(await verifyWith({ secrets: [], publicKeys: [stranger] }), false)
  assert.deepEqual(publicKeyBytes(key), signer.publicKey)
})

test('an independent Ed25519 signature over id, time and body verifies as v1a', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const content = `${EXAMPLE.id}.${EXAMPLE.timestampS}.${utf8Text(EXAMPLE.body)}`
  const signature = `v1a,${sign(null, utf8Bytes(content), privateKey).toString('base64')}`
  const der = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  const given = { secrets: [], publicKeys: [publicKeyText(der)] }
  assert.equal(await verdictOf({ signature }, given), 'ok')
  assert.equal(await verdictOf({ signature: signature.replace('v1a,', 'v1,') }, given), 'no-match')
})

test('whatever was changed, or came too early or late, does not verify', async () => {
  assert.equal(await verdictOf({}), 'ok')
  const table: readonly [string, Partial<ReceivedDelivery>, string][] = [
    ['body', { body: utf8Bytes('{"test": 2432232315}') }, 'no-match'],
    ['id', { id: 'msg_other' }, 'no-match'],
    ['time', { timestamp: '1614265331' }, 'no-match'],
    ['no id', { id: undefined }, 'incomplete'],
    ['no signature', { signature: undefined }, 'incomplete'],
    ['a dot in the id', { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330' }, 'malformed'],
    ['letters in the time', { timestamp: '1614265330abc' }, 'malformed'],
    ['a fraction', { timestamp: '1614265330.5' }, 'malformed'],
    ['a sign', { timestamp: '+1614265330' }, 'malformed'],
    ['a leading nought', { timestamp: '01614265330' }, 'malformed'],
    [
      'another version',
      { signature: 'v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' },
      'no-match',
    ],
    ['no version', { signature: 'g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' }, 'no-match'],
    ['half of it', { signature: 'v1,g0hM9SsE+OTPJTGt/tmIKg==' }, 'no-match'],
    ['empty', { signature: 'v1,' }, 'no-match'],
  ]
  for (const [what, changed, reason] of table) assert.equal(await verdictOf(changed), reason, what)
  const lateMs = AT_MS + (TOLERANCE_S + 1) * 1_000
  assert.equal(await verdictOf({}, trusted, AT_MS + TOLERANCE_S * 1_000), 'ok')
  assert.equal(await verdictOf({}, trusted, lateMs), 'too-old')
  assert.equal(await verdictOf({}, trusted, AT_MS - (TOLERANCE_S + 1) * 1_000), 'too-new')
})

test('bytes that are no text are signed as they are', async () => {
  const keys = { secrets: [SECRET], hasBodySignature: false }
  const one = await signedFields(nodeDigest, keys, { ...EXAMPLE, body: Uint8Array.of(0xff) })
  const other = await signedFields(nodeDigest, keys, { ...EXAMPLE, body: Uint8Array.of(0xfe) })
  assert.notEqual(one['webhook-signature'], other['webhook-signature'])
})

test('nothing is signed under an id or time that could be read in two ways, nor with a poor secret', async () => {
  const keys = { secrets: [SECRET], hasBodySignature: false }
  for (const wrong of [{ id: 'a.1' }, { id: '' }, { timestampS: 1.5 }, { timestampS: -1 }])
    await assert.rejects(signedFields(nodeDigest, keys, { ...EXAMPLE, ...wrong }), RangeError)
  for (const secret of ['', 'whsec_', 'whsec_c2hvcnQ=', SECRET.slice(6), 'whsec_%%%%'])
    assert.throws(() => secretBytes(secret), RangeError, secret)
})
