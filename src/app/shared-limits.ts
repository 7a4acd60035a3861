// Limits that several servers count together on one Redis, and each for itself without one.
import { makeRedisBuckets } from '../guard/index.ts'
import type { GuardSink } from '../guard/index.ts'
import type { Log } from '../kernel/index.ts'
import { openRedis, systemClock, systemRandom } from '../platform/index.ts'
import type { OpenRedis } from '../platform/index.ts'
import { makePeerOf, makeRequestLimits } from '../web/index.ts'
import type { RequestLimits } from '../web/index.ts'
import type { AppConfig } from './config.ts'

/** Begins every key, so that one Redis may serve others too. */
export const REDIS_PREFIX = 'seaworthy'

/** Undefined for commands, and where each server counts for itself. */
export async function openSharedRedis(
  { isServer, redisUrl: url }: Pick<AppConfig, 'isServer' | 'redisUrl'>,
  log: Log,
): Promise<OpenRedis | undefined> {
  if (!isServer || url === undefined) return undefined
  return openRedis({ url, prefix: REDIS_PREFIX, random: systemRandom, log })
}

export function makeServerLimits(
  { trustedProxies }: Pick<AppConfig, 'trustedProxies'>,
  sink: GuardSink,
  redis: OpenRedis | undefined,
): RequestLimits {
  const peerOf = makePeerOf(trustedProxies)
  const common = redis && {
    shared: makeRedisBuckets((...terms) => redis.run(...terms), `${REDIS_PREFIX}:rl`),
    liveInstances: () => redis.liveCount(),
  }
  return makeRequestLimits({ clock: systemClock, sink, peerOf, ...common })
}
