// The ledger commands: what is appended is listed, proven and verified, per tenant, and against a checkpoint kept elsewhere.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { readWholeLog } from '../tile-client.ts'
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

interface ProofReport {
  readonly verdict: string
  readonly entry: { readonly body: { readonly subject: string } } | null
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
  const proven = await place.ask<{ leafHash: string; leaf: string; noteKey: string }>([
    'ledger',
    'prove',
    String(first.data.seq),
    '--out',
    proof,
  ])
  assert.equal(proven.data.leafHash, first.data.leafHash)
  assert.match(readFileSync(proof, 'utf8'), /^c2sp\.org\/tlog-proof@v1\n/)
  const { noteKey } = proven.data
  const shown = await place.ask<ProofReport>(['verify', proof, '--trust', noteKey])
  assert.deepEqual([shown.exit, shown.data.verdict], [0, 'INTACT'])
  assert.equal(shown.data.entry?.body.subject, 'sloop@1.0.0')
  assert.equal((await place.ask<ProofReport>(['verify', proof])).exit, 12)
  const changed = readFileSync(proof, 'utf8').replace(/^extra ..../m, 'extra AAAA')
  const damaged = place.write('changed.tlog-proof', changed)
  assert.equal((await place.ask<ProofReport>(['verify', damaged, '--trust', noteKey])).exit, 40)
  const verified = await place.ask<LogVerdict>(['ledger', 'verify', '--since-checkpoint', note])
  assert.deepEqual([verified.exit, verified.data.ok], [0, true])
  assert.equal(verified.data.checked.entries, second.data.seq + 1)
  assert.match(verified.data.scope, /^consistent-with-checkpoint /)
})

test('a proof without the entry is verified with the bytes beside it', async () => {
  await place.ask(['ledger', 'append', 'another one'])
  const bare = join(place.folder, 'bare.tlog-proof')
  const words = ['ledger', 'prove', '1', '--bare', '--out', bare]
  const { data } = await place.ask<{ leaf: string; noteKey: string }>(words)
  const trust = ['--trust', place.write('log.key', `${data.noteKey}\n`)]
  assert.equal((await place.ask<ProofReport>(['verify', bare, ...trust])).exit, 40)
  const entry = place.write('entry.bin', Buffer.from(data.leaf, 'base64'))
  const shown = await place.ask<ProofReport>(['verify', bare, ...trust, '--entry', entry])
  assert.deepEqual([shown.exit, shown.data.verdict], [0, 'INTACT'])
})

test('a stranger with the specification reads the whole log over HTTP, and may keep its tiles', async () => {
  const { data: signed } = await place.ask<{ origin: string; size: number; root: string }>([
    'ledger',
    'checkpoint',
  ])
  const secret = readFileSync(join(place.dataFolder, 'keys', 'api.secret'), 'utf8').trim()
  const apiKey = Buffer.from(secret, 'base64').toString('base64url')
  const served = await place.serve()
  try {
    const prefix = `${served.url}/ledger/${signed.origin.split('/').at(-1)}`
    const caching = new Set<string>()
    const ask = (path: string): Promise<Response> =>
      fetch(`${prefix}/${path}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      })
    const read = await readWholeLog(async (path) => {
      const answer = await ask(path)
      assert.equal(answer.status, 200, path)
      const kind = path.split('/')[0]
      caching.add(
        [kind, ...['content-type', 'cache-control'].map((name) => answer.headers.get(name))].join(
          ' ',
        ),
      )
      return new Uint8Array(await answer.arrayBuffer())
    })
    assert.deepEqual([read.origin, read.size, read.root], [signed.origin, signed.size, signed.root])
    assert.deepEqual([...caching].toSorted(), [
      'checkpoint text/plain; charset=utf-8 private, no-cache',
      'tile application/octet-stream private, max-age=31536000, immutable',
    ])
    assert.equal((await ask('tile/0/001')).status, 404)
    assert.equal((await fetch(`${prefix}/checkpoint`)).status, 401)
  } finally {
    await served.stop()
  }
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
