// The journal file: whole appends only, a torn end is cut, a damaged middle is refused, old files go, full disks fail cleanly.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
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
import { SeaworthyError, utf8Bytes, utf8Text } from '../kernel/index.ts'
import { openRecordJournal } from './journal-file.ts'

const FIRST = '00000001.journal'

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-journal-test-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

async function write(folder: string, ...appends: readonly (readonly string[])[]): Promise<void> {
  const journal = await openRecordJournal(folder)
  for (const texts of appends) await journal.append(texts.map(utf8Bytes))
  await journal.close()
}

async function readBack(folder: string): Promise<string[]> {
  const journal = await openRecordJournal(folder)
  await journal.close()
  return journal.takeRecords().map(utf8Text)
}

test('records come back in order after reopening, empty ones and none at all included', async (t) => {
  const folder = join(scratch(t), 'deep', 'journal')
  await write(folder, ['a', '', 'b'], [], ['c'])
  await write(folder, ['d'])
  assert.deepEqual(await readBack(folder), ['a', '', 'b', 'c', 'd'])
  assert.equal(statSync(join(folder, FIRST)).mode & 0o777, 0o600)
})

test('appends at the same time queue up and none is lost', async (t) => {
  const folder = scratch(t)
  const journal = await openRecordJournal(folder)
  const texts = Array.from({ length: 40 }, (_, at) => `record ${at}`)
  await Promise.all(texts.map((text) => journal.append([utf8Bytes(text)])))
  await journal.close()
  assert.deepEqual(await readBack(folder), texts)
  await assert.rejects(journal.append([utf8Bytes('late')]), hasCode('PLATFORM_FILE_FAILED'))
})

test('cut at every byte of its last append, the journal keeps all before it and goes on', async (t) => {
  const folder = scratch(t)
  await write(folder, ['kept 1', 'kept 2'], ['kept 3'])
  const before = statSync(join(folder, FIRST)).size
  await write(folder, ['torn 1', 'torn 2'])
  const whole = readFileSync(join(folder, FIRST))
  let cuts = 0
  for (let size = before; size < whole.length; size++) {
    const copy = join(folder, `cut-${size}`)
    mkdirSync(copy)
    writeFileSync(join(copy, FIRST), whole.subarray(0, size))
    const journal = await openRecordJournal(copy)
    assert.equal(journal.cutBytes, size - before)
    assert.equal(statSync(join(copy, FIRST)).size, before)
    assert.deepEqual(journal.takeRecords().map(utf8Text), ['kept 1', 'kept 2', 'kept 3'])
    await journal.append([utf8Bytes('after')])
    await journal.close()
    assert.deepEqual(await readBack(copy), ['kept 1', 'kept 2', 'kept 3', 'after'])
    cuts++
  }
  assert.ok(cuts === 60, `${cuts} cuts`)
})

test('a last append whose length or bytes never reached the disk is cut off', async (t) => {
  const folder = scratch(t)
  await write(folder, ['kept'])
  const before = statSync(join(folder, FIRST)).size
  await write(folder, ['torn and a bit longer than a hash is, so that zeros have room'])
  const whole = readFileSync(join(folder, FIRST))
  for (const [from, until] of [
    [before, whole.length],
    [before + 8, whole.length],
    [whole.length - 32, whole.length],
    [before + 4, before + 8],
  ]) {
    const torn = Buffer.from(whole)
    torn.fill(0, from, until)
    writeFileSync(join(folder, FIRST), torn)
    assert.deepEqual(await readBack(folder), ['kept'], `zeros from ${from}`)
  }
})

test('any changed byte before the last append is refused and nothing is cut', async (t) => {
  const folder = scratch(t)
  await write(folder, ['first'], ['second'], ['third'])
  const whole = readFileSync(join(folder, FIRST))
  const last = statSync(join(folder, FIRST)).size - (8 + 4 + 5 + 32)
  let refused = 0
  for (let at = 0; at < last; at++) {
    const changed = Buffer.from(whole)
    changed[at]! ^= 0x10
    writeFileSync(join(folder, FIRST), changed)
    await assert.rejects(openRecordJournal(folder), hasCode('PLATFORM_JOURNAL_DAMAGED'), `${at}`)
    assert.deepEqual(readFileSync(join(folder, FIRST)), changed)
    refused++
  }
  assert.ok(refused > 100, `${refused} refused`)
})

