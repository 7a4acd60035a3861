// Checks a policy once and turns it into the whole microseconds that decisions count in.
import { GuardFault } from './errors.ts'
import type { BucketPolicy, Microseconds, RatePolicy } from './model.ts'
import { expectWord } from './wiring.ts'

const MICROSECONDS_PER_MS = 1_000
/** Longest window, in milliseconds: 31 days. Keeps every sum of microseconds exact in a double. */
const WINDOW_LIMIT_MS = 31 * 86_400_000
/** Largest limit and burst. */
const COUNT_LIMIT = 1_000_000_000

/** @throws GuardFault GUARD_POLICY_INVALID, GUARD_TERMS_INVALID */
export function checkPolicy<P extends RatePolicy>(policy: P): P {
  const refuse = (what: string, got: unknown): never => {
    throw new GuardFault(
      'GUARD_POLICY_INVALID',
      `policy ${JSON.stringify(policy.name)}: expected ${what}, got ${String(got)}`,
    )
  }
  expectWord('kind of the policy', (policy as P | undefined)?.kind, ['bucket', 'window'])
  const isCount = (value: number): boolean =>
    Number.isSafeInteger(value) && value >= 1 && value <= COUNT_LIMIT
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(policy.name))
    refuse('a name of letters, digits, _ - .', policy.name)
  if (!isCount(policy.limit)) refuse(`a whole limit from 1 to ${COUNT_LIMIT}`, policy.limit)
  if (
    !Number.isSafeInteger(policy.windowMs) ||
    policy.windowMs < 1 ||
    policy.windowMs > WINDOW_LIMIT_MS
  )
    refuse(`a window of 1 to ${WINDOW_LIMIT_MS} ms`, policy.windowMs)
  if (policy.kind === 'bucket') {
    if (!isCount(policy.burst)) refuse(`a whole burst from 1 to ${COUNT_LIMIT}`, policy.burst)
    if (!Number.isSafeInteger(emissionUs(policy) * policy.burst))
      refuse('a burst that refills within 285 years', policy.burst)
  }
  return policy
}

/** Time in which one token comes back, rounded up: a policy never admits more than it says. */
export function emissionUs({
  limit,
  windowMs,
}: Pick<BucketPolicy, 'limit' | 'windowMs'>): Microseconds {
  return Math.ceil((windowMs * MICROSECONDS_PER_MS) / limit)
}

/** What a request may cost: a number of units, fractions included, 0 to look without taking. @throws GuardFault */
export function checkCost(cost: number): void {
  if (!(cost >= 0 && cost <= COUNT_LIMIT))
    throw new GuardFault(
      'GUARD_COST_INVALID',
      `expected a cost from 0 to ${COUNT_LIMIT}, got ${cost}`,
    )
}

/** Most units that one request can ever get. */
export function largestCost(policy: RatePolicy): number {
  return policy.kind === 'bucket' ? policy.burst : policy.limit
}

/** The same policy for one of several instances that cannot see each other: each admits its share, at least one. */
export function shareOf<P extends RatePolicy>(policy: P, instanceCount: number): P {
  const share = (count: number): number =>
    Math.max(1, Math.floor(count / Math.max(1, instanceCount)))
  const limit = share(policy.limit)
  return policy.kind === 'bucket'
    ? { ...policy, limit, burst: share(policy.burst) }
    : { ...policy, limit }
}
