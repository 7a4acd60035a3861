// Locked objects: every version is read, and a store that does not lock is not believed.
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { BUCKET, CREDENTIALS, openBucket } from '../../test/bucket.ts'
import { deleteVersion, hideVersion, openLockedBucket } from '../../test/locked-bucket.ts'
import { utf8Bytes, utf8Text } from '../kernel/index.ts'
import type { LockedStore } from '../kernel/index.ts'
import { openS3LockedStore } from './s3-locked-store.ts'

const DAY_MS = 86_400_000

async function open(t: TestContext, endpoint: string, bucket = 'anchors'): Promise<LockedStore> {
  Object.assign(process.env, CREDENTIALS)
  const store = await openS3LockedStore({ bucket, endpoint })
  t.after(() => {
    store.close()
  })
  return store
}

const textsOf = async (store: LockedStore, prefix = ''): Promise<string[]> =>
  (await store.readVersions(prefix, 100, 100)).map((bytes) => utf8Text(bytes))

test('what was written over or deleted by name is still read, in order, over several pages', async (t) => {
  const bucket = await openLockedBucket(t)
  const store = await open(t, bucket.endpoint, 'anchors/some/prefix')
  const untilMs = Date.now() + DAY_MS
  assert.deepEqual(await textsOf(store), [])
  for (const [name, text] of [
    ['log/1', 'one'],
    ['log/2', 'two'],
    ['other/1', 'of another'],
    ['log/1', 'one again'],
  ] as const)
    await store.add(name, utf8Bytes(text), untilMs)
  hideVersion(bucket, 'some/prefix/log/2')
  assert.deepEqual(await textsOf(store, 'log/'), ['one', 'two', 'one again'])
  assert.throws(() => {
    deleteVersion(bucket, 'v1')
  }, /locked/)
  await assert.rejects(store.readVersions('log/', 2, 100), { code: 'PLATFORM_LOCKED_STORE_FAILED' })
  await assert.rejects(store.readVersions('log/', 100, 5), { code: 'PLATFORM_LOCKED_STORE_FAILED' })
})

test('a store that takes the write and not the lock is not believed', async (t) => {
  const bucket = await openLockedBucket(t)
  const store = await open(t, bucket.endpoint)
  for (const mood of ['lax', 'governance', 'denied'] as const) {
    bucket.mood = mood
    await assert.rejects(store.add('log/1', utf8Bytes('one'), Date.now() + DAY_MS), {
      code: 'PLATFORM_LOCKED_STORE_FAILED',
    })
  }
  // One that others wrote, which knows no locks at all.
  const { endpoint } = await openBucket(t)
  const strangers = await open(t, endpoint, BUCKET)
  await assert.rejects(strangers.add('log/1', utf8Bytes('one'), Date.now() + DAY_MS), (error) => {
    assert.match(String(error), /no lock/)
    return true
  })
  await assert.rejects(open(t, endpoint, '../x'), { code: 'PLATFORM_VALUE_REFUSED' })
})
