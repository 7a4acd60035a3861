// What nobody answered is asked for again as it was, and what was answered or refused is not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Intentions, Unsent } from './intentions.ts'

let keyCount = 0
const newKey = (): string => `key-${++keyCount}`
const isSilence = (thrown: unknown): boolean => thrown instanceof TypeError
const silence = (): Promise<never> => Promise.reject(new TypeError('Failed to fetch'))
const refusal = (): Promise<never> => Promise.reject(new Error('expected another plan'))
const asked = (path: string, text = ''): { method: string; path: string; body: Uint8Array } => ({
  method: 'POST',
  path,
  body: new TextEncoder().encode(text),
})

test('what nothing answered is asked for again with the same key, and what was answered with another', () => {
  const intentions = new Intentions(newKey, isSilence)
  const key = intentions.keyOf(asked('/v1/flips', 'on'))
  assert.equal(intentions.keyOf(asked('/v1/flips', 'on')), key)
  assert.notEqual(intentions.keyOf(asked('/v1/flips', 'of')), key)
  assert.notEqual(intentions.keyOf(asked('/v1/flops', 'on')), key)
  intentions.settle(asked('/v1/flips', 'on'))
  assert.notEqual(intentions.keyOf(asked('/v1/flips', 'on')), key)
})

test('where a later step of a press is not answered the earlier one keeps its key too, until all are answered or one is refused', async () => {
  const intentions = new Intentions(newKey, isSilence)
  const paths = ['/v1/decisions', '/v1/bundles']
  const press = (last: () => Promise<unknown>): Promise<string> =>
    intentions.together(paths, async () => {
      const key = intentions.keyOf(asked('/v1/decisions'))
      intentions.settle(asked('/v1/decisions'))
      intentions.keyOf(asked('/v1/bundles'))
      await last()
      return key
    })
  const first = intentions.keyOf(asked('/v1/decisions'))
  await assert.rejects(press(silence))
  assert.equal(intentions.keyOf(asked('/v1/decisions')), first)
  await assert.rejects(press(refusal))
  const second = intentions.keyOf(asked('/v1/decisions'))
  assert.notEqual(second, first)
  assert.equal(await press(() => Promise.resolve()), second)
  assert.notEqual(intentions.keyOf(asked('/v1/decisions')), second)
})

test('what was signed and not answered is sent again as it was; once it is answered or refused it is signed anew', async () => {
  const unsent = new Unsent<number>(isSilence)
  let madeCount = 0
  const press = (send: (made: number) => Promise<number>): Promise<number> =>
    unsent.once(['ann', 'approve'], () => Promise.resolve(++madeCount), send)
  const answer = (made: number): Promise<number> => Promise.resolve(made)
  await assert.rejects(press(silence))
  assert.equal(await press(answer), 1)
  assert.equal(await press(answer), 2)
  await assert.rejects(press(refusal))
  assert.equal(await press(answer), 4)
})
