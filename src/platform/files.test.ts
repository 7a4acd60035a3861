// Files are whole or not there, the checkpoint guard never goes back, the lock and the log hold.
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { fakeClock } from '../../test/clock.ts'
import { SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { systemClock } from './clock.ts'
import { openCheckpointGuard } from './checkpoint-guard.ts'
import { atomicWriteFile } from './files.ts'
import { openLog } from './log.ts'

const ORIGIN = 'seaworthy.example/ledger/one'

function scratch(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-files-test-'))
  t.after(() => {
    rmSync(folder, { recursive: true, force: true })
  })
  return folder
}

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SeaworthyError && error.code === code
}

function rootOf(byte: number): Uint8Array {
  return new Uint8Array(32).fill(byte)
}

test('a file is replaced as a whole and a failed write leaves no rest', async (t) => {
  const folder = scratch(t)
  const path = join(folder, 'file')
  await atomicWriteFile(path, utf8Bytes('one'))
  await atomicWriteFile(path, utf8Bytes('two'))
  assert.equal(readFileSync(path, 'utf8'), 'two')
  assert.equal(statSync(path).mode & 0o777, 0o600)
  await assert.rejects(
    atomicWriteFile(join(folder, 'no', 'file'), utf8Bytes('x')),
    hasCode('PLATFORM_FILE_FAILED'),
  )
  await assert.rejects(atomicWriteFile(folder, utf8Bytes('x')), hasCode('PLATFORM_FILE_FAILED'))
  assert.deepEqual(readdirSync(folder), ['file'])
})

test('the guard remembers each log and survives reopening', async (t) => {
  const path = join(scratch(t), 'deep', 'guard.json')
  const guard = openCheckpointGuard(path)
  assert.equal(await guard.read(ORIGIN), undefined)
  await guard.write(ORIGIN, { size: 3, root: rootOf(3) })
  await guard.write('other', { size: 1, root: rootOf(1) })
  await guard.write(ORIGIN, { size: 5, root: rootOf(5) })
  assert.deepEqual(await openCheckpointGuard(path).read(ORIGIN), { size: 5, root: rootOf(5) })
  assert.deepEqual(await openCheckpointGuard(path).read('other'), { size: 1, root: rootOf(1) })
})

test('the guard remembers whose a log is and what began it, also of rows that did not say so before', async (t) => {
  const path = join(scratch(t), 'guard.json')
  const before = { [ORIGIN]: { size: 1, root: Buffer.from(rootOf(1)).toString('base64') } }
  writeFileSync(path, JSON.stringify(before))
  const guard = openCheckpointGuard(path)
  assert.deepEqual(await guard.logsOf('t-1'), [])
  await guard.write(ORIGIN, { size: 1, root: rootOf(1) }, 't-1')
  const restored = {
    statement: 'ab',
    publicKey: 'cd',
    stands: { [ORIGIN]: null, old: { size: 2, root: 'ef' } },
  }
  await guard.announce('next', 't-1', restored)
  assert.equal(await guard.read('next'), undefined)
  await guard.write('others', { size: 1, root: rootOf(1) }, 't-2')
  assert.deepEqual(await openCheckpointGuard(path).logsOf('t-1'), [
    { origin: ORIGIN, signed: { size: 1, root: rootOf(1) }, restored: undefined },
    { origin: 'next', signed: undefined, restored },
  ])
  await guard.write('next', { size: 1, root: rootOf(1) }, 't-1')
  assert.deepEqual((await guard.logsOf('t-1'))[1]?.restored, restored)
  await assert.rejects(
    guard.announce('next', 't-1', restored),
    hasCode('PLATFORM_CHECKPOINT_CONFLICT'),
  )
})

