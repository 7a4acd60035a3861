// The constants that RFC 8785 prints: its two examples, and the numbers of its appendix B.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalize, parseStrictJson } from './index.ts'

/** Appendix B, without the integers beyond 2^53 and the values that are no numbers. */
const NUMBERS: readonly (readonly [bits: string, text: string])[] = [
  ['0000000000000000', '0'],
  ['0000000000000001', '5e-324'],
  ['8000000000000001', '-5e-324'],
  ['3eb0c6f7a0b5ed8d', '0.000001'],
  ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
  ['41b3de4355555553', '333333333.3333332'],
  ['41b3de4355555554', '333333333.33333325'],
  ['41b3de4355555555', '333333333.3333333'],
  ['41b3de4355555556', '333333333.3333334'],
  ['41b3de4355555557', '333333333.33333343'],
  ['becbf647612f3696', '-0.0000033333333333333333'],
  ['43143ff3c1cb0959', '1424953923781206.2'],
]
/** Appendix B: integers that a double holds only by chance, and what no JSON can say. */
const REFUSED = [
  '4340000000000000',
  'c340000000000000',
  '4430000000000000',
  '44b52d02c7e14af5',
  '44b52d02c7e14af6',
  '7fefffffffffffff',
  '7fffffffffffffff',
  '7ff0000000000000',
]

function numberOf(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE()
}

test('the numbers of appendix B are written as printed there; integers that no double holds surely are refused', () => {
  for (const [bits, text] of NUMBERS) assert.equal(canonicalize(numberOf(bits)), text, bits)
  for (const bits of REFUSED)
    assert.throws(() => canonicalize(numberOf(bits)), { code: 'CANONICAL_VALUE_REFUSED' }, bits)
})

test('the example of section 3.2.2 is written as printed there, with an integer a double can hold', () => {
  const text = String.raw`{
    "numbers": [333333333.33333329, 1E10, 4.50, 2e-3, 0.000000000000000000000000001],
    "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
    "literals": [null, true, false]
  }`
  assert.equal(
    canonicalize(parseStrictJson(text)),
    String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,10000000000,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
  )
})

test('the example of section 3.2.3 is sorted by UTF-16 code units', () => {
  const text = String.raw`{
    "\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
    "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"
  }`
  const written = canonicalize(parseStrictJson(text))
  assert.deepEqual(Object.keys(JSON.parse(written) as object).length, 7)
  assert.deepEqual(
    [...written.matchAll(/:"([A-Z]\w+)/g)].map(([, word]) => word),
    ['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'],
  )
})
