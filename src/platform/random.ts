// The system's random numbers behind the Random port.
import { randomFillSync } from 'node:crypto'
import type { Random } from '../kernel/index.ts'

/** Fetched at once: asking for each salt and id alone costs ten times as much. */
const STORE_BYTES = 4_096
/** More than this is fetched for itself. */
const SHARE_LIMIT_BYTES = 64

const store = new Uint8Array(STORE_BYTES)
let usedBytes = STORE_BYTES

/** Cryptographically strong; what was handed out is not kept. */
export const systemRandom: Random = {
  bytes(count) {
    if (count > SHARE_LIMIT_BYTES) return randomFillSync(new Uint8Array(count))
    if (usedBytes + count > STORE_BYTES) {
      randomFillSync(store)
      usedBytes = 0
    }
    const out = store.slice(usedBytes, usedBytes + count)
    store.fill(0, usedBytes, usedBytes + count)
    usedBytes += count
    return out
  },
}
