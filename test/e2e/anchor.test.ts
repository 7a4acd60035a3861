// Checkpoints kept outside the database: a file and a git repository notice what the machine alone cannot.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { CREDENTIALS } from '../bucket.ts'
import { hideVersion, openLockedBucket } from '../locked-bucket.ts'
import { openWorkplace } from './command-line.ts'

interface Anchored {
  readonly anchors: readonly {
    readonly kind: string
    readonly checked: number
    readonly reason: string | null
    readonly at: string | null
  }[]
}

const place = openWorkplace(undefined, CREDENTIALS)
after(() => place.remove())

const file = join(place.folder, 'kept.anchors')
const repository = join(place.folder, 'anchors.git')
const words = ['ledger', 'anchor', '--file', file, '--git', repository]

function reasonsOf({ data }: { readonly data: Anchored }): (string | null)[] {
  return data.anchors.map(({ reason }) => reason)
}

test('a file and a git repository keep checkpoints, and show that a rewritten past is another', async () => {
  execFileSync('git', ['init', '--quiet', '--bare', repository])
  execFileSync('git', ['-C', repository, 'commit-tree', '-m', 'anchors', emptyTree()], {
    env: { ...process.env, ...someone() },
  })
  const head = execFileSync('git', ['-C', repository, 'commit-tree', '-m', 'a', emptyTree()], {
    env: { ...process.env, ...someone() },
    encoding: 'utf8',
  })
  execFileSync('git', ['-C', repository, 'update-ref', 'HEAD', head.trim()])
  await place.ask(['ledger', 'append', 'one'])
  const first = await place.ask<Anchored>(words)
  assert.deepEqual([first.exit, reasonsOf(first)], [0, [null, null]])
  assert.deepEqual(
    first.data.anchors.map(({ checked }) => checked),
    [0, 0],
  )
  const copy = join(place.folder, 'copy')
  cpSync(place.dataFolder, copy, { recursive: true })
  await place.ask(['ledger', 'append', 'two'])
  const second = await place.ask<Anchored>(words)
  assert.deepEqual(
    second.data.anchors.map(({ checked, at }) => [checked, at !== null]),
    [
      [1, true],
      [1, true],
    ],
  )
  const again = await place.ask<Anchored>([...words, '--verify'])
  assert.deepEqual([again.exit, reasonsOf(again)], [0, [null, null]])
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 2)
  const tags = execFileSync('git', ['-C', repository, 'tag'], { encoding: 'utf8' })
  assert.match(tags, /^ledger\/[0-9a-f]{16}\/\d+\nledger\/[0-9a-f]{16}\/\d+\n$/)

  // The folder of an hour ago is put back, its own memory of checkpoints with it, and goes on.
  rmSync(place.dataFolder, { recursive: true })
  cpSync(copy, place.dataFolder, { recursive: true })
  const behind = await place.ask<Anchored>(words)
  assert.equal(behind.exit, 40)
  for (const reason of reasonsOf(behind)) assert.match(reason ?? '', /entries were kept/)
  await place.ask(['ledger', 'append', 'another two'])
  const forked = await place.ask<Anchored>(words)
  assert.equal(forked.exit, 40)
  for (const reason of reasonsOf(forked)) assert.match(reason ?? '', /others than those/)
  assert.equal(readFileSync(file, 'utf8').trim().split('\n').length, 2)
})

test('another log’s file, a damaged file and a folder without repository are refused', async () => {
  const foreign = await place.ask<Anchored>(['ledger', 'append', 'elsewhere', '--tenant', 'other'])
  assert.equal(foreign.exit, 0)
  const mixed = await place.ask<Anchored>(['ledger', 'anchor', '--tenant', 'other', '--file', file])
  assert.equal(mixed.exit, 40)
  assert.match(reasonsOf(mixed)[0] ?? '', /is not of/)
  const damaged = join(place.folder, 'damaged.anchors')
  writeFileSync(damaged, '{"at":1}\n')
  assert.equal((await place.refusal(['ledger', 'anchor', '--file', damaged])).exit, 2)
  const nowhere = await place.refusal(['ledger', 'anchor', '--git', place.folder])
  assert.deepEqual([nowhere.exit, nowhere.code], [9, 'LEDGER_ANCHOR_FAILED'])
  assert.equal((await place.refusal(['ledger', 'anchor'])).exit, 2)
})

test('objects under a lock keep checkpoints, also those that somebody hid, and a store without locks is refused', async (t) => {
  const bucket = await openLockedBucket(t)
  const tenant = ['--tenant', 'locked']
  const s3 = ['--s3', 'anchors/harbour', '--s3-endpoint', bucket.endpoint]
  const anchor = ['ledger', 'anchor', ...s3, ...tenant]
  await place.ask(['ledger', 'append', 'one', ...tenant])
  const first = await place.ask<Anchored>([...anchor, '--retain-days', '30'])
  assert.deepEqual([first.exit, reasonsOf(first)], [0, [null]])
  const [kept] = bucket.versions
  assert.match(kept?.key ?? '', /^harbour\/ledger\/[0-9a-f]{16}\/\d{16}$/)
  assert.equal(kept?.mode, 'COMPLIANCE')
  const days = (Date.parse(kept?.until ?? '') - Date.now()) / 86_400_000
  assert.ok(days > 29.9 && days < 30.1, `locked for ${days} days`)

  const copy = join(place.folder, 'copy of locked')
  cpSync(place.dataFolder, copy, { recursive: true })
  await place.ask(['ledger', 'append', 'two', ...tenant])
  const second = await place.ask<Anchored>(anchor)
  assert.deepEqual([second.exit, second.data.anchors[0]?.checked], [0, 1])
  // Whoever rewrites the past hides what was kept, as far as the lock lets them.
  const keys = bucket.versions.map(({ key }) => key)
  for (const key of keys) hideVersion(bucket, key)
  rmSync(place.dataFolder, { recursive: true })
  cpSync(copy, place.dataFolder, { recursive: true })
  await place.ask(['ledger', 'append', 'another two', ...tenant])
  const forked = await place.ask<Anchored>(anchor)
  assert.equal(forked.exit, 40)
  assert.match(reasonsOf(forked)[0] ?? '', /others than those/)

  bucket.mood = 'lax'
  const fresh = ['ledger', 'anchor', ...s3, '--tenant', 'unlocked']
  await place.ask(['ledger', 'append', 'one', '--tenant', 'unlocked'])
  const lax = await place.refusal(fresh)
  assert.deepEqual([lax.exit, lax.code], [9, 'PLATFORM_LOCKED_STORE_FAILED'])
  assert.equal((await place.refusal([...fresh, '--retain-days', '0'])).exit, 2)
})

function emptyTree(): string {
  const made = execFileSync(
    'git',
    ['-C', repository, 'hash-object', '-t', 'tree', '-w', '--stdin'],
    {
      input: '',
      encoding: 'utf8',
    },
  )
  return made.trim()
}

function someone(): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: 'somebody',
    GIT_AUTHOR_EMAIL: 'somebody@localhost',
    GIT_COMMITTER_NAME: 'somebody',
    GIT_COMMITTER_EMAIL: 'somebody@localhost',
  }
}
