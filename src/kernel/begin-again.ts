// Transactions that the database ended in favour of others: nothing of them is there, and they may begin again.
import { SeaworthyError } from './errors.ts'

/** serialization_failure and deadlock_detected (PostgreSQL manual, appendix A). */
const STATES: readonly unknown[] = ['40001', '40P01']
const TRY_LIMIT = 5

export function mayBeginAgain(error: unknown): boolean {
  return error instanceof SeaworthyError && STATES.includes(error.details['sqlstate'])
}

/** @param work one transaction and nothing else: what it does outside of the database is done again @throws what its last try throws */
export async function beginAgain<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++)
    try {
      return await work()
    } catch (error) {
      if (tries >= TRY_LIMIT || !mayBeginAgain(error)) throw error
    }
}
