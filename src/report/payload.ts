// Reads members of recorded payloads, which may be anything and may be erased.
import type { Json } from '../kernel/index.ts'
import type { RecordedFact } from './model.ts'

export function memberOf(fact: RecordedFact, name: string): Json | undefined {
  const { payload } = fact
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined
  return Object.entries(payload).find(([member]) => member === name)?.[1]
}

export function textMemberOf(fact: RecordedFact, name: string): string | undefined {
  const value = memberOf(fact, name)
  return typeof value === 'string' ? value : undefined
}

export function countMemberOf(fact: RecordedFact, name: string): number | undefined {
  const value = memberOf(fact, name)
  return typeof value === 'number' ? value : undefined
}
