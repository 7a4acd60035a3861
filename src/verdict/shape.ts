// A small strict reader for JSON values: refuses unknown and missing keys and says where.
import { isContentDigest } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'

/** Longest list that any document may hold. */
export const LIST_LENGTH_LIMIT = 100_000
/** Longest text of a single field, in UTF-16 code units. */
export const FIELD_LENGTH_LIMIT = 1_048_576

/** Where in the document a value stands, and how to refuse it there. */
export interface Place {
  readonly path: string
  readonly refuse: (message: string) => Error
}

export type Reader<T> = (value: unknown, at: Place) => T

type Fields = Readonly<Record<string, Reader<unknown>>>
type Required<R extends Fields> = { readonly [K in keyof R]: ReturnType<R[K]> }
type Optional<O extends Fields> = { readonly [K in keyof O]?: ReturnType<O[K]> }

/** How a value is named in a refusal: its kind, never its content. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`
}

function below(at: Place, step: string): Place {
  return { path: at.path + step, refuse: at.refuse }
}

function expected(at: Place, what: string, value: unknown): Error {
  return at.refuse(`expected ${what} at ${at.path}, got ${kindOf(value)}`)
}

function entriesOf(value: unknown, at: Place): readonly (readonly [string, unknown])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw expected(at, 'an object', value)
  }
  return Object.entries(value)
}

/** Any string that has an exact UTF-8 form. */
export const readText: Reader<string> = (value, at) => {
  if (typeof value !== 'string') throw expected(at, 'a text', value)
  if (!value.isWellFormed())
    throw at.refuse(`expected well-formed text at ${at.path}, got a lone surrogate`)
  if (value.length > FIELD_LENGTH_LIMIT) {
    throw at.refuse(
      `expected at most ${FIELD_LENGTH_LIMIT} characters at ${at.path}, got ${value.length}`,
    )
  }
  return value
}

/** Text with at least one visible character. */
export const readName: Reader<string> = (value, at) => {
  const text = readText(value, at)
  if (text.trim() === '') throw at.refuse(`expected a text that is not blank at ${at.path}`)
  return text
}

export const readBoolean: Reader<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw expected(at, 'true or false', value)
  return value
}

export const readNumber: Reader<number> = (value, at) => {
  if (typeof value !== 'number') throw expected(at, 'a number', value)
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw at.refuse(`expected a finite number within 2^53-1 at ${at.path}, got ${value}`)
  }
  return value
}

/** A number from 0 to 1. */
export const readShare: Reader<number> = (value, at) => {
  const share = readNumber(value, at)
  if (share < 0 || share > 1)
    throw at.refuse(`expected a share from 0 to 1 at ${at.path}, got ${share}`)
  return share
}

/** A whole number within bounds. */
export function readInteger(
  minimum: number,
  maximum: number = Number.MAX_SAFE_INTEGER,
): Reader<number> {
  return (value, at) => {
    const number = readNumber(value, at)
    if (!Number.isInteger(number) || number < minimum || number > maximum) {
      throw at.refuse(
        `expected a whole number from ${minimum} to ${maximum} at ${at.path}, got ${number}`,
      )
    }
    return number
  }
}

export const readDigest: Reader<ContentDigest> = (value, at) => {
  if (typeof value !== 'string') throw expected(at, 'a digest', value)
  if (!isContentDigest(value))
    throw at.refuse(`expected sha256: and 64 hexadecimal digits at ${at.path}`)
  return value
}

export function readOneOf<const T extends string>(choices: readonly T[]): Reader<T> {
  return (value, at) => {
    const found = choices.find((choice) => choice === value)
    if (found === undefined) throw expected(at, `one of ${choices.join(', ')}`, value)
    return found
  }
}

export function readList<T>(item: Reader<T>, minimum = 0): Reader<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw expected(at, 'a list', value)
    if (value.length < minimum || value.length > LIST_LENGTH_LIMIT) {
      throw at.refuse(
        `expected ${minimum} to ${LIST_LENGTH_LIMIT} elements at ${at.path}, got ${value.length}`,
      )
    }
    return Array.from(value as readonly unknown[], (each, index) =>
      item(each, below(at, `[${index}]`)),
    )
  }
}

/** An object with free keys. */
export function readMap<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at) => {
    const entries = entriesOf(value, at).map(([key, each]) => {
      readText(key, below(at, ' (a key)'))
      return [key, item(each, below(at, `.${key}`))] as const
    })
    // fromEntries defines own keys, so that a key such as __proto__ stays a plain key.
    return Object.fromEntries(entries)
  }
}

/** An object with exactly these keys. */
export function readRecord<R extends Fields, O extends Fields>(
  required: R,
  optional: O,
): Reader<Required<R> & Optional<O>> {
  return (value, at) => {
    const entries = entriesOf(value, at)
    for (const key of Object.keys(required)) {
      if (!entries.some(([name]) => name === key)) {
        throw at.refuse(`expected the key "${key}" at ${at.path}, got nothing`)
      }
    }
    const out = entries.map(([key, each]) => {
      const reader = Object.hasOwn(required, key)
        ? required[key]
        : Object.hasOwn(optional, key)
          ? optional[key]
          : undefined
      if (reader === undefined) {
        const known = [...Object.keys(required), ...Object.keys(optional)].join(', ')
        throw at.refuse(`unknown key "${key.slice(0, 80)}" at ${at.path}; known are ${known}`)
      }
      return [key, reader(each, below(at, `.${key}`))] as const
    })
    return Object.fromEntries(out) as Required<R> & Optional<O>
  }
}