test('a record that looks like a frame does not turn a torn end into damage', async (t) => {
  const folder = scratch(t)
  await write(folder, ['kept'])
  const whole = readFileSync(join(folder, FIRST))
  const journal = await openRecordJournal(folder)
  await journal.append([whole.subarray(56), utf8Bytes('end')])
  await journal.close()
  const file = join(folder, FIRST)
  writeFileSync(file, readFileSync(file).subarray(0, -1))
  assert.deepEqual(await readBack(folder), ['kept'])
})

test('files follow one another, the oldest go, and a gap before the last file is refused', async (t) => {
  const folder = scratch(t)
  const limits = { segmentLimitBytes: 200, segmentsKept: 3 }
  const journal = await openRecordJournal(folder, limits)
  for (let at = 0; at < 30; at++) await journal.append([utf8Bytes(`record number ${at}`)])
  await journal.close()
  const names = readdirSync(folder).sort()
  assert.equal(names.length, 3)
  const kept = await readBack(folder)
  assert.deepEqual(kept.at(-1), 'record number 29')
  assert.ok(kept.length >= 6 && kept.length < 30)
  copyFileSync(join(folder, names[1]!), join(folder, 'copy'))
  writeFileSync(join(folder, names[1]!), readFileSync(join(folder, 'copy')).subarray(0, -1))
  await assert.rejects(openRecordJournal(folder), hasCode('PLATFORM_JOURNAL_DAMAGED'))
  rmSync(join(folder, names[1]!))
  await assert.rejects(openRecordJournal(folder), hasCode('PLATFORM_JOURNAL_DAMAGED'))
})

test('what is forgotten is in no file any more, and the journal goes on', async (t) => {
  const folder = join(scratch(t), 'journal')
  const journal = await openRecordJournal(folder)
  await journal.append([utf8Bytes('in clear')])
  await journal.forget()
  await journal.append([utf8Bytes('after')])
  await journal.close()
  const names = readdirSync(folder)
  assert.deepEqual(names, ['00000002.journal'])
  assert.ok(!readFileSync(join(folder, names[0]!), 'latin1').includes('in clear'))
  assert.deepEqual(await readBack(folder), ['after'])
})

test('a write that hits the end of the disk fails, leaves nothing behind, and the next one that fits succeeds', async (t) => {
  if (process.platform === 'win32') return t.skip('no limit on file sizes to be had')
  const folder = scratch(t)
  const script = `
    process.on('SIGXFSZ', () => {})
    const { openRecordJournal } = await import(${JSON.stringify(new URL('./journal-file.ts', import.meta.url).href)})
    const journal = await openRecordJournal(process.argv[1])
    const said = []
    for (const size of [1000, 100_000, 1000])
      said.push(await journal.append([new Uint8Array(size).fill(65)]).then(() => 'ok', (error) => error.code))
    await journal.close()
    console.log(JSON.stringify(said))`
  const ran = spawnSync(
    'sh',
    [
      '-c',
      'ulimit -f 16; exec "$@"',
      'sh',
      process.execPath,
      '--input-type=module',
      '-e',
      script,
      folder,
    ],
    { encoding: 'utf8' },
  )
  assert.equal(ran.stdout.trim(), '["ok","PLATFORM_FILE_FAILED","ok"]', ran.stderr)
  // Header and two frames: nothing of the write that failed is left.
  assert.equal(statSync(join(folder, FIRST)).size, 56 + 2 * (8 + 4 + 1000 + 32))
  const texts = await readBack(folder)
  assert.deepEqual(
    texts.map((text) => text.length),
    [1000, 1000],
  )
})
