// What a hostile title can do to a terminal: nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { harmlessLine, harmlessText } from './terminal.ts'

test('an escape sequence, a bell and a direction mark lose their power', () => {
  assert.equal(harmlessLine('a\u001b[2Jb\u0007c\u202ed'), 'a\\u{1b}[2Jb\\u{7}c\\u{202e}d')
  assert.equal(harmlessLine('one\r\ntwo\u2028three'), 'one  two three')
  assert.equal(harmlessText('one\ntwo\r\u009b31m'), 'one\ntwo \\u{9b}31m')
})

test('plain text of any script stays as it is', () => {
  assert.equal(harmlessLine('Ærø → 東京 ✅ 100 %'), 'Ærø → 東京 ✅ 100 %')
})

test('no control character but the line feed comes through', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.doesNotMatch(harmlessLine(text), /\p{Cc}/u)
      assert.doesNotMatch(harmlessText(text).replaceAll('\n', ''), /\p{Cc}/u)
    }),
  )
})
