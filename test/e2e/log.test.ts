// The ledger commands: what is appended is listed, proven and verified, per tenant, and against a checkpoint kept elsewhere.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from './command-line.ts'

interface Page {
  readonly entries: readonly {
    readonly seq: number
    readonly leafHash: string
    readonly body: { readonly type: string; readonly subject: string }
  }[]
  readonly nextSeq: number | null
}

interface LogVerdict {
  readonly ok: boolean
  readonly size: number
  readonly scope: string
  readonly checked: { readonly entries: number }
}

const place = openWorkplace()
after(() => place.remove())

test('notes are appended, listed in order, proven and verified', async () => {
  const first = await place.ask<{ seq: number; leafHash: string }>([
    'ledger',
    'append',
    'cast off',
    '--subject',
    'sloop@1.0.0',
  ])
  assert.equal(first.exit, 0)
  const note = join(place.folder, 'kept-elsewhere.txt')
  const kept = await place.ask<{ note: string; size: number }>([
    'ledger',
    'checkpoint',
    '--out',
    note,
  ])
  assert.equal(readFileSync(note, 'utf8'), kept.data.note)
  const second = await place.ask<{ seq: number; leafHash: string }>([
    'ledger',
    'append',
    'moored',
    '--subject',
    'sloop@1.0.0',
  ])
  assert.equal(second.data.seq, first.data.seq + 1)
  const { data: page } = await place.ask<Page>(['ledger', 'list', '--from', String(first.data.seq)])
  assert.deepEqual(
    page.entries.map(({ seq, leafHash, body }) => [seq, leafHash, body.type, body.subject]),
    [
      [first.data.seq, first.data.leafHash, 'note.appended', 'sloop@1.0.0'],
      [second.data.seq, second.data.leafHash, 'note.appended', 'sloop@1.0.0'],
    ],
  )
  assert.equal(page.nextSeq, null)
  const proof = join(place.folder, 'entry.tlog-proof')
  const proven = await place.ask<{ leafHash: string }>([
    'ledger',
    'prove',
    String(first.data.seq),
    '--out',
    proof,
  ])
  assert.equal(proven.data.leafHash, first.data.leafHash)
  assert.match(readFileSync(proof, 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/)
  const verified = await place.ask<LogVerdict>(['ledger', 'verify', '--since-checkpoint', note])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
  assert.equal(verified.data.checked.entries, second.data.seq + 1)
  assert.match(verified.data.scope, /^consistent-with-checkpoint /)
})

test('a tenant sees its own log only, and a checkpoint of another log does not fit', async () => {
  const nobody = await place.refusal(['ledger', 'list', '--tenant', 'other'])
  assert.deepEqual([nobody.exit, nobody.code], [6, 'LEDGER_TENANT_UNKNOWN'])
  const own = await place.ask<{ seq: number }>([
    'ledger',
    'append',
    'elsewhere',
    '--tenant',
    'other',
  ])
  assert.equal(own.exit, 0)
  const { data: page } = await place.ask<Page>(['ledger', 'list', '--tenant', 'other'])
  assert.deepEqual(
    page.entries.map(({ body }) => body.type),
    ['principal.registered', 'note.appended'],
  )
  const foreign = ['--since-checkpoint', join(place.folder, 'kept-elsewhere.txt')]
  const mixed = await place.refusal(['ledger', 'verify', '--tenant', 'other', ...foreign])
  assert.equal(mixed.exit, 2)
  assert.match(mixed.message, /known key/)
})

test('what is no note, no entry and no number is refused', async () => {
  const table = [
    [['ledger', 'prove', '999999'], 6],
    [['ledger', 'prove', 'third'], 2],
    [['ledger', 'list', '--limit', 'many'], 2],
    [['ledger', 'verify', '--since-checkpoint', 'missing.txt'], 2],
    [['ledger', 'verify', '--since-checkpoint', place.write('no-note.txt', 'nothing signed\n')], 2],
  ] as const
  for (const [words, exit] of table) {
    const refused = await place.refusal(words)
    assert.deepEqual([words.join(' '), refused.exit], [words.join(' '), exit], refused.code)
  }
  const after = await place.ask<LogVerdict>(['ledger', 'verify'])
  assert.equal(after.data.ok, true)
})