test('the guard refuses a smaller size and a second root, and takes the same again', async (t) => {
  const guard = openCheckpointGuard(join(scratch(t), 'guard.json'))
  await guard.write(ORIGIN, { size: 5, root: rootOf(5) })
  await guard.write(ORIGIN, { size: 5, root: rootOf(5) })
  await assert.rejects(
    guard.write(ORIGIN, { size: 5, root: rootOf(6) }),
    hasCode('PLATFORM_CHECKPOINT_CONFLICT'),
  )
  await assert.rejects(
    guard.write(ORIGIN, { size: 4, root: rootOf(4) }),
    hasCode('PLATFORM_CHECKPOINT_CONFLICT'),
  )
  assert.deepEqual(await guard.read(ORIGIN), { size: 5, root: rootOf(5) })
})

test('writers at the same time cannot slip a fork past the guard', async (t) => {
  const guard = openCheckpointGuard(join(scratch(t), 'guard.json'))
  const tries = [1, 2, 3, 4].map((byte) => guard.write(ORIGIN, { size: 7, root: rootOf(byte) }))
  const kept = (await Promise.allSettled(tries)).filter((each) => each.status === 'fulfilled')
  assert.equal(kept.length, 1)
})

test('a guard file that is damaged is an error and not an empty guard', async (t) => {
  const path = join(scratch(t), 'guard.json')
  for (const text of ['', '{', '{"a":{"size":-1,"root":""}}', '{"a":{"size":1}}', 'null']) {
    writeFileSync(path, text)
    await assert.rejects(
      openCheckpointGuard(path).read(ORIGIN),
      hasCode('PLATFORM_FILE_FAILED'),
      text,
    )
  }
})

test('log lines are JSON of the wanted gravity, one line each, and never fail', () => {
  const lines: string[] = []
  const clock = fakeClock(Date.UTC(2026, 10, 21))
  const log = openLog({ level: 'warn', clock, write: (line) => lines.push(line) })
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  log.info('quiet')
  log.warn('two\nlines', {
    level: 'fake',
    error: new Error('why'),
    big: 1n,
    bytes: new Uint8Array(3),
  })
  log.error('round', { circle })
  assert.equal(lines.length, 2)
  assert.ok(lines.every((line) => line.indexOf('\n') === line.length - 1))
  assert.deepEqual(JSON.parse(lines[0] ?? ''), {
    level: 'warn',
    error: { message: 'why' },
    big: '1',
    bytes: '3 bytes',
    at: '2026-11-21T00:00:00.000Z',
    message: 'two\nlines',
  })
  assert.equal((JSON.parse(lines[1] ?? '') as { message: string }).message, 'round')
})

test('log lines for people are one harmless line each, whatever a value holds', () => {
  const lines: string[] = []
  const clock = fakeClock(Date.UTC(2026, 10, 21))
  const log = openLog({ level: 'info', clock, form: 'text', write: (line) => lines.push(line) })
  log.info('read', { name: 'a\r\nforged\u001b[2J\u2028', count: 2, gone: undefined })
  assert.deepEqual(lines, [
    '2026-11-21T00:00:00.000Z info read name="a\\r\\nforged\\u001b[2J " count=2\n',
  ])
})

test('sleeping ends on time or with the reason of the abort', async () => {
  const startedAt = systemClock.monotonicMs()
  await systemClock.sleep(20)
  assert.ok(systemClock.monotonicMs() - startedAt >= 19)
  const reason = new Error('enough')
  const controller = new AbortController()
  const sleeping = systemClock.sleep(60_000, controller.signal)
  controller.abort(reason)
  await assert.rejects(sleeping, (error) => error === reason)
  await assert.rejects(systemClock.sleep(1, controller.signal), (error) => error === reason)
})

test('the fake clock wakes sleepers in the order of their times', async () => {
  const clock = fakeClock(1_000)
  const woken: number[] = []
  const sleeps = [30, 10, 20].map(async (ms) => {
    await clock.sleep(ms)
    woken.push(ms)
  })
  clock.advance(25)
  await Promise.resolve()
  assert.deepEqual(woken, [10, 20])
  clock.advance(5)
  await Promise.all(sleeps)
  assert.deepEqual([woken, clock.nowMs(), clock.monotonicMs()], [[10, 20, 30], 1_030, 30])
})
