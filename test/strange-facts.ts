// Facts that stores and serialisers are known to change: text from all of Unicode, numbers from all of the doubles.
import type { LedgerFact } from '../src/ledger/index.ts'

const DEPTH = 3
/** Of each, a few letters make a text. Surrogates are left out: no pair of them alone is a character. */
const RANGES: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x20, 0x7e],
  [0x7f, 0xa0],
  [0xc0, 0x24f],
  [0x300, 0x36f],
  [0x590, 0x6ff],
  [0xac00, 0xd7a3],
  [0x1100, 0x11ff],
  [0x2000, 0x206f],
  [0x4e00, 0x9fff],
  [0xe000, 0xf8ff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfeff],
  [0xfff0, 0xffff],
  [0x1f300, 0x1faff],
  [0xe0001, 0xe007f],
  [0x10fff0, 0x10ffff],
]
/** Same look, other bytes; words that parsers know; what quotes and escapes. */
const TEXTS = [
  '\u00e9',
  'e\u0301',
  '\u212b',
  '\u00c5',
  '\ufb01',
  '\u0130',
  'ı',
  '__proto__',
  'constructor',
  '\\u0000',
  '\u0000',
  '"\\/\b\f',
  "'; drop table ledger_entry; --",
  '\u2028\u2029',
  '\ufeffx',
  'null',
  '1e400',
  '2026-02-30T25:61:61Z',
  '',
  ' ',
]
const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1 + 0.2,
  1e-7,
  1e-6,
  5e-324,
  2.2250738585072014e-308,
  2 ** 53 - 1,
  -(2 ** 53 - 1),
  1 / 3,
  123_456_789.123_456_79,
  1.234567890123457e-6,
  4.35,
  1.005,
]

/** The fact of that number: the same for the same number, at any time and place. */
export function strangeFact(number: number): LedgerFact {
  const next = chanceFrom(number)
  const value = strangeValue(next, DEPTH)
  return {
    type: 'note.appended',
    actor: 'operator',
    subject: `strange-${number % 97}`,
    payload: { number, value, text: strangeText(next), figure: strangeNumber(next) },
    refs: [],
  }
}

type Chance = (below: number) => number

/** Mulberry32: short, and the same everywhere. */
function chanceFrom(seed: number): Chance {
  let state = (seed ^ 0x5eed) >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

function strangeValue(next: Chance, depth: number): unknown {
  switch (next(depth > 0 ? 6 : 4)) {
    case 0:
      return strangeText(next)
    case 1:
      return strangeNumber(next)
    case 2:
      return next(2) === 0
    case 3:
      return null
    case 4:
      return Array.from({ length: next(4) }, () => strangeValue(next, depth - 1))
    default:
      return Object.fromEntries(
        Array.from({ length: next(4) }, () => [strangeText(next), strangeValue(next, depth - 1)]),
      )
  }
}

function strangeText(next: Chance): string {
  if (next(3) === 0) return TEXTS[next(TEXTS.length)]!
  return Array.from({ length: next(8) }, () => {
    const [from, until] = RANGES[next(RANGES.length)]!
    return String.fromCodePoint(from + next(until - from + 1))
  }).join('')
}

/** Any double that the ledger takes: whole numbers only as far as all of them are exact. */
function strangeNumber(next: Chance): number {
  if (next(3) === 0) return NUMBERS[next(NUMBERS.length)]!
  const view = new DataView(new ArrayBuffer(8))
  view.setUint32(0, next(2 ** 32))
  view.setUint32(4, next(2 ** 32))
  const value = view.getFloat64(0)
  const isTaken =
    Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value))
  return isTaken ? value : next(2 ** 32) / 1_000
}
