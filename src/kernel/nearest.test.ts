// Suggestions for mistyped names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearestName } from './nearest.ts'

const known = ['severity', 'section', 'retries', 'id']

test('a name with one letter wrong, missing or swapped is recognised', () => {
  assert.equal(nearestName('severty', known), 'severity')
  assert.equal(nearestName('Sevreity', known), 'severity')
  assert.equal(nearestName('retrys', known), 'retries')
})

test('a name that resembles nothing gets no suggestion', () => {
  assert.equal(nearestName('colour', known), undefined)
  assert.equal(nearestName('x', known), undefined)
  assert.equal(nearestName('', known), undefined)
})

test('the nearest of several is suggested, the first of equals', () => {
  assert.equal(nearestName('abcd', ['abxx', 'abcx', 'abcy']), 'abcx')
})
