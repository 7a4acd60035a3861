// What a session is: a browser that a person signed in with, and until when that counts.
export interface Session {
  readonly tenantId: string
  /** Names it; opens nothing. */
  readonly sessionId: string
  readonly accountId: string
  /** RFC 3339. */
  readonly startedAt: string
  /** When the person proved to their issuer who they are; absent where that is not known. */
  readonly authenticatedAt?: string
  /** To the minute. */
  readonly seenAt: string
  readonly endsAt: string
}

const MINUTE_MS = 60_000

export interface SessionLimits {
  /** Ends a session that no request came of for so long, or up to a minute less. */
  readonly idleMs: number
  /** Ends every session, used or not. */
  readonly wholeMs: number
}

export const SESSION_LIMITS: SessionLimits = {
  idleMs: 30 * MINUTE_MS,
  wholeMs: 12 * 60 * MINUTE_MS,
}

/** Sessions of one account at most; the oldest ends with the next one. */
export const SESSION_COUNT_LIMIT = 20
/** How often it is noted that a session is in use. */
export const SEEN_STEP_MS = MINUTE_MS

/** Why a session opens nothing any more; undefined while it does. */
export function endOfSession(
  { seenAt, endsAt }: Pick<Session, 'seenAt' | 'endsAt'>,
  nowMs: number,
  { idleMs }: SessionLimits,
): string | undefined {
  if (Date.parse(endsAt) <= nowMs) return `over since ${endsAt}`
  if (Date.parse(seenAt) + idleMs <= nowMs) return `unused since ${seenAt}`
  return undefined
}

const SECRET = /^[A-Za-z0-9_-]{43}$/

/** What a cookie may hold to be looked up at all: 256 bits in base64url. */
export function looksLikeSessionSecret(text: string): boolean {
  return SECRET.test(text)
}
