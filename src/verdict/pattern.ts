// The bounded pattern language of `matches`: parsed here and run as a set of states, so time is linear in the text.
import { verdictFault } from './errors.ts'
import { emitProgram } from './pattern-program.ts'
import type { Pattern, PatternNode, PatternTest } from './pattern-program.ts'

/** Longest pattern, in characters. */
export const PATTERN_LENGTH_LIMIT = 256
/** Largest count in `{n,m}`. */
export const PATTERN_REPEAT_LIMIT = 100
const PATTERN_GROUP_DEPTH_LIMIT = 16

const isDigit: PatternTest = (c) => c >= 0x30 && c <= 0x39
const isWord: PatternTest = (c) =>
  isDigit(c) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f
const isSpace: PatternTest = (c) => c === 0x20 || (c >= 0x09 && c <= 0x0d) || c === 0xa0
const isAnyButNewline: PatternTest = (c) => c !== 0x0a
const not =
  (test: PatternTest): PatternTest =>
  (c) =>
    !test(c)

const CLASSES: Readonly<Record<string, PatternTest>> = {
  d: isDigit,
  D: not(isDigit),
  w: isWord,
  W: not(isWord),
  s: isSpace,
  S: not(isSpace),
}
const CONTROLS: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09 }

interface Cursor {
  readonly pattern: string
  readonly characters: readonly string[]
  at: number
}

/**
 * Parses and compiles a pattern.
 * @throws VERDICT_PLAN_PATTERN_REFUSED for anything outside the language; the README lists what is inside.
 */
export function compilePattern(pattern: string): Pattern {
  const cursor: Cursor = { pattern, characters: [...pattern], at: 0 }
  if (cursor.characters.length > PATTERN_LENGTH_LIMIT) {
    throw refuse(cursor, `it is longer than ${PATTERN_LENGTH_LIMIT} characters`)
  }
  const node = parseChoice(cursor, 0)
  if (cursor.at < cursor.characters.length)
    throw refuse(cursor, 'a group is closed that was not opened')
  const program = emitProgram(node)
  if (program === undefined) throw refuse(cursor, 'it repeats too much')
  return program
}

function refuse(cursor: Cursor, why: string): Error {
  const shown = JSON.stringify(cursor.pattern.slice(0, PATTERN_LENGTH_LIMIT).toWellFormed())
  return verdictFault(
    'VERDICT_PLAN_PATTERN_REFUSED',
    `expected a bounded pattern, got ${shown}: ${why} (character ${cursor.at + 1})`,
  )
}

function parseChoice(cursor: Cursor, depth: number): PatternNode {
  if (depth > PATTERN_GROUP_DEPTH_LIMIT)
    throw refuse(cursor, `groups are nested deeper than ${PATTERN_GROUP_DEPTH_LIMIT}`)
  const parts = [parseSequence(cursor, depth)]
  while (cursor.characters[cursor.at] === '|') {
    cursor.at++
    parts.push(parseSequence(cursor, depth))
  }
  return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
}

function parseSequence(cursor: Cursor, depth: number): PatternNode {
  const parts: PatternNode[] = []
  for (;;) {
    const next = cursor.characters[cursor.at]
    if (next === undefined || next === '|' || next === ')') break
    parts.push(parseQuantified(cursor, depth))
  }
  return parts.length === 0 ? { kind: 'empty' } : { kind: 'sequence', parts }
}

function parseQuantified(cursor: Cursor, depth: number): PatternNode {
  const part = parseAtom(cursor, depth)
  const bounds = parseQuantifier(cursor)
  if (bounds === undefined) return part
  if (part.kind === 'start' || part.kind === 'end')
    throw refuse(cursor, 'an anchor cannot be repeated')
  if (holdsRepeat(part)) throw refuse(cursor, 'quantifiers are nested')
  const after = cursor.characters[cursor.at]
  if (after === '*' || after === '+' || after === '?' || after === '{') {
    throw refuse(cursor, 'one quantifier follows another')
  }
  return { kind: 'repeat', part, minimum: bounds[0], maximum: bounds[1] }
}

