// When a delivery is tried again, and when it is given up; pure.

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
/** Pauses after each failed attempt (the example of Standard Webhooks); with the first attempt ten in all, over three days. */
const PAUSES_S = [
  5,
  5 * MINUTE_S,
  30 * MINUTE_S,
  2 * HOUR_S,
  5 * HOUR_S,
  10 * HOUR_S,
  14 * HOUR_S,
  20 * HOUR_S,
  24 * HOUR_S,
]
const JITTER_SHARE = 0.2
/** A receiver may ask for as much patience as the longest pause, not for ever. */
const RETRY_AFTER_LIMIT_S = 24 * HOUR_S

export const ATTEMPT_LIMIT = PAUSES_S.length + 1

/**
 * @param attempt the one that failed, from 1 @param chance from 0 to 1
 * @param retryAfterMs what the receiver asked for; it lengthens the pause and never shortens it
 * @param pausesS of somebody who has a schedule of their own
 * @returns undefined when it was the last
 */
export function pauseMs(
  attempt: number,
  chance: number,
  retryAfterMs = 0,
  pausesS: readonly number[] = PAUSES_S,
): number | undefined {
  const pauseS = pausesS[attempt - 1]
  if (pauseS === undefined) return undefined
  const pause = pauseS * 1_000 * (1 - JITTER_SHARE + 2 * JITTER_SHARE * chance)
  return Math.round(Math.max(pause, retryAfterMs))
}

const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** `Retry-After` as seconds or a date (RFC 9110, section 10.2.3); 0 for anything else. */
export function readRetryAfterMs(field: string | undefined, nowMs: number): number {
  const text = field?.trim() ?? ''
  const asked = /^\d{1,9}$/.test(text)
    ? Number(text) * 1_000
    : HTTP_DATE.test(text)
      ? Date.parse(text) - nowMs
      : 0
  return Number.isFinite(asked) ? Math.min(Math.max(0, asked), RETRY_AFTER_LIMIT_S * 1_000) : 0
}
