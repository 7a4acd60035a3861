// Bookings behind a breaker: a database that fails is left alone for a while, and whoever asks meanwhile is told at once.
import type { Breaker } from '../../src/guard/index.ts'
import { BerthTaken } from './bookings.ts'
import type { Bookings } from './bookings.ts'

export class DatabaseRests extends Error {
  /** Infinity while an operator holds the breaker open. */
  readonly retryAfterMs: number

  constructor(retryAfterMs: number) {
    super('the database is left alone for a while')
    this.retryAfterMs = retryAfterMs
  }
}

/** Three failures in a row; the rest begins with a second and doubles up to half a minute. */
export const DATABASE_RULE = {
  rule: { kind: 'consecutive', failures: 3 },
  openMs: 1_000,
  longestOpenMs: 30_000,
} as const

/** That a berth is taken says nothing about the database. */
export const isDatabaseFailure = (error: unknown): boolean => !(error instanceof BerthTaken)

/** Every call may throw `DatabaseRests` as well. */
export function behindBreaker(bookings: Bookings, breaker: Breaker): Bookings {
  const ask = async <T>(work: () => Promise<T>): Promise<T> => {
    const answer = await breaker.run(work)
    if (!answer.ok) throw new DatabaseRests(answer.retryAfterMs)
    return answer.value
  }
  return {
    book: (...wanted) => ask(() => bookings.book(...wanted)),
    list: (tenant) => ask(() => bookings.list(tenant)),
    ping: () => ask(() => bookings.ping()),
    close: () => bookings.close(),
  }
}
