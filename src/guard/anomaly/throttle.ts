// Holds a tenant to a rate of its own by the ordinary limiter, one limiter per step of rate.
import { makeLimiter } from '../limiter.ts'
import type { Limiter } from '../limiter.ts'
import type { GuardClock } from '../model.ts'

/** A stretch of abnormal rate. */
export interface Throttle {
  readonly id: string
  readonly beganEpochMs: number
  readonly beganSecond: number
  readonly isEnforced: boolean
  readonly allowedPerS: number
  readonly limiter: Limiter
  refusedCount: number
}

const POLICY_NAME = 'abnormal-usage'
/** Rates are rounded up to one of so many steps an octave, so that a few limiters serve all tenants. */
const STEPS_PER_OCTAVE = 8
const WINDOW_MS = 60_000
const WINDOW_S = 60
/** Largest rate that is held to, in requests a second. */
const RATE_LIMIT_PER_S = 10_000_000

/** Rates of a process are its own: each instance sees its part of a tenant's traffic, and holds that part. */
export function makeThrottleLimiters(clock: GuardClock): (perS: number) => Limiter {
  const limiters = new Map<number, Limiter>()
  return (perS) => {
    const bounded = Math.min(RATE_LIMIT_PER_S, Math.max(1, perS))
    const step = Math.ceil(Math.log2(bounded) * STEPS_PER_OCTAVE)
    const known = limiters.get(step)
    if (known !== undefined) return known
    const rate = 2 ** (step / STEPS_PER_OCTAVE)
    const limiter = makeLimiter({
      policy: {
        kind: 'bucket',
        name: POLICY_NAME,
        limit: Math.ceil(rate * WINDOW_S),
        windowMs: WINDOW_MS,
        burst: Math.ceil(rate),
      },
      clock,
      endpointClass: 'availability',
    })
    limiters.set(step, limiter)
    return limiter
  }
}
