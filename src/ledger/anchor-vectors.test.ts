// Checkpoints that git alone keeps: a tag that somebody made by hand is read back as the note it holds.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { systemSpawn } from '../platform/index.ts'
import { gitAnchor } from './anchors.ts'

const VECTORS = new URL('../../test/vectors/', import.meta.url)

test('the tag of a checkpoint, as git wrote it, gives the note to the byte; other logs have none there', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-anchor-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const bundle = fileURLToPath(new URL('git/anchor.bundle', VECTORS))
  const repository = join(folder, 'anchor.git')
  execFileSync('git', ['clone', '--quiet', '--bare', bundle, repository], { stdio: 'pipe' })
  const anchor = gitAnchor(
    {
      ports: { spawn: systemSpawn },
      files: { resolve },
      environmentValue: (name) => process.env[name],
      signal: AbortSignal.timeout(30_000),
    },
    repository,
  )
  const note = readFileSync(new URL('openssl/checkpoint.note', VECTORS), 'utf8')
  assert.deepEqual(await anchor.read('openssl.example/ledger/harbour'), [note])
  assert.deepEqual(await anchor.read('openssl.example/ledger/har'), [])
})
