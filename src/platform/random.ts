// The system's random numbers behind the Random port.
import { randomBytes } from 'node:crypto'
import type { Random } from '../kernel/index.ts'

/** Cryptographically strong. */
export const systemRandom: Random = {
  bytes: (count) => new Uint8Array(randomBytes(count)),
}
