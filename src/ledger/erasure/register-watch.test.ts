// A register that lost lines, or its beginning, is found by what the guard was told, and no erasure waits for that.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../../test/crypto.ts'
import { memoryGuard, memoryRegister } from '../../../test/ledger.ts'
import type { CheckpointGuard } from '../model.ts'
import type { RegisteredErasure } from './register.ts'
import { findRegisterGap, watchRegister } from './register-watch.ts'

const HASH = 'ab'.repeat(32)

function anErasure(request: string): RegisteredErasure {
  return {
    tenant: 't-1',
    request,
    attestedBy: { origin: 'ships.example/ledger/00', seq: 3, leafHash: HASH },
    keys: [{ dekId: 1, wrappedHash: HASH }],
  }
}

function open(register: ReturnType<typeof memoryRegister>, guard: CheckpointGuard) {
  const told: unknown[] = []
  const error = (...words: readonly unknown[]): void => void told.push(words)
  const log = { info: () => undefined, warn: () => undefined, error }
  const watched = watchRegister({ digest: nodeDigest, guard, register, log })
  return { watched, told }
}

async function openFilled(guard: CheckpointGuard) {
  const register = memoryRegister()
  const { watched, told } = open(register, guard)
  await watched.settle()
  for (const request of ['one', 'two', 'three']) await watched.add(anErasure(request))
  await watched.addUndone(anErasure('three'))
  assert.deepEqual(told, [])
  assert.equal(await watched.findGap(), undefined)
  return { register, watched }
}

test('a register from whose end, middle or beginning something was taken is found, and a new one in its place too', async () => {
  const takings: Readonly<Record<string, (lines: string[]) => unknown>> = {
    'the last line': (lines) => lines.pop(),
    'a line in the middle': (lines) => lines.splice(1, 1),
    'its beginning': (lines) => lines.splice(0, 2, lines[0]!.replace('T10', 'T12')),
    'all of it': (lines) => lines.splice(0, 9, lines[0]!.replace('T10', 'T12')),
    'what a line says': (lines) => lines.splice(1, 1, lines[1]!.replace('"one"', '"ten"')),
  }
  for (const [what, take] of Object.entries(takings)) {
    const guard = memoryGuard()
    const { register } = await openFilled(guard)
    take(register.lines)
    const { watched, told } = open(register, guard)
    assert.match(String(await watched.findGap()), /^expected .* of erasure-register\//, what)
    await watched.settle()
    assert.equal(told.length, 1, what)
    // What comes is registered all the same, and the gap stays one.
    await watched.add(anErasure('four'))
    assert.equal((await watched.read()).erasures.at(-1)?.request, 'four', what)
    assert.notEqual(await watched.findGap(), undefined, what)
  }
})

test('registers of two servers behind one another in one file lack nothing', async () => {
  const guard = memoryGuard()
  const { register } = await openFilled(guard)
  const other = memoryRegister('2026-11-21T11:00:00.000Z')
  const there = open(other, guard).watched
  await there.settle()
  assert.match(String(await there.findGap()), /got 0$/)
  await there.add(anErasure('four'))
  other.lines.unshift(...register.lines)
  assert.equal(await there.findGap(), undefined)
  assert.deepEqual(
    (await there.read()).erasures.map(({ request }) => request),
    ['one', 'two', 'four'],
  )
})

test('a guard that fails, or that another server told of more, keeps no erasure from the register', async () => {
  const guard = memoryGuard()
  const { register, watched } = await openFilled(guard)
  const failing = { ...guard, write: () => Promise.reject(new Error('the disk is full')) }
  const { watched: hindered, told } = open(register, failing)
  await hindered.add(anErasure('four'))
  assert.equal((await watched.read()).erasures.at(-1)?.request, 'four')
  assert.match(JSON.stringify(told), /was not told of the erasure register/)
  // The other server's word comes between this one's look and its own.
  const late: CheckpointGuard = {
    ...guard,
    async write(origin, next, tenantId) {
      await register.add(anErasure('six'))
      await watched.settle()
      await guard.write(origin, next, tenantId)
    },
  }
  const second = open(register, late)
  await second.watched.add(anErasure('five'))
  assert.deepEqual(second.told, [])
  assert.equal(await findRegisterGap({ digest: nodeDigest, guard, register }), undefined)
})
