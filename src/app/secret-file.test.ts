// The folder of keys, beside which people keep a repository.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openKeyFolder } from './secret-file.ts'

test('the folder of keys keeps itself out of a repository, and leaves what a person wrote there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const ignoring = join(folder, 'keys', '.gitignore')
  await openKeyFolder(join(folder, 'keys'))
  assert.match(readFileSync(ignoring, 'utf8'), /^\*$/m)
  writeFileSync(ignoring, 'own\n')
  await openKeyFolder(join(folder, 'keys'))
  assert.equal(readFileSync(ignoring, 'utf8'), 'own\n')
})
