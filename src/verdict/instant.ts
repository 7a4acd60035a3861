// Instants as text in reasons and notes.

/** Latest instant that a Date can show, ms since the epoch (ECMAScript, time values). */
export const INSTANT_LIMIT_MS = 8.64e15

/** RFC 3339 UTC; the bare number beyond what a Date can show, so that a hostile instant never throws. */
export function describeInstant(atMs: number): string {
  return Math.abs(atMs) <= INSTANT_LIMIT_MS ? new Date(atMs).toISOString() : `${atMs} ms`
}
