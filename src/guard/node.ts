// Binds the guard to Node: its clock, its digest, and Redis clients that have EVALSHA.
import { createHash } from 'node:crypto'
import type { GuardClock } from './model.ts'
import type { RunRedisScript } from './redis-buckets.ts'

/** Time of this process. Waits do not keep it alive. */
export const nodeGuardClock: GuardClock = {
  monotonicUs: () => Math.floor(performance.now() * 1_000),
  epochMs: () => Date.now(),
  wait: (ms) => new Promise((resolve) => void setTimeout(resolve, ms).unref()),
}

/** As much of an ioredis client as is used. */
export interface IoredisLike {
  evalsha(sha1: string, keyCount: number, ...words: string[]): Promise<unknown>
  eval(script: string, keyCount: number, ...words: string[]): Promise<unknown>
}

/**
 * Scripts over an ioredis client, sent whole only when the server does not know them. Create the client with
 * `{ enableOfflineQueue: false, maxRetriesPerRequest: 0 }`: a queue would keep requests waiting for a server that is gone.
 */
export function overIoredis(client: IoredisLike): RunRedisScript {
  const digests = new Map<string, string>()
  return async (script, keys, args) => {
    let sha1 = digests.get(script)
    if (sha1 === undefined) {
      sha1 = createHash('sha1').update(script).digest('hex')
      digests.set(script, sha1)
    }
    try {
      return await client.evalsha(sha1, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return client.eval(script, keys.length, ...keys, ...args)
    }
  }
}

/** SHA-256 of some bytes, hexadecimal. */
export function nodeSha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
