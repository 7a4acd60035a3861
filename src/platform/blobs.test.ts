// Blobs are whole, apart by tenant, and cannot leave their folder.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { contentDigest, SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { openFileBlobs } from './blobs.ts'
import { faultOfFile } from './files.ts'

const BYTES = utf8Bytes('evidence')
const DIGEST = contentDigest(createHash('sha256').update(BYTES).digest())

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-blobs-test-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  )
}

test('a blob comes back as it was, for its tenant only', async (t) => {
  const folder = join(scratch(t), 'blobs')
  const blobs = openFileBlobs(folder)
  await blobs.put('one', DIGEST, BYTES)
  await blobs.put('one', DIGEST, BYTES)
  assert.deepEqual(await blobs.get('one', DIGEST), BYTES)
  assert.equal(await blobs.get('two', DIGEST), undefined)
  assert.equal(filesIn(folder).length, 1)
})

test('an empty blob is a blob', async (t) => {
  const blobs = openFileBlobs(scratch(t))
  const digest = contentDigest(createHash('sha256').digest())
  await blobs.put('one', digest, new Uint8Array(0))
  assert.deepEqual(await blobs.get('one', digest), new Uint8Array(0))
})

test('bytes that do not fit their digest are neither taken nor given', async (t) => {
  const folder = scratch(t)
  const blobs = openFileBlobs(folder)
  await assert.rejects(
    blobs.put('one', DIGEST, utf8Bytes('other')),
    hasCode('PLATFORM_BLOB_DAMAGED'),
  )
  assert.deepEqual(filesIn(folder), [])
  await blobs.put('one', DIGEST, BYTES)
  const [stored = ''] = filesIn(folder)
  truncateSync(join(folder, stored), 3)
  await assert.rejects(blobs.get('one', DIGEST), hasCode('PLATFORM_BLOB_DAMAGED'))
  await blobs.put('one', DIGEST, BYTES)
  assert.deepEqual(await blobs.get('one', DIGEST), BYTES)
})

test('hostile tenant ids and digests stay inside the folder', async (t) => {
  const parent = scratch(t)
  const folder = join(parent, 'blobs')
  const blobs = openFileBlobs(folder)
  for (const tenantId of ['../..', '/etc', 'a/b', '.', 'x'.repeat(10_000), 'nul\0']) {
    await blobs.put(tenantId, DIGEST, BYTES)
    assert.deepEqual(await blobs.get(tenantId, DIGEST), BYTES)
  }
  assert.deepEqual(readdirSync(parent), ['blobs'])
  for (const digest of [
    'sha256:../../../etc/passwd',
    `${DIGEST}/..`,
    DIGEST.toUpperCase(),
    '',
    'md5:00',
  ]) {
    await assert.rejects(blobs.get('one', digest), hasCode('PLATFORM_VALUE_REFUSED'))
    await assert.rejects(blobs.put('one', digest, BYTES), hasCode('PLATFORM_VALUE_REFUSED'))
  }
  await assert.rejects(blobs.put('', DIGEST, BYTES), hasCode('PLATFORM_VALUE_REFUSED'))
})

test('a link in place of a blob is not followed', async (t) => {
  const folder = scratch(t)
  const blobs = openFileBlobs(folder)
  await blobs.put('one', DIGEST, BYTES)
  const [stored = ''] = filesIn(folder)
  const secret = join(scratch(t), 'secret')
  writeFileSync(secret, BYTES)
  unlinkSync(join(folder, stored))
  symlinkSync(secret, join(folder, stored))
  await assert.rejects(blobs.get('one', DIGEST), hasCode('PLATFORM_FILE_FAILED'))
})

test('many writers of one blob leave one file and no rests', async (t) => {
  const folder = scratch(t)
  const blobs = openFileBlobs(folder)
  await Promise.all(Array.from({ length: 20 }, () => blobs.put('one', DIGEST, BYTES)))
  assert.deepEqual(await blobs.get('one', DIGEST), BYTES)
  assert.equal(filesIn(folder).length, 1)
})

test('whichever write finds no room, the blob is not there, nothing half written is, and the next one that fits is whole', (t) => {
  if (process.platform === 'win32') {
    t.skip('no limit on file sizes to be had')
    return
  }
  const folder = scratch(t)
  // Sizes around the limit of 8 KiB or 16 KiB, as shells count blocks: each write ends elsewhere.
  const sizes = [100, 8_191, 8_193, 16_383, 16_385, 100_000, 101]
  const script = `
    process.on('SIGXFSZ', () => {})
    const { openFileBlobs } = await import(${JSON.stringify(new URL('./blobs.ts', import.meta.url).href)})
    const { createHash } = await import('node:crypto')
    const blobs = openFileBlobs(process.argv[1])
    const said = []
    for (const size of ${JSON.stringify(sizes)}) {
      const bytes = new Uint8Array(size).fill(65)
      const digest = 'sha256:' + createHash('sha256').update(bytes).digest('hex')
      const put = await blobs.put('one', digest, bytes).then(() => 'ok', (error) => error.code)
      const got = await blobs.get('one', digest)
      said.push([put, got === undefined ? 'none' : got.length === size ? 'whole' : 'part'].join(' '))
    }
    console.log(JSON.stringify(said))`
  const run = [process.execPath, '--input-type=module', '-e', script, folder]
  const ran = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$@"', 'sh', ...run], { encoding: 'utf8' })
  const said = JSON.parse(ran.stdout || '[]') as readonly string[]
  assert.equal(said.length, sizes.length, ran.stderr)
  const outcomes = ['ok whole', 'PLATFORM_FILE_FAILED none']
  assert.ok(
    said.every((each) => outcomes.includes(each)),
    said.join(),
  )
  assert.deepEqual([said[0], said[5], said[6]], [outcomes[0], outcomes[1], outcomes[0]])
  assert.equal(filesIn(folder).length, said.filter((each) => each === 'ok whole').length)
})

test('a full disk and a spent quota are told as a full disk, worth a retry', () => {
  for (const code of ['ENOSPC', 'EDQUOT']) {
    const fault = faultOfFile(Object.assign(new Error(code), { code }), 'expected to write')
    assert.deepEqual(
      [fault.code, fault.row.exit, fault.row.retryable],
      ['PLATFORM_DISK_FULL', 9, true],
    )
  }
})
