// Canonical JSON: RFC 8785 behind a strict gate that refuses what JSON would silently change.
import { defineErrors, faultsOf } from './errors.ts'

export const canonicalErrors = defineErrors({
  CANONICAL_VALUE_REFUSED: {
    status: 422,
    exit: 2,
    title: 'The value has no exact JSON form',
    hint: 'Use only strings without lone surrogates, finite numbers, safe integers, booleans, null, plain arrays and plain objects.',
  },
})

const fault = faultsOf(canonicalErrors)

/** Nesting deeper than this is refused; the same limit holds for parsing. */
export const CANONICAL_DEPTH_LIMIT = 64

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

const encoder = new TextEncoder()

/** A place in the value: the way back to the root, built only when something is refused. */
interface Place {
  readonly parent: Place | undefined
  readonly key: string | number
}

/**
 * The RFC 8785 (JCS) text of `value`.
 * @throws CANONICAL_VALUE_REFUSED for undefined, functions, symbols, bigint, Date, Map and other class
 * instances, sparse arrays, non-finite numbers, integers beyond 2^53-1, lone surrogates, depth over 64.
 */
export function canonicalize(value: unknown): string {
  return write(value, 0, undefined, '$')
}

/** UTF-8 bytes of the canonical text: what gets hashed and signed. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalize(value))
}

/**
 * True when `text`, from which `value` was parsed, is the canonical text of it. The engine's own writer agrees with RFC 8785
 * on everything but the order of keys and on what is refused, so those are looked at apart; whatever that does not accept
 * (keys that look like positions come back in another order) is decided the long way.
 * @throws CANONICAL_VALUE_REFUSED as `canonicalize`
 */
export function isCanonicalText(text: string, value: Json): boolean {
  // Only an escape can bring half a character into a string, where the text itself has none.
  const isWhole = text.isWellFormed() && !HALF_ESCAPED.test(text)
  if (isWhole && isInOrder(value, 0) && JSON.stringify(value) === text) return true
  return canonicalize(value) === text
}

const HALF_ESCAPED = /\\u[dD]/

function isInOrder(value: Json, depth: number): boolean {
  if (typeof value === 'number') return !Number.isInteger(value) || Number.isSafeInteger(value)
  if (typeof value !== 'object' || value === null) return true
  if (depth >= CANONICAL_DEPTH_LIMIT) return false
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) {
      if (typeof item !== 'string' && !isInOrder(item, depth + 1)) return false
    }
    return true
  }
  const object = value as { readonly [key: string]: Json }
  let before: string | undefined
  for (const key of Object.keys(object)) {
    if (before !== undefined && before >= key) return false
    const member = object[key]!
    if (typeof member !== 'string' && !isInOrder(member, depth + 1)) return false
    before = key
  }
  return true
}

function write(
  value: unknown,
  depth: number,
  parent: Place | undefined,
  key: string | number,
): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw refuse({ parent, key }, 'a string with a lone surrogate')
      return JSON.stringify(value)
    case 'number':
      return writeNumber(value, parent, key)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth >= CANONICAL_DEPTH_LIMIT) {
        throw refuse({ parent, key }, `nested deeper than ${CANONICAL_DEPTH_LIMIT}`)
      }
      return Array.isArray(value)
        ? writeArray(value, depth, { parent, key })
        : writeObject(value, depth, { parent, key })
    default:
      throw refuse({ parent, key }, `a ${typeof value}`)
  }
}

function writeNumber(value: number, parent: Place | undefined, key: string | number): string {
  if (!Number.isFinite(value)) throw refuse({ parent, key }, String(value))
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw refuse({ parent, key }, 'an integer beyond 2^53-1')
  }
  // ECMAScript's own number formatting is the one RFC 8785 section 3.2.2.3 prescribes; -0 becomes 0.
  return value === 0 ? '0' : String(value)
}

function writeArray(value: readonly unknown[], depth: number, place: Place): string {
  let out = '['
  for (let i = 0; i < value.length; i++) {
    if (!(i in value)) throw refuse({ parent: place, key: i }, 'a hole in an array')
    if (i > 0) out += ','
    out += write(value[i], depth + 1, place, i)
  }
  return out + ']'
}

function writeObject(value: object, depth: number, place: Place): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null)
    throw refuse(place, 'an instance of a class')
  if (Object.getOwnPropertySymbols(value).length > 0)
    throw refuse(place, 'an object with symbol keys')
  // Default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  const keys = Object.keys(value).sort()
  let out = '{'
  let first = true
  for (const key of keys) {
    if (!first) out += ','
    first = false
    if (!key.isWellFormed()) throw refuse({ parent: place, key }, 'a key with a lone surrogate')
    out +=
      JSON.stringify(key) +
      ':' +
      write((value as Record<string, unknown>)[key], depth + 1, place, key)
  }
  return out + '}'
}

function refuse(place: Place, what: string): Error {
  const path = pathOf(place)
  return fault('CANONICAL_VALUE_REFUSED', `expected a JSON value at ${path}, got ${what}`, {
    details: { path },
  })
}

function pathOf(place: Place): string {
  const parts: string[] = []
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) {
    if (at.parent === undefined) parts.push('$')
    else parts.push(typeof at.key === 'number' ? `[${at.key}]` : `.${at.key}`)
  }
  return parts.reverse().join('').toWellFormed()
}
