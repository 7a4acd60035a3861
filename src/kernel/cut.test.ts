// Cutting text: never longer than asked, never through a character.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cutText } from './cut.ts'

test('text is cut before a character that does not fit whole', () => {
  const text = `ab🚢c`
  const cuts = [0, 1, 2, 3, 4, 5, 9].map((limit) => cutText(text, limit))
  assert.deepEqual(cuts, ['', 'a', 'ab', 'ab', 'ab🚢', 'ab🚢c', 'ab🚢c'])
  assert.ok(cuts.every((cut) => cut.isWellFormed()))
})
