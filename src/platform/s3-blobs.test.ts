// Evidence bytes in S3: what is acknowledged is there and whole, and every bad day of the store has a code.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { BUCKET, CREDENTIALS, openBucket, openFakeBucket } from '../../test/bucket.ts'
import { contentDigest, utf8Bytes } from '../kernel/index.ts'
import { openS3Blobs } from './s3-blobs.ts'
import type { OpenBlobs } from './s3-blobs.ts'

const digestOf = (bytes: Uint8Array): string =>
  contentDigest(createHash('sha256').update(bytes).digest())
const BYTES = utf8Bytes('evidence')
const DIGEST = digestOf(BYTES)

async function open(
  t: TestContext,
  endpoint: string,
  { bucket = BUCKET, silenceLimitMs = 20_000 } = {},
): Promise<OpenBlobs> {
  // As the SDK finds them in any process.
  Object.assign(process.env, CREDENTIALS)
  const blobs = await openS3Blobs({ bucket, endpoint, silenceLimitMs })
  t.after(() => blobs.close())
  return blobs
}

test('a blob comes back from a store of others as it was, for its tenant only, also an empty and a large one', async (t) => {
  const { endpoint } = await openBucket(t)
  const blobs = await open(t, endpoint, { bucket: `${BUCKET}/some/prefix` })
  await blobs.ask()
  const large = new Uint8Array(3_000_000).map((_, at) => at % 251)
  for (const bytes of [BYTES, new Uint8Array(0), large]) {
    const digest = digestOf(bytes)
    assert.equal(await blobs.get('one', digest), undefined)
    await blobs.put('one', digest, bytes)
    await blobs.put('one', digest, bytes)
    assert.deepEqual(await blobs.get('one', digest), bytes)
    assert.equal(await blobs.get('two', digest), undefined)
  }
  const strangers = await open(t, endpoint, { bucket: 'no-such-bucket' })
  await assert.rejects(strangers.ask(), { code: 'PLATFORM_BLOBS_REFUSED' })
  await assert.rejects(strangers.put('one', DIGEST, BYTES), { code: 'PLATFORM_BLOBS_REFUSED' })
})

test('a blob is written once, whoever brings it how often, and one that was damaged is written anew', async (t) => {
  const fake = await openFakeBucket(t)
  const blobs = await open(t, fake.endpoint)
  await Promise.all(Array.from({ length: 8 }, () => blobs.put('one', DIGEST, BYTES)))
  assert.equal(fake.writeCount, 1)
  const [name = ''] = fake.objects.keys()
  fake.objects.set(name, Buffer.from('evil'))
  await assert.rejects(blobs.get('one', DIGEST), { code: 'PLATFORM_BLOB_DAMAGED' })
  await blobs.put('one', DIGEST, BYTES)
  assert.deepEqual(await blobs.get('one', DIGEST), BYTES)
  assert.equal(fake.writeCount, 2)
})

test('bytes that do not fit their digest, and names that are none, never leave', async (t) => {
  const fake = await openFakeBucket(t)
  const blobs = await open(t, fake.endpoint)
  await assert.rejects(blobs.put('one', DIGEST, utf8Bytes('other')), {
    code: 'PLATFORM_BLOB_DAMAGED',
  })
  for (const digest of ['', 'sha256:../../x', DIGEST.toUpperCase()])
    await assert.rejects(blobs.get('one', digest), { code: 'PLATFORM_VALUE_REFUSED' })
  await assert.rejects(openS3Blobs({ bucket: '../x' }), { code: 'PLATFORM_VALUE_REFUSED' })
  for (const tenantId of ['../..', 'a/b', 'nul\0']) await blobs.put(tenantId, DIGEST, BYTES)
  for (const name of fake.objects.keys())
    assert.match(name, /^\/evidence\/[0-9a-f]{32}\/[0-9a-f]{2}\/[0-9a-f]{62}$/)
})

test('a store that refuses, is busy, silent or ends in the middle is told by its code, and afterwards everything acknowledged is there', async (t) => {
  const fake = await openFakeBucket(t)
  const blobs = await open(t, fake.endpoint, { silenceLimitMs: 1_000 })
  await blobs.put('one', DIGEST, BYTES)
  const other = utf8Bytes('more evidence')
  const codes = {
    denied: 'PLATFORM_BLOBS_REFUSED',
    busy: 'PLATFORM_BLOBS_UNREACHABLE',
    silent: 'PLATFORM_BLOBS_UNREACHABLE',
    'cut-off': 'PLATFORM_BLOBS_UNREACHABLE',
  } as const
  for (const mood of ['denied', 'busy', 'silent', 'cut-off'] as const) {
    fake.mood = mood
    await assert.rejects(blobs.get('one', DIGEST), { code: codes[mood] }, `get, ${mood}`)
    if (mood === 'cut-off') continue
    await assert.rejects(blobs.put('one', digestOf(other), other), { code: codes[mood] }, mood)
    await assert.rejects(blobs.ask(), { code: codes[mood] }, `ask, ${mood}`)
  }
  fake.mood = 'well'
  assert.equal(await blobs.get('one', digestOf(other)), undefined)
  assert.deepEqual(await blobs.get('one', DIGEST), BYTES)
})
