// Keys and sessions that do not fit, counted per address, keys also per key and address: beyond the limit nothing is looked at any more.
import { addressKey, makeLocalBuckets } from '../../guard/index.ts'
import type { BucketPolicy, LocalBuckets } from '../../guard/index.ts'
import type { Clock } from '../../kernel/index.ts'
import { identityFault } from '../errors.ts'

const MINUTE_MS = 60_000
const ADDRESS_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'key-failures-address',
  limit: 60,
  windowMs: MINUTE_MS,
  burst: 20,
}
/** Of one key from one address: another address that guesses cannot shut its owner out. */
const KEY_POLICY: BucketPolicy = {
  kind: 'bucket',
  name: 'key-failures-key',
  limit: 10,
  windowMs: MINUTE_MS,
  burst: 10,
}
/** Addresses and keys kept count of; those beyond are not counted, and the queue before the hash still bounds them. */
const KEPT_LIMIT = 10_000

export interface FailureLimit {
  /** To be asked before anything is hashed or looked up. @param keyId absent for what names no key @throws IDENTITY_FAILURES_LIMITED */
  assertAdmitted(peer: string | undefined, keyId?: string): void
  /** Something that did not fit. */
  count(peer: string | undefined, keyId?: string): void
}

export function makeFailureLimit(clock: Clock): FailureLimit {
  const byAddress = watchFailures(ADDRESS_POLICY, clock)
  const byKey = watchFailures(KEY_POLICY, clock)
  const nameOf = (peer: string | undefined): string => addressKey(peer ?? '') ?? 'unknown'
  return {
    assertAdmitted(peer, keyId) {
      const address = nameOf(peer)
      const keyMs = keyId === undefined ? 0 : byKey.waitMs(`${address} ${keyId}`)
      const waitMs = Math.max(byAddress.waitMs(address), keyMs)
      if (waitMs <= 0) return
      const retryAfterS = Math.ceil(waitMs / 1_000)
      throw identityFault(
        'IDENTITY_FAILURES_LIMITED',
        `expected fewer keys and sessions that do not fit; wait ${retryAfterS} s`,
        { details: { retryAfterS } },
      )
    },
    count(peer, keyId) {
      const address = nameOf(peer)
      byAddress.count(address)
      if (keyId !== undefined) byKey.count(`${address} ${keyId}`)
    },
  }
}

interface WatchedFailures {
  /** How long the name has to wait until another attempt is looked at; 0 = not at all. */
  waitMs(name: string): number
  count(name: string): void
}

function watchFailures(policy: BucketPolicy, clock: Clock): WatchedFailures {
  const buckets: LocalBuckets = makeLocalBuckets(
    policy,
    { monotonicUs: () => Math.floor(clock.monotonicMs() * 1_000), epochMs: () => clock.nowMs() },
    KEPT_LIMIT,
  )
  const tokenMs = policy.windowMs / policy.limit
  const closedUntilMs = new Map<string, number>()
  return {
    waitMs(name) {
      const untilMs = closedUntilMs.get(name)
      if (untilMs === undefined) return 0
      const waitMs = untilMs - clock.monotonicMs()
      if (waitMs <= 0) closedUntilMs.delete(name)
      return waitMs
    },
    count(name) {
      const decision = buckets.take(name, 1)
      if (decision === undefined || decision.remaining > 0) return
      if (closedUntilMs.size >= KEPT_LIMIT) closedUntilMs.clear()
      closedUntilMs.set(name, clock.monotonicMs() + tokenMs)
    },
  }
}