function parseQuantifier(cursor: Cursor): readonly [number, number] | undefined {
  const next = cursor.characters[cursor.at]
  const simple =
    next === '*' ? [0, Infinity] : next === '+' ? [1, Infinity] : next === '?' ? [0, 1] : undefined
  if (simple !== undefined) {
    cursor.at++
    return [simple[0]!, simple[1]!]
  }
  if (next !== '{') return undefined
  const rest = cursor.characters.slice(cursor.at, cursor.at + 12).join('')
  const found = /^\{(\d{1,3})(,(\d{1,3})?)?\}/.exec(rest)
  if (found === null) throw refuse(cursor, 'expected {n}, {n,} or {n,m}')
  const minimum = Number(found[1])
  const maximum =
    found[2] === undefined ? minimum : found[3] === undefined ? Infinity : Number(found[3])
  if (minimum > PATTERN_REPEAT_LIMIT || (maximum !== Infinity && maximum > PATTERN_REPEAT_LIMIT)) {
    throw refuse(cursor, `it repeats more than ${PATTERN_REPEAT_LIMIT} times`)
  }
  if (maximum < minimum) throw refuse(cursor, 'the bounds of a repeat are reversed')
  cursor.at += found[0].length
  return [minimum, maximum]
}

function parseAtom(cursor: Cursor, depth: number): PatternNode {
  const next = cursor.characters[cursor.at]!
  cursor.at++
  switch (next) {
    case '.':
      return { kind: 'one', test: isAnyButNewline }
    case '^':
      return { kind: 'start' }
    case '$':
      return { kind: 'end' }
    case '[':
      return { kind: 'one', test: parseClass(cursor) }
    case '\\':
      return { kind: 'one', test: parseEscape(cursor).test }
    case '(': {
      if (cursor.characters[cursor.at] === '?') {
        if (cursor.characters[cursor.at + 1] !== ':')
          throw refuse(cursor, 'look-around, names and flags are not in the language')
        cursor.at += 2
      }
      const inner = parseChoice(cursor, depth + 1)
      if (cursor.characters[cursor.at] !== ')') throw refuse(cursor, 'a group is not closed')
      cursor.at++
      return inner
    }
    case '*':
    case '+':
    case '?':
    case '{':
    case '}':
    case ']':
      throw refuse(
        cursor,
        `"${next}" stands where nothing can be repeated or closed; escape it to mean itself`,
      )
    default:
      return { kind: 'one', test: sameAs(next.codePointAt(0)!) }
  }
}

function sameAs(codePoint: number): PatternTest {
  return (c) => c === codePoint
}

/** `point` is set when the escape stands for one character, so that it may bound a range. */
function parseEscape(cursor: Cursor): { readonly test: PatternTest; readonly point?: number } {
  const next = cursor.characters[cursor.at]
  if (next === undefined) throw refuse(cursor, 'it ends in a backslash')
  cursor.at++
  if (Object.hasOwn(CLASSES, next)) return { test: CLASSES[next]! }
  const point = Object.hasOwn(CONTROLS, next) ? CONTROLS[next]! : next.codePointAt(0)!
  if (!Object.hasOwn(CONTROLS, next) && isWord(point)) {
    throw refuse(cursor, `\\${next} is not in the language`)
  }
  return { test: sameAs(point), point }
}

function parseClass(cursor: Cursor): PatternTest {
  const negated = cursor.characters[cursor.at] === '^'
  if (negated) cursor.at++
  const tests: PatternTest[] = []
  for (;;) {
    if (cursor.characters[cursor.at] === undefined) throw refuse(cursor, 'a class is not closed')
    if (cursor.characters[cursor.at] === ']') break
    const low = parseClassItem(cursor)
    const dash = cursor.characters[cursor.at] === '-' && cursor.characters[cursor.at + 1] !== ']'
    if (!dash || cursor.characters[cursor.at + 1] === undefined) {
      tests.push(low.test)
      continue
    }
    cursor.at++
    const high = parseClassItem(cursor)
    const from = low.point
    const to = high.point
    if (from === undefined || to === undefined || to < from)
      throw refuse(cursor, 'a range in a class is not a range')
    tests.push((c) => c >= from && c <= to)
  }
  cursor.at++
  if (tests.length === 0) throw refuse(cursor, 'a class is empty')
  const any: PatternTest = (c) => tests.some((test) => test(c))
  return negated ? not(any) : any
}

function parseClassItem(cursor: Cursor): { readonly test: PatternTest; readonly point?: number } {
  const next = cursor.characters[cursor.at]!
  cursor.at++
  if (next === '\\') return parseEscape(cursor)
  if (next === '[') throw refuse(cursor, '"[" inside a class must be escaped')
  const point = next.codePointAt(0)!
  return { test: sameAs(point), point }
}

function holdsRepeat(node: PatternNode): boolean {
  if (node.kind === 'repeat') return true
  return (node.kind === 'sequence' || node.kind === 'choice') && node.parts.some(holdsRepeat)
}
