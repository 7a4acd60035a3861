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

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

const encoder = new TextEncoder()

/**
 * The RFC 8785 (JCS) text of `value`.
 * @throws CANONICAL_VALUE_REFUSED for undefined, functions, symbols, bigint, Date, Map and other class
 * instances, sparse arrays, non-finite numbers, integers beyond 2^53-1, lone surrogates, depth over 64.
 */
export function canonicalize(value: unknown): string {
  return write(value, 0, '$')
}

/** UTF-8 bytes of the canonical text: what gets hashed and signed. */
export function canonicalBytes(value: unknown): Uint8Array {
  return encoder.encode(canonicalize(value))
}

function write(value: unknown, depth: number, path: string): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path)
    case 'number':
      return writeNumber(value, path)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      if (depth >= CANONICAL_DEPTH_LIMIT) throw refuse(path, `nested deeper than ${CANONICAL_DEPTH_LIMIT}`)
      return Array.isArray(value) ? writeArray(value, depth, path) : writeObject(value, depth, path)
    default:
      throw refuse(path, `a ${typeof value}`)
  }
}

function writeNumber(value: number, path: string): string {
  if (!Number.isFinite(value)) throw refuse(path, String(value))
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw refuse(path, 'an integer beyond 2^53-1')
  // ECMAScript's own number formatting is the one RFC 8785 section 3.2.2.3 prescribes; -0 becomes 0.
  return value === 0 ? '0' : String(value)
}

function writeString(value: string, path: string): string {
  if (!value.isWellFormed()) throw refuse(path, 'a string with a lone surrogate')
  return JSON.stringify(value)
}

function writeArray(value: readonly unknown[], depth: number, path: string): string {
  let out = '['
  for (let i = 0; i < value.length; i++) {
    if (!(i in value)) throw refuse(`${path}[${i}]`, 'a hole in an array')
    if (i > 0) out += ','
    out += write(value[i], depth + 1, `${path}[${i}]`)
  }
  return out + ']'
}

function writeObject(value: object, depth: number, path: string): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw refuse(path, 'an instance of a class')
  if (Object.getOwnPropertySymbols(value).length > 0) throw refuse(path, 'an object with symbol keys')
  // Default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  const keys = Object.keys(value).sort()
  let out = '{'
  let first = true
  for (const key of keys) {
    if (!first) out += ','
    first = false
    const at = `${path}.${key}`
    out += writeString(key, at) + ':' + write((value as Record<string, unknown>)[key], depth + 1, at)
  }
  return out + '}'
}

function refuse(path: string, what: string): Error {
  return fault('CANONICAL_VALUE_REFUSED', `expected a JSON value at ${path}, got ${what}`, {
    details: { path },
  })
}
