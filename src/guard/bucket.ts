// One step of a token bucket (GCRA) and one of a fixed window, as arithmetic on whole microseconds; no state of their own.
import type { BucketPolicy, Microseconds, RateDecision, WindowPolicy } from './model.ts'
import { emissionUs } from './policy.ts'

const MICROSECONDS_PER_MS = 1_000

/** A bucket's constants, worked out once per policy. */
export interface BucketRates {
  /** Time in which one token comes back. */
  readonly tokenUs: Microseconds
  /** Time in which an empty bucket is full again. */
  readonly fullUs: Microseconds
}

export function bucketRates(policy: BucketPolicy): BucketRates {
  const tokenUs = emissionUs(policy)
  return { tokenUs, fullUs: tokenUs * policy.burst }
}

/**
 * The moment at which a bucket will be full (its theoretical arrival time), after taking `cost` at `nowUs`;
 * undefined when it does not hold that much. A bucket nobody took from is full since 0.
 */
export function takeFromBucket(
  { tokenUs, fullUs }: BucketRates,
  fullAtUs: Microseconds,
  nowUs: Microseconds,
  cost: number,
): Microseconds | undefined {
  const next = (fullAtUs > nowUs ? fullAtUs : nowUs) + Math.ceil(cost * tokenUs)
  return next - nowUs <= fullUs ? next : undefined
}

/** What to tell about a bucket that is full at `fullAtUs`, after a request of `cost` was allowed or not. */
export function describeBucket(
  { tokenUs, fullUs }: BucketRates,
  fullAtUs: Microseconds,
  nowUs: Microseconds,
  cost: number,
  allowed: boolean,
): RateDecision {
  const owedUs = fullAtUs > nowUs ? fullAtUs - nowUs : 0
  return {
    allowed,
    remaining: Math.floor((fullUs - owedUs) / tokenUs),
    retryAfterUs: allowed ? 0 : owedUs + Math.ceil(cost * tokenUs) - fullUs,
    resetUs: owedUs,
  }
}

/** Number of the window that a moment falls into. */
export function windowIndex({ windowMs }: WindowPolicy, epochMs: number): number {
  return Math.floor(epochMs / windowMs)
}

/** What to tell about a window in which `used` units are taken, after a request of `cost` was allowed or not. */
export function describeWindow(
  { limit, windowMs }: WindowPolicy,
  used: number,
  epochMs: number,
  allowed: boolean,
): RateDecision {
  const leftUs = Math.ceil((windowMs - (epochMs % windowMs)) * MICROSECONDS_PER_MS)
  return {
    allowed,
    remaining: Math.max(0, Math.floor(limit - used)),
    retryAfterUs: allowed ? 0 : leftUs,
    resetUs: used > 0 ? leftUs : 0,
  }
}
