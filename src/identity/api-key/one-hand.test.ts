// Who counts as a second person among holders of API keys.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountBehind, areOneHand } from './one-hand.ts'

const KEYS = [
  { keyId: 'ada', createdBy: 'operator' },
  { keyId: 'ada2', createdBy: 'key-ben', predecessor: 'ada' },
  { keyId: 'ben', createdBy: 'operator' },
  { keyId: 'dev', createdBy: 'key-ada2' },
  { keyId: 'bot', createdBy: 'key-dev' },
]

test('a key, its successor, what either made and who rotated it are one hand; who made the first one’s key is another', () => {
  const cases: [string, string, boolean][] = [
    ['key-ada', 'key-ada', true],
    ['key-ada', 'key-ada2', true],
    ['key-ada2', 'key-ada', true],
    ['key-ada', 'key-dev', true],
    ['key-ada', 'key-bot', true],
    ['key-dev', 'key-ada', false],
    ['key-bot', 'key-ada2', false],
    ['key-ada', 'key-ben', false],
    ['key-ben', 'key-ada', false],
    // Ben rotated the key of Ada, and so has seen its successor.
    ['key-ben', 'key-ada2', true],
    ['key-ada2', 'key-ben', true],
    ['key-ben', 'key-dev', true],
    ['operator', 'key-ben', true],
    ['account-1', 'key-ben', false],
    ['account-1', 'account-2', false],
  ]
  for (const [first, second, isOne] of cases)
    assert.equal(areOneHand(KEYS, first, second), isOne, `${first}, ${second}`)
})

test('keys that say they made each other end the question', () => {
  const circle = [
    { keyId: 'a', createdBy: 'key-b' },
    { keyId: 'b', createdBy: 'key-a' },
  ]
  assert.equal(areOneHand(circle, 'key-c', 'key-a'), false)
})

test('what a key does counts as the account that made it, at whatever remove', () => {
  const keys = [
    { keyId: 'own', createdBy: 'account-ann' },
    { keyId: 'own2', createdBy: 'key-own', predecessor: 'own' },
    { keyId: 'bot', createdBy: 'key-own2' },
    { keyId: 'box', createdBy: 'operator' },
  ]
  const behind = ['key-own', 'key-own2', 'key-bot', 'account-ann', 'key-box', 'operator']
  assert.deepEqual(
    behind.map((id) => accountBehind(keys, id)),
    ['account-ann', 'account-ann', 'account-ann', 'account-ann', undefined, undefined],
  )
})
