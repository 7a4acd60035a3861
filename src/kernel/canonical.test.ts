// Canonical JSON against RFC 8785's own documents, an independent implementation, and every refusal.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import canonicalizeOracle from 'canonicalize'
import fc from 'fast-check'
import { listVectors, readVector, VECTORS_MISSING, vectorsFolder } from '../../test/vectors.ts'
import {
  CANONICAL_DEPTH_LIMIT,
  canonicalBytes,
  canonicalize,
  hexOf,
  isCanonicalText,
  parseStrictJson,
  SeaworthyError,
} from './index.ts'
import type { Json } from './index.ts'

const wellFormedJson = fc.jsonValue({ maxDepth: 6, stringUnit: 'grapheme' })

function refusalOf(value: unknown): string {
  try {
    return `accepted as ${canonicalize(value)}`
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError)
    return `${thrown.code} ${thrown.message}`
  }
}

test('the documents of RFC 8785 come out byte for byte, but for its one number beyond the gate', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const exact: string[] = []
  for (const path of listVectors(folder, 'jcs/input')) {
    const name = path.replace(/^.*\//, '').replace('.json', '')
    let input = readVector(folder, path)
    let output = readVector(folder, `jcs/output/${name}.json`)
    if (input.includes('1E30')) {
      // An integer that a double cannot hold exactly is refused here; the rest of the document must still agree.
      assert.throws(() => parseStrictJson(input), { code: 'JSON_TEXT_REFUSED' })
      input = input.replace('1E30', '1E-30')
      output = output.replace('1e+30', '1e-30')
    } else {
      const hex: string = readVector(folder, `jcs/outhex/${name}.txt`).replaceAll(/\s/g, '')
      assert.equal(hexOf(canonicalBytes(parseStrictJson(input))), hex, name)
      exact.push(name)
    }
    assert.equal(canonicalize(parseStrictJson(input)), output, name)
  }
  assert.deepEqual(exact, ['arrays', 'french', 'structures', 'unicode', 'weird'])
})

test('ten thousand ECMAScript numbers are written as published', (t) => {
  const folder = vectorsFolder()
  if (folder === undefined) return t.skip(VECTORS_MISSING)
  const view = new DataView(new ArrayBuffer(8))
  let exact = 0
  let refusedIntegers = 0
  for (const line of readVector(folder, 'jcs/es6-numbers-10000.txt').split('\n')) {
    if (line === '') continue
    const [bits = '', expected] = line.split(',')
    view.setBigUint64(0, BigInt(`0x${bits}`))
    const value = view.getFloat64(0)
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      assert.match(refusalOf(value), /^CANONICAL_VALUE_REFUSED/)
      refusedIntegers++
    } else {
      assert.equal(canonicalize(value), expected, bits)
      exact++
    }
  }
  assert.equal(exact + refusedIntegers, 10_000)
  assert.ok(exact > 4_000, `only ${exact} numbers were compared`)
})

test('an independent implementation agrees on any JSON value', () => {
  let compared = 0
  fc.assert(
    fc.property(wellFormedJson, (value) => {
      const refusal = refusalOf(value)
      if (!refusal.startsWith('accepted')) return
      compared++
      assert.equal(canonicalize(value), canonicalizeOracle(value))
    }),
    { numRuns: 1_000 },
  )
  assert.ok(compared > 200, `only ${compared} values were compared`)
})

test('what was written canonically reads back and writes the same', () => {
  fc.assert(
    fc.property(wellFormedJson, (value) => {
      if (!refusalOf(value).startsWith('accepted')) return
      const text = canonicalize(value)
      assert.equal(canonicalize(parseStrictJson(text)), text)
    }),
    { numRuns: 500 },
  )
})

test('whatever JSON would silently change is refused and located', () => {
  const sparse: unknown[] = Array.of(1)
  sparse[2] = 3
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['undefined', { a: undefined }, '$.a'],
    ['function', [() => 1], '$[0]'],
    ['symbol', Symbol('s'), '$'],
    ['symbol key', { [Symbol('s')]: 1 }, '$'],
    ['bigint', { n: 1n }, '$.n'],
    ['Date', { at: new Date(0) }, '$.at'],
    ['Map', new Map([['a', 1]]), '$'],
    ['class instance', new URL('https://example.org'), '$'],
    ['bytes', new Uint8Array(2), '$'],
    ['hole', sparse, '$[1]'],
    ['NaN', [Number.NaN], '$[0]'],
    ['infinity', Number.POSITIVE_INFINITY, '$'],
    ['2^53', 2 ** 53, '$'],
    ['-2^53', { a: { b: -(2 ** 53) } }, '$.a.b'],
    ['1e21', 1e21, '$'],
    ['lone high surrogate', '\ud800', '$'],
    ['lone low surrogate', ['x\udc00'], '$[0]'],
    ['lone surrogate in a key', { '\ud800': 1 }, '$.\ufffd'],
  ]
  for (const [name, value, path] of cases) {
    assert.ok(
      refusalOf(value).startsWith(`CANONICAL_VALUE_REFUSED expected a JSON value at ${path}, got `),
      name,
    )
  }
})

test('64 levels are the deepest that is written', () => {
  const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
  assert.equal(refusalOf(nested(CANONICAL_DEPTH_LIMIT)).slice(0, 8), 'accepted')
  assert.match(refusalOf(nested(CANONICAL_DEPTH_LIMIT + 1)), /nested deeper than 64/)
  const loop: unknown[] = []
  loop.push(loop)
  assert.match(refusalOf(loop), /nested deeper than 64/)
})

test('negative zero is written as zero and keys sort by UTF-16 code units', () => {
  assert.equal(canonicalize([-0, 0]), '[0,0]')
  assert.equal(
    canonicalize({ '\u{1f600}': 1, '\ufb33': 2, a: 3, '': 4 }),
    '{"":4,"a":3,"\u{1f600}":1,"\ufb33":2}',
  )
})

test('a text is called canonical exactly when it is what the value is written as', () => {
  const keys = fc.oneof(
    fc.constantFrom('1', '10', '2', 'b', 'a', '__proto__', '\u20ac'),
    fc.string(),
  )
  const values = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme' }),
      fc.constantFrom(-0, 1e21, 2 ** 53, 1.5, '\ud800'),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(keys, tie('any'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).any
  fc.assert(
    fc.property(values, fc.constantFrom(0, 1), (value, indent) => {
      for (const text of [JSON.stringify(value, null, indent), attemptOf(value)]) {
        const parsed = JSON.parse(text) as Json
        const isSame = attemptOf(parsed) === text
        try {
          assert.equal(isCanonicalText(text, parsed), isSame)
        } catch (thrown) {
          assert.ok(thrown instanceof SeaworthyError)
          assert.ok(!isSame)
        }
      }
    }),
    { numRuns: 2000 },
  )
})

/** The canonical text, or a text that is none. */
function attemptOf(value: unknown): string {
  try {
    return canonicalize(value)
  } catch {
    // What is refused has no canonical text; this one never is.
    return ' null'
  }
}
