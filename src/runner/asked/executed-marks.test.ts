// A request is executed once, also when its mark is gone, and whatever clocks and control planes say.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { nodeRandom } from '../../../test/crypto.ts'
import { UUID_CHANCE_BYTES, uuidV7 } from '../../kernel/index.ts'
import {
  ageObjection,
  AHEAD_LIMIT_MS,
  markExecuted,
  MARK_MARGIN_MS,
  REQUEST_AGE_LIMIT_MS,
} from './executed-marks.ts'

const NOON_MS = Date.parse('2026-11-21T12:00:00.000Z')
const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS
const YEAR_MS = 365 * DAY_MS
const KEPT_MS = REQUEST_AGE_LIMIT_MS + MARK_MARGIN_MS

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-marks-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'executed-requests')
}

const idAt = (ms: number): string => uuidV7(ms, nodeRandom.bytes(UUID_CHANCE_BYTES))

test('a request is executed once, of several processes by one', async (t) => {
  const folder = scratch(t)
  const id = idAt(NOON_MS)
  assert.equal(await ageObjection(folder, id, NOON_MS), undefined)
  const told = await Promise.all([1, 2, 3].map(() => markExecuted(folder, id, NOON_MS)))
  assert.equal(told.filter((each) => each === undefined).length, 1)
  assert.match((await markExecuted(folder, id, NOON_MS + 1)) ?? '', /executed the request before/)
})

test('a mark is on the disk before anything is executed: the file, its name, and the folder of a first mark', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('which file a handle is of is looked up in /proc')
    return
  }
  const folder = scratch(t)
  const id = idAt(NOON_MS)
  const probe = await open(dirname(folder), 'r')
  const handles = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const synced: string[] = []
  const { sync } = handles
  t.mock.method(handles, 'sync', function (this: FileHandle) {
    synced.push(readlinkSync(`/proc/self/fd/${this.fd}`))
    return sync.call(this)
  })
  assert.equal(await markExecuted(folder, id, NOON_MS), undefined)
  assert.deepEqual(synced, [dirname(folder), join(folder, id), folder])
})

test('what is too old, of the future, or of no known time is not executed', async (t) => {
  const folder = scratch(t)
  const told = async (id: string): Promise<string> =>
    (await ageObjection(folder, id, NOON_MS)) ?? 'executed'
  assert.match(await told(idAt(NOON_MS - REQUEST_AGE_LIMIT_MS - 1)), /older than a request can be/)
  assert.equal(await told(idAt(NOON_MS - REQUEST_AGE_LIMIT_MS)), 'executed')
  assert.match(await told(idAt(NOON_MS + AHEAD_LIMIT_MS + 1)), /of the future/)
  assert.equal(await told(idAt(NOON_MS + AHEAD_LIMIT_MS)), 'executed')
  assert.match(await told('5f0c9d8e-2b7a-41c6-8000-000000000000'), /does not say when/)
})

test('a mark goes once its request is long too old, and the request stays refused, by a clock that went back as well', async (t) => {
  const folder = scratch(t)
  const [first, second] = [idAt(NOON_MS), idAt(NOON_MS + KEPT_MS + 1)]
  assert.equal(await markExecuted(folder, first, NOON_MS), undefined)
  assert.equal(await markExecuted(folder, second, NOON_MS + KEPT_MS + 1), undefined)
  assert.deepEqual(readdirSync(folder).sort(), [second, `before-${NOON_MS + 1}`].sort())
  assert.match((await ageObjection(folder, first, NOON_MS)) ?? '', /may have been executed/)
  const third = idAt(NOON_MS + 2 * KEPT_MS + 2)
  assert.equal(await markExecuted(folder, third, NOON_MS + 2 * KEPT_MS + 2), undefined)
  assert.deepEqual(readdirSync(folder).sort(), [third, `before-${NOON_MS + KEPT_MS + 2}`].sort())
})

test('a clock that runs a year ahead, with requests of today, takes no mark away', async (t) => {
  const folder = scratch(t)
  const ids = [idAt(NOON_MS), idAt(NOON_MS + HOUR_MS)]
  for (const id of ids) assert.equal(await markExecuted(folder, id, NOON_MS), undefined)
  const ahead = await markExecuted(folder, idAt(NOON_MS + HOUR_MS), NOON_MS + YEAR_MS)
  assert.match(ahead ?? '', /older than a request can be/)
  for (const id of ids) assert.ok(readdirSync(folder).includes(id))
  assert.match((await markExecuted(folder, ids[0]!, NOON_MS)) ?? '', /executed the request before/)
})

test('clock and control plane that both lie about the year can make a runner refuse, and never execute again', async (t) => {
  const folder = scratch(t)
  const id = idAt(NOON_MS)
  assert.equal(await markExecuted(folder, id, NOON_MS), undefined)
  assert.equal(await markExecuted(folder, idAt(NOON_MS + YEAR_MS), NOON_MS + YEAR_MS), undefined)
  assert.ok(!readdirSync(folder).includes(id))
  assert.match((await markExecuted(folder, id, NOON_MS)) ?? '', /may have been executed/)
  assert.match(
    (await ageObjection(folder, idAt(NOON_MS), NOON_MS)) ?? '',
    /marks of requests before/,
  )
})
