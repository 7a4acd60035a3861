// What the board does about presses that nothing answers, keys that are not the one shown, and clocks that are wrong: its rules, without a browser.
import assert from 'node:assert/strict'
import test from 'node:test'
import { boardFault, faultOf, faultOfPress } from '../board/board-fault.ts'
import { clockNote } from '../board/clock-note.ts'
import { Intentions, Unsent } from '../board/intentions.ts'
import { keyIdFor } from '../board/signing-key.ts'

const silence = (): Promise<never> => Promise.reject(boardFault('BOARD_NO_ANSWER', 'cut off'))
const refusal = (): Promise<never> =>
  Promise.reject(boardFault('BOARD_PLAN_CHANGED', 'expected another plan'))
const asked = (path: string, text = ''): { method: string; path: string; body: Uint8Array } => ({
  method: 'POST',
  path,
  body: new TextEncoder().encode(text),
})

test('what nothing answered is asked for again with the same key, and what was answered with another', () => {
  const intentions = new Intentions()
  const key = intentions.keyOf(asked('/v1/flips', 'on'))
  assert.match(key, /^[0-9a-f]{32}$/)
  assert.equal(intentions.keyOf(asked('/v1/flips', 'on')), key)
  assert.notEqual(intentions.keyOf(asked('/v1/flips', 'of')), key)
  assert.notEqual(intentions.keyOf(asked('/v1/flops', 'on')), key)
  intentions.settle(asked('/v1/flips', 'on'))
  assert.notEqual(intentions.keyOf(asked('/v1/flips', 'on')), key)
})

test('where a later step of a press is not answered the earlier one keeps its key too, until all are answered or one is refused', async () => {
  const intentions = new Intentions()
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
  const unsent = new Unsent<number>()
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

test('a press without an answer is told as not known, and a refusal as it is', () => {
  const silent = faultOfPress(boardFault('BOARD_NO_ANSWER', 'Failed to fetch'))
  assert.equal(silent.code, 'BOARD_PRESS_UNANSWERED')
  assert.match(silent.text, /Whether it was done is not known \(BOARD_NO_ANSWER: Failed to fetch\)/)
  assert.doesNotMatch(silent.hint, /asks again by itself/)
  const gateway = Object.assign(new Error('expected an answer of Seaworthy'), {
    code: 'CLIENT_ANSWER_FOREIGN',
    row: { title: '', hint: '', status: 502 },
  })
  assert.equal(faultOfPress(gateway).code, 'BOARD_PRESS_UNANSWERED')
  const refused = boardFault('BOARD_PLAN_CHANGED', 'expected another plan')
  assert.equal(faultOfPress(refused).code, 'BOARD_PLAN_CHANGED')
  // A mistake of the page itself says nothing of the server.
  assert.equal(faultOf(new TypeError('x is undefined')).code, 'BOARD_UNEXPECTED')
})

test('a key that was made before its person might speak in a role is not the one that signs in it', () => {
  const key = { keyId: 'ab12', roles: ['Captain'] }
  const signsAs = ['Captain', 'Pilot']
  assert.equal(keyIdFor({ signsAs }, key, 'Captain'), 'ab12')
  assert.equal(keyIdFor({ signsAs }, key, 'Pilot'), undefined)
  assert.equal(keyIdFor({ signsAs }, key), 'ab12')
  assert.equal(keyIdFor({ signsAs }, undefined, 'Captain'), undefined)
  // A new key would have no more roles than this one.
  assert.equal(keyIdFor({ signsAs: ['Captain'] }, key, 'Pilot'), 'ab12')
})

test('a clock that is off by more than a minute is told, with how much and to which side', () => {
  assert.equal(clockNote(60_000), undefined)
  assert.equal(clockNote(-60_000), undefined)
  assert.match(
    clockNote(61_000) ?? '',
    /^The clock of this device is a minute behind the server’s\./,
  )
  assert.match(clockNote(-47 * 60_000) ?? '', /is 47 minutes ahead of the server’s\./)
})
