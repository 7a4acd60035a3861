// Reads members of parsed JSON that tools wrote: what is read must be of its kind, what is not read may be anything.
import type { Json } from '../kernel/index.ts'
import { ReportMismatch } from './report.ts'

export type JsonMembers = { readonly [key: string]: Json }

/** The members of an object, or undefined when it is none. */
export function membersOf(value: Json | undefined): JsonMembers | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as JsonMembers)
    : undefined
}

/** An own member; null counts as absent, as it does in SARIF and SPDX. */
export function jsonMember(record: JsonMembers, key: string): Json | undefined {
  return Object.hasOwn(record, key) ? (record[key] ?? undefined) : undefined
}

export function objectMember(record: JsonMembers, key: string): JsonMembers | undefined {
  const value = jsonMember(record, key)
  if (value === undefined) return undefined
  return membersOf(value) ?? refuseKind(key, 'an object')
}

export function listMember(record: JsonMembers, key: string): readonly Json[] | undefined {
  const value = jsonMember(record, key)
  if (value === undefined) return undefined
  return Array.isArray(value) ? (value as readonly Json[]) : refuseKind(key, 'a list')
}

/** The objects of a list; anything else in it is refused. */
export function objectsMember(
  record: JsonMembers,
  key: string,
): readonly JsonMembers[] | undefined {
  return listMember(record, key)?.map(
    (each) => membersOf(each) ?? refuseKind(key, 'a list of objects'),
  )
}

export function textMember(record: JsonMembers, key: string): string | undefined {
  const value = jsonMember(record, key)
  if (value === undefined) return undefined
  return typeof value === 'string' ? value : refuseKind(key, 'a text')
}

export function flagMember(record: JsonMembers, key: string): boolean | undefined {
  const value = jsonMember(record, key)
  if (value === undefined) return undefined
  return typeof value === 'boolean' ? value : refuseKind(key, 'true or false')
}

/** A whole number from 0. */
export function countMember(record: JsonMembers, key: string): number | undefined {
  const value = jsonMember(record, key)
  if (value === undefined) return undefined
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? value
    : refuseKind(key, 'a whole number from 0')
}

export function requireMember<T>(value: T | undefined, key: string): T {
  if (value === undefined) throw new ReportMismatch(`expected "${key}", got nothing`)
  return value
}

function refuseKind(key: string, expected: string): never {
  throw new ReportMismatch(`expected "${key}" to be ${expected}`)
}
