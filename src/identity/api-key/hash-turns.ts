// Slow hashes one after the other: a few at once, a few more waiting, and everybody else is asked to come again.
import { identityFault } from '../errors.ts'

/** Two of the four threads that Node has for such work: files have to be read and written meanwhile. */
const AT_ONCE = 2
const WAITING_LIMIT = 64
/** A full queue is worked off in about this time. */
const RETRY_AFTER_S = 2

export interface HashTurns {
  /** @throws IDENTITY_KEYS_BUSY when as many wait as may */
  take<T>(work: () => Promise<T>): Promise<T>
}

export function makeHashTurns(): HashTurns {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    async take(work) {
      if (running >= AT_ONCE) {
        if (waiting.length >= WAITING_LIMIT)
          throw identityFault(
            'IDENTITY_KEYS_BUSY',
            `expected at most ${WAITING_LIMIT} keys to be looked at at once`,
            { details: { retryAfterS: RETRY_AFTER_S } },
          )
        // Whoever ends hands over the place, so that nobody who comes meanwhile takes it.
        await new Promise<void>((resolve) => waiting.push(resolve))
      } else {
        running++
      }
      try {
        return await work()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running--
        else next()
      }
    },
  }
}
