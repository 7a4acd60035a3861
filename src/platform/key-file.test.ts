// Key files: made once, private, and refused when damaged or exposed.
import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { SeaworthyError, utf8Bytes, type SignatureAlgorithm } from '../kernel/index.ts'
import { systemVerifier } from './crypto.ts'
import { openKeyFile } from './key-file.ts'

const ALGORITHMS: SignatureAlgorithm[] = ['ecdsa-p256-sha256', 'ed25519']
const MESSAGE = utf8Bytes('a message')

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-key-test-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

test('a key is made once with mode 0600 and signs what the verifier accepts', async (t) => {
  const folder = scratch(t)
  for (const algorithm of ALGORITHMS) {
    const path = join(folder, 'keys', `${algorithm}.pem`)
    const first = await openKeyFile(path, algorithm)
    const second = await openKeyFile(path, algorithm)
    const signature = await second.sign(MESSAGE)
    assert.deepEqual(first.publicKey, second.publicKey)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.match(readFileSync(path, 'utf8'), /^-----BEGIN PRIVATE KEY-----\n/)
    assert.equal(await systemVerifier.verify(algorithm, first.publicKey, MESSAGE, signature), true)
  }
  assert.deepEqual(readdirSync(join(folder, 'keys')).sort(), [
    'ecdsa-p256-sha256.pem',
    'ed25519.pem',
  ])
})

test('several first openers end up with one key', async (t) => {
  const path = join(scratch(t), 'key.pem')
  const signers = await Promise.all(Array.from({ length: 8 }, () => openKeyFile(path, 'ed25519')))
  const keys = new Set(signers.map((signer) => Buffer.from(signer.publicKey).toString('hex')))
  assert.equal(keys.size, 1)
})

test('a key file that others can read is refused, whoever they are', async (t) => {
  const path = join(scratch(t), 'key.pem')
  await openKeyFile(path, 'ed25519')
  for (const mode of [0o644, 0o640, 0o604, 0o660]) {
    chmodSync(path, mode)
    await assert.rejects(openKeyFile(path, 'ed25519'), hasCode('PLATFORM_KEY_EXPOSED'))
  }
})

test('a damaged, empty or foreign key file is refused and left as it is', async (t) => {
  const path = join(scratch(t), 'key.pem')
  const contents = [
    '',
    'rubbish fake-secret',
    `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`,
    'x'.repeat(100_000),
  ]
  for (const content of contents) {
    writeFileSync(path, content, { mode: 0o600 })
    await assert.rejects(openKeyFile(path, 'ed25519'), (error) => {
      assert.ok(error instanceof SeaworthyError && !error.message.includes('fake-secret'))
      return error.code === 'PLATFORM_KEY_UNREADABLE'
    })
    assert.equal(readFileSync(path, 'utf8'), content)
  }
})

test('a key of another kind than asked for is refused', async (t) => {
  const path = join(scratch(t), 'key.pem')
  await openKeyFile(path, 'ed25519')
  await assert.rejects(openKeyFile(path, 'ecdsa-p256-sha256'), hasCode('PLATFORM_KEY_UNREADABLE'))
})
