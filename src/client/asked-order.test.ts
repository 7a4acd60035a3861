// Answers that overtake each other: the newest is what was asked for last, whatever the servers' clocks say.
import assert from 'node:assert/strict'
import test from 'node:test'
import { AskedOrder } from './asked-order.ts'

interface Told {
  readonly asOfMs: number
}

test('of two answers that which was asked for later is the newest, though it came first or has the earlier time', async () => {
  const turns = new AskedOrder<Told>()
  const slow = Promise.withResolvers<Told>()
  const asked = turns.ask(() => slow.promise)
  const late = await turns.ask(async () => ({ asOfMs: 1 }))
  slow.resolve({ asOfMs: 99 })
  const early = await asked
  assert.equal(turns.newestOf(early, late), late)
  assert.equal(turns.newestOf(late, undefined, early), late)
})

test('what came back from a change is newer than what was asked for before, and older than what is asked for after', async () => {
  const turns = new AskedOrder<Told>()
  const slow = Promise.withResolvers<Told>()
  const asked = turns.ask(() => slow.promise)
  const changed = { asOfMs: 5 }
  turns.note(changed)
  slow.resolve({ asOfMs: 7 })
  const before = await asked
  assert.equal(turns.newestOf(before, changed), changed)
  const after = await turns.ask(async () => ({ asOfMs: 2 }))
  assert.equal(turns.newestOf(before, changed, after), after)
})

test('an answer that is given again because nothing changed is as new as the question', async () => {
  const turns = new AskedOrder<Told>()
  const kept = await turns.ask(async () => ({ asOfMs: 1 }))
  const other = await turns.ask(async () => ({ asOfMs: 2 }))
  assert.equal(turns.newestOf(kept, other), other)
  await turns.ask(async () => kept)
  assert.equal(turns.newestOf(kept, other), kept)
})
