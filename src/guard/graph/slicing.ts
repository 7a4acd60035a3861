// How long a list can get, from whatever a client sent where a number should stand.
import { saturate } from './graph-terms.ts'

/**
 * A whole number from 1 up is taken at its word. Nought, a negative or anything that is no number may mean "all" to a
 * resolver: it counts as its size or the assumed one, whichever is more. A list counts its items.
 */
export function listLengthOf(value: unknown, assumedSize: number): number {
  if (Array.isArray(value)) return value.length > 0 ? value.length : assumedSize
  const told = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  const size = typeof told === 'bigint' ? Number(told) : told
  if (typeof size !== 'number' || Number.isNaN(size)) return assumedSize
  if (size > 0) return saturate(Math.ceil(size))
  return saturate(Math.max(Math.ceil(-size), assumedSize))
}
