// A store for last good words that hangs, and a log that fails, keep nobody from the next flip.
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { test } from 'node:test'
import { aBoard } from '../../../test/switch-board.ts'
import { nodeGuardClock } from '../node.ts'
import type { LastGoodStore } from './model.ts'

const forever = <Value>(): Promise<Value> => new Promise<Value>(() => undefined)

async function inTime<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
  const late = pause(limitMs, undefined, { ref: false }).then(() => assert.fail('it hangs'))
  return Promise.race([work, late])
}

test('a store that never answers holds up neither the start nor a flip, and is told of', async (t) => {
  const lastGood: LastGoodStore = { read: forever, write: forever }
  const { file, events, switches } = aBoard({ lastGood, clock: nodeGuardClock, pollMs: 50 })
  t.after(() => switches.stop())
  await inTime(switches.start(), 5_000)
  for (const state of ['off', 'on', 'off'] as const) {
    file.set({ 'billing-writes': { state } })
    await inTime(switches.refresh(), 2_000)
    assert.equal(switches.isOn('billing-writes'), state === 'on')
  }
  assert.ok(
    events.some((event) => event.type === 'switch.source-lost' && event.source === 'last-good'),
  )
})

test('a store that was slow once is left with the newest words', async () => {
  const written: string[] = []
  let finish = (): void => undefined
  const lastGood: LastGoodStore = {
    read: () => Promise.resolve(undefined),
    write: (text) => {
      written.push(text)
      return written.length > 1
        ? Promise.resolve()
        : new Promise((resolve) => {
            finish = resolve
          })
    },
  }
  const { file, switches } = aBoard({ lastGood, clock: nodeGuardClock })
  for (const state of ['off', 'on', 'off'] as const) {
    file.set({ 'billing-writes': { state } })
    await inTime(switches.refresh(), 2_000)
  }
  finish()
  await pause(10)
  assert.equal(written.length, 2)
  assert.match(written.at(-1) ?? '', /off/)
})

test('a log that throws ends no watch', async (t) => {
  const sink = (): never => {
    throw new Error('the log is full')
  }
  const { file, switches } = aBoard({ sink, clock: nodeGuardClock, pollMs: 20 })
  t.after(() => switches.stop())
  await switches.start()
  for (const isOn of [false, true, false]) {
    file.set({ 'billing-writes': { state: isOn ? 'on' : 'off' } })
    const deadline = performance.now() + 5_000
    while (switches.isOn('billing-writes') !== isOn && performance.now() < deadline) await pause(10)
    assert.equal(switches.isOn('billing-writes'), isOn)
  }
})
