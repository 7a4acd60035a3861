// Reading JSON of strangers: the same values as JSON.parse, and a refusal where that would be lenient.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseStrictJson, SeaworthyError } from './index.ts'

function refusedAt(text: string): number {
  try {
    parseStrictJson(text)
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError, String(thrown))
    assert.equal(thrown.code, 'JSON_TEXT_REFUSED')
    return Number(thrown.details['at'])
  }
  assert.fail(`accepted ${text.slice(0, 60)}`)
}

test('any JSON text, however spaced, gives what JSON.parse gives', () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ stringUnit: 'grapheme' }),
      fc.constantFrom('', ' ', '\t', '\n  '),
      (value, space) => {
        if (hasUnsafeInteger(value)) return
        const text = JSON.stringify(value, null, space)
        assert.deepEqual(parseStrictJson(text), JSON.parse(text))
      },
    ),
    { numRuns: 500 },
  )
})

function hasUnsafeInteger(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value)
  if (typeof value === 'object' && value !== null)
    return Object.values(value).some(hasUnsafeInteger)
  return false
}

test('text that JSON.parse refuses is refused too', () => {
  let refused = 0
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, where, piece) => {
      const at = where % (text.length + 1)
      const damaged = text.slice(0, at) + piece + text.slice(at + 1)
      let isJson = true
      try {
        JSON.parse(damaged)
      } catch {
        isJson = false
      }
      if (isJson) return
      refusedAt(damaged)
      refused++
    }),
    { numRuns: 1_000 },
  )
  assert.ok(refused > 200, `only ${refused} damaged texts`)
})

test('texts with more than one meaning are refused at the place', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['{"a":1,"b":2,"a":3}', 13],
    ['{"a":1,"\\u0061":2}', 7],
    ['{"__proto__":1,"__proto__":2}', 15],
    ['1 2', 2],
    ['[1],', 3],
    ['\ufeff1', 0],
    ['"\\ud800"', 0],
    ['["a\\udc00"]', 1],
    ['{"\\ud800":1}', 1],
    ['9007199254740992', 0],
    ['[-9007199254740993]', 1],
    ['1e21', 0],
    ['1e999', 0],
    ['01', 1],
    ['', 0],
    ['"a\nb"', 2],
    ['"abc', 0],
    ['{"a"', 4],
    ["{'a':1}", 1],
    ['NaN', 0],
  ]
  for (const [text, at] of cases) assert.equal(refusedAt(text), at, text)
})

test('64 levels are read, one more is refused, and a million does not exhaust the stack', () => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)
  assert.ok(Array.isArray(parseStrictJson(nested(64))))
  assert.equal(refusedAt(nested(65)), 64)
  assert.equal(refusedAt('['.repeat(1_000_000)), 64)
})

test('a key named __proto__ is an ordinary member', () => {
  const value = parseStrictJson('{"__proto__":{"admin":true}}')
  assert.deepEqual(Object.keys(value as object), ['__proto__'])
  assert.equal((value as { admin?: unknown }).admin, undefined)
})

test('long strings with many escapes are read without exhausting the stack', () => {
  assert.equal(parseStrictJson(`"${'xy\\n'.repeat(1_000_000)}"`), 'xy\n'.repeat(1_000_000))
})
