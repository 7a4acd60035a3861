// Listing a repository, also one with folders that nobody may read.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { listFilesBelow } from './file-list.ts'

test('a folder that may not be read is left out, and the list says that it is not whole', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-list-'))
  t.after(() => {
    chmodSync(join(folder, 'shut'), 0o700)
    rmSync(folder, { recursive: true })
  })
  mkdirSync(join(folder, 'shut'))
  writeFileSync(join(folder, 'shut', 'hidden.ts'), '')
  writeFileSync(join(folder, 'seen.ts'), '')
  assert.deepEqual(await listFilesBelow(folder), {
    paths: ['seen.ts', 'shut/hidden.ts'],
    isCut: false,
  })
  chmodSync(join(folder, 'shut'), 0)
  if (process.getuid?.() === 0) {
    t.skip('root may read every folder')
    return
  }
  assert.deepEqual(await listFilesBelow(folder), { paths: ['seen.ts'], isCut: true })
})

test('folders that the system shuts while they are listed end no listing', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('there is no /proc')
    return
  }
  const { paths, isCut } = await listFilesBelow('/proc')
  assert.ok(paths.length > 100)
  assert.ok(isCut)
})
