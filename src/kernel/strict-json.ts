// Reads JSON text that strangers wrote, refusing whatever a plain parser would silently change.
import { CANONICAL_DEPTH_LIMIT } from './canonical.ts'
import type { Json } from './canonical.ts'
import { defineErrors, faultsOf } from './errors.ts'

export const strictJsonErrors = defineErrors({
  JSON_TEXT_REFUSED: {
    status: 400,
    exit: 2,
    title: 'The text is not JSON with one exact meaning',
    hint: 'Send RFC 8259 JSON without duplicate keys, lone surrogates or integers beyond 2^53-1, at most 64 levels deep.',
  },
})

const fault = faultsOf(strictJsonErrors)

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
const SPACE = /[ \t\n\r]*/y
const QUOTE = 0x22
const BACKSLASH = 0x5c
const FIRST_PRINTABLE = 0x20
const LITERALS: readonly (readonly [string, boolean | null])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
]

interface Cursor {
  readonly text: string
  at: number
}

/**
 * The value of one JSON text (RFC 8259), such that `canonicalize` accepts it.
 * @throws JSON_TEXT_REFUSED for bad syntax, duplicate keys, depth over 64, anything after the value, lone surrogates
 * (escaped or not), integers beyond 2^53-1 and numbers beyond the double range. `details.at` is the UTF-16 offset.
 */
export function parseStrictJson(text: string): Json {
  const cursor: Cursor = { text, at: 0 }
  const value = readValue(cursor, 0)
  skipSpace(cursor)
  if (cursor.at !== text.length) throw refuse(cursor, 'the end of the text', describe(cursor))
  return value
}

function readValue(cursor: Cursor, depth: number): Json {
  skipSpace(cursor)
  const first = cursor.text[cursor.at]
  if (first === '"') return readString(cursor)
  if (first === '{' || first === '[') {
    if (depth >= CANONICAL_DEPTH_LIMIT)
      throw refuse(cursor, `at most ${CANONICAL_DEPTH_LIMIT} levels`, 'one more')
    return first === '{' ? readObject(cursor, depth) : readArray(cursor, depth)
  }
  for (const [word, value] of LITERALS) {
    if (cursor.text.startsWith(word, cursor.at)) {
      cursor.at += word.length
      return value
    }
  }
  return readNumber(cursor)
}

function readNumber(cursor: Cursor): number {
  const piece = readPiece(cursor, NUMBER, 'a value')
  const value = Number(piece)
  const at = { ...cursor, at: cursor.at - piece.length }
  if (!Number.isFinite(value)) throw refuse(at, 'a number in the double range', piece.slice(0, 40))
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw refuse(at, 'an integer of at most 2^53-1', piece.slice(0, 40))
  }
  return value
}

function readString(cursor: Cursor): string {
  const start = cursor.at
  const end = endOfString(cursor)
  let value: unknown
  try {
    value = JSON.parse(cursor.text.slice(start, end))
  } catch (cause) {
    throw refuse({ ...cursor, at: start }, 'a string with legal escapes', 'another escape', cause)
  }
  if (typeof value !== 'string' || !value.isWellFormed()) {
    throw refuse({ ...cursor, at: start }, 'a string of whole characters', 'a lone surrogate')
  }
  cursor.at = end
  return value
}

// A loop, because a pattern over a long hostile string would exhaust the matcher's stack.
function endOfString(cursor: Cursor): number {
  const { text, at: start } = cursor
  if (text.charCodeAt(start) !== QUOTE) throw refuse(cursor, 'a string', describe(cursor))
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) return at + 1
    if (code < FIRST_PRINTABLE)
      throw refuse({ text, at }, 'a string without control characters', describe({ text, at }))
    if (code === BACKSLASH) at++
  }
  throw refuse(cursor, 'a string with a closing quote', 'the end of the text')
}

function readArray(cursor: Cursor, depth: number): readonly Json[] {
  const out: Json[] = []
  cursor.at++
  if (takes(cursor, ']')) return out
  for (;;) {
    out.push(readValue(cursor, depth + 1))
    if (takes(cursor, ']')) return out
    if (!takes(cursor, ',')) throw refuse(cursor, '"," or "]"', describe(cursor))
  }
}

function readObject(cursor: Cursor, depth: number): { readonly [key: string]: Json } {
  const out: Record<string, Json> = {}
  cursor.at++
  if (takes(cursor, '}')) return out
  for (;;) {
    skipSpace(cursor)
    const keyAt = cursor.at
    const key = readString(cursor)
    if (Object.hasOwn(out, key))
      throw refuse({ ...cursor, at: keyAt }, 'each key once', `${JSON.stringify(key)} again`)
    if (!takes(cursor, ':')) throw refuse(cursor, '":"', describe(cursor))
    // defineProperty, because assigning to `__proto__` would change the object instead of storing the member.
    const value = readValue(cursor, depth + 1)
    Object.defineProperty(out, key, { value, enumerable: true, writable: true, configurable: true })
    if (takes(cursor, '}')) return out
    if (!takes(cursor, ',')) throw refuse(cursor, '"," or "}"', describe(cursor))
  }
}

function takes(cursor: Cursor, mark: string): boolean {
  skipSpace(cursor)
  if (cursor.text[cursor.at] !== mark) return false
  cursor.at++
  return true
}

function skipSpace(cursor: Cursor): void {
  SPACE.lastIndex = cursor.at
  SPACE.test(cursor.text)
  cursor.at = SPACE.lastIndex
}

function readPiece(cursor: Cursor, pattern: RegExp, expected: string): string {
  pattern.lastIndex = cursor.at
  if (!pattern.test(cursor.text)) throw refuse(cursor, expected, describe(cursor))
  const piece = cursor.text.slice(cursor.at, pattern.lastIndex)
  cursor.at = pattern.lastIndex
  return piece
}

function describe(cursor: Cursor): string {
  const next = cursor.text.slice(cursor.at, cursor.at + 1)
  return next === '' ? 'the end of the text' : JSON.stringify(next)
}

function refuse(cursor: Cursor, expected: string, got: string, cause?: unknown): Error {
  return fault('JSON_TEXT_REFUSED', `expected ${expected} at offset ${cursor.at}, got ${got}`, {
    details: { at: cursor.at },
    ...(cause === undefined ? {} : { cause }),
  })
}
