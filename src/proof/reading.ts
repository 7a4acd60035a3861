// Reads members of parsed JSON strictly: exactly the expected keys, each of the expected kind.
import { isContentDigest } from '../kernel/index.ts'
import type { ContentDigest, Json } from '../kernel/index.ts'

/** Thrown inside a parser and turned into a refusal at its door; never leaves this room. */
export class ShapeMismatch extends Error {}

export type JsonObject = { readonly [key: string]: Json }

// RFC 3339, UTC, milliseconds: the one form instants have in signed text.
const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})\.\d{3}Z$/

export function asObject(value: Json | undefined, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeMismatch(`expected ${what} to be an object`)
  }
  return value as JsonObject
}

export function asArray(value: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(value)) throw new ShapeMismatch(`expected ${what} to be an array`)
  return value
}

export function asText(value: Json | undefined, what: string): string {
  if (typeof value !== 'string') throw new ShapeMismatch(`expected ${what} to be text`)
  return value
}

export function asCount(value: Json | undefined, what: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new ShapeMismatch(`expected ${what} to be a whole number from 0`)
  }
  return value
}

export function asDigest(value: Json | undefined, what: string): ContentDigest {
  const text = asText(value, what)
  if (!isContentDigest(text))
    throw new ShapeMismatch(`expected ${what} to be sha256: and 64 hexadecimal digits`)
  return text
}

/** RFC 3339 text in UTC with milliseconds that names a real instant. */
export function asInstant(value: Json | undefined, what: string): string {
  const text = asText(value, what)
  if (!isInstant(text))
    throw new ShapeMismatch(`expected ${what} to be an RFC 3339 instant in UTC with milliseconds`)
  return text
}

export function isInstant(text: string): boolean {
  const [, year, month, day, hour, minute, second] = INSTANT.exec(text) ?? []
  if (year === undefined) return false
  const days = daysOfMonth(Number(year), Number(month))
  const isDay = Number(day) >= 1 && Number(day) <= days
  return isDay && Number(hour) <= 23 && Number(minute) <= 59 && Number(second) <= 59
}

/** 0 for what is no month. */
function daysOfMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  if (month === 2) return isLeap ? 29 : 28
  if (month < 1 || month > 12) return 0
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

export function asOneOf<const T extends string>(
  value: Json | undefined,
  allowed: readonly T[],
  what: string,
): T {
  const found = allowed.find((one) => one === value)
  if (found === undefined)
    throw new ShapeMismatch(`expected ${what} to be one of ${allowed.join(', ')}`)
  return found
}

/** Refuses keys that are neither required nor optional: an unread key could mean anything to its writer. */
export function expectKeys(
  object: JsonObject,
  required: readonly string[],
  optional: readonly string[],
  what: string,
): void {
  for (const key of required) {
    if (!Object.hasOwn(object, key)) throw new ShapeMismatch(`expected ${what} to have "${key}"`)
  }
  for (const key of Object.keys(object)) {
    if (!required.includes(key) && !optional.includes(key)) {
      throw new ShapeMismatch(`expected ${what} to have no ${JSON.stringify(key.slice(0, 60))}`)
    }
  }
}
