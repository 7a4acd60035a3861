// Quarantined bodies: as they came, bounded for each reason, in memory and in a folder that outlives the process.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeIngestGuard } from './ingest-guard.ts'
import type { GuardEvent } from '../model.ts'
import { folderQuarantine, nodeGuardClock, nodeSha256 } from '../node.ts'
import { makeMemoryQuarantine, makeQuarantine } from './quarantine.ts'
import type { QuarantineStore } from './quarantine.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

async function aQuarantine(
  more: { store?: QuarantineStore; countLimit?: number; sizeLimitBytes?: number } = {},
) {
  const events: GuardEvent[] = []
  let nowMs = 1_000
  const clock = { epochMs: () => nowMs++ }
  const quarantine = await makeQuarantine({
    clock,
    store: makeMemoryQuarantine(),
    sink: (event) => void events.push(event),
    ...more,
  })
  const guard = makeIngestGuard({ clock: nodeGuardClock, sha256: nodeSha256, quarantine })
  return { quarantine, guard, events }
}

test('a refused body is kept byte for byte with hash, reason and time, and a good one is not', async () => {
  const { quarantine, guard } = await aQuarantine()
  const body = new Uint8Array([0x22, 0xff, 0x22])
  guard.admit(body)
  guard.admit(body)
  guard.admit(utf8('{}'))
  // Whoever reads bodies may use the memory again.
  body.fill(0)
  await quarantine.settled()
  const sha256 = nodeSha256(new Uint8Array([0x22, 0xff, 0x22]))
  assert.deepEqual(quarantine.list(), [
    { sha256, reason: 'not-utf-8', sizeBytes: 3, atEpochMs: 1_000 },
  ])
  assert.deepEqual(await quarantine.read(sha256), new Uint8Array([0x22, 0xff, 0x22]))
  assert.equal(await quarantine.release(sha256), true)
  assert.equal(await quarantine.release(sha256), false)
  assert.equal(await quarantine.read(sha256), undefined)
})

test('a flood of one kind takes no place from another, and its newest bodies stay', async () => {
  const { quarantine, guard } = await aQuarantine({ countLimit: 5, sizeLimitBytes: 100 })
  guard.admit(utf8('{"a":1,"a":2}'))
  for (let index = 0; index < 200; index++) {
    guard.admit(utf8(`{${index}`))
    await quarantine.settled()
  }
  const reasons = quarantine.list().map(({ reason }) => reason)
  assert.deepEqual(reasons, ['duplicate-key', ...Array<string>(5).fill('not-json')])
  assert.deepEqual(await quarantine.read(nodeSha256(utf8('{199'))), utf8('{199'))
  guard.admit(utf8(`[${'1'.repeat(60)}`))
  guard.admit(utf8(`[${'2'.repeat(60)}`))
  const size = quarantine
    .list()
    .reduce((sum, { reason, sizeBytes }) => sum + (reason === 'not-json' ? sizeBytes : 0), 0)
  assert.ok(size <= 100, `${size} bytes kept`)
})

test('a store that is slow or fails costs a body its place and no request its answer', async () => {
  const failing: QuarantineStore = {
    ...makeMemoryQuarantine(),
    put: () => Promise.reject(new Error('disk full')),
  }
  const { quarantine, guard, events } = await aQuarantine({ store: failing, countLimit: 1_000 })
  for (let index = 0; index < 100; index++) assert.equal(guard.admit(utf8(`{${index}`)).ok, false)
  await quarantine.settled()
  assert.deepEqual(quarantine.list(), [])
  const countOf = (type: string): number => events.filter((event) => event.type === type).length
  assert.deepEqual(
    [countOf('ingest.quarantine-failed'), countOf('ingest.quarantine-full')],
    [64, 36],
  )
})

test('a folder keeps bodies over a restart, for its owner alone, and strange files in it are left alone', async (t) => {
  const folder = join(mkdtempSync(join(tmpdir(), 'seaworthy-quarantine-')), 'in', 'side')
  t.after(() => rmSync(join(folder, '../..'), { recursive: true }))
  const before = await aQuarantine({ store: folderQuarantine(folder) })
  before.guard.admit(utf8('{"a":1,"a":2}'))
  before.guard.admit(utf8('['))
  await before.quarantine.settled()
  const name = `${'0'.repeat(64)}.json`
  writeFileSync(join(folder, name), '{"sha256":"../../../etc/passwd"}')
  writeFileSync(join(folder, `${'1'.repeat(64)}.json`), '{')
  writeFileSync(join(folder, 'notes.txt'), 'hello')
  const after = await aQuarantine({ store: folderQuarantine(folder) })
  assert.deepEqual(after.quarantine.list(), before.quarantine.list())
  const sha256 = nodeSha256(utf8('['))
  assert.equal(new TextDecoder().decode(await after.quarantine.read(sha256)), '[')
  assert.equal(statSync(join(folder, `${sha256}.body`)).mode & 0o777, 0o600)
  await after.quarantine.release(sha256)
  assert.equal(
    readdirSync(folder).some((each) => each.startsWith(sha256)),
    false,
  )
  assert.ok(readdirSync(folder).includes('notes.txt'))
})
