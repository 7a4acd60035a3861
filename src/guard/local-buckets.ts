// Buckets and windows of this process, in bounded memory.
import {
  bucketRates,
  describeBucket,
  describeWindow,
  takeFromBucket,
  windowIndex,
} from './bucket.ts'
import type { BucketRates } from './bucket.ts'
import type { BucketPolicy, GuardClock, RateDecision, RatePolicy, WindowPolicy } from './model.ts'
import { checkCost, checkPolicy } from './policy.ts'
import { SlotTable } from './slot-table.ts'

/** Keys one policy keeps count of unless told otherwise; a million take about 100 MB. */
export const KEY_LIMIT_COUNT = 1_000_000

export interface LocalBuckets {
  /** Undefined when there is no room to keep count of another key. @throws GuardFault GUARD_COST_INVALID */
  take(key: string, cost: number): RateDecision | undefined
  /** Keys kept count of. */
  readonly size: number
}

/** @throws GuardFault GUARD_POLICY_INVALID */
export function makeLocalBuckets(
  policy: RatePolicy,
  clock: Pick<GuardClock, 'monotonicUs' | 'epochMs'>,
  keyLimit = KEY_LIMIT_COUNT,
): LocalBuckets {
  checkPolicy(policy)
  return policy.kind === 'bucket'
    ? new TokenBuckets(policy, clock, keyLimit)
    : new FixedWindows(policy, clock, keyLimit)
}

class TokenBuckets implements LocalBuckets {
  readonly #rates: BucketRates
  readonly #clock: Pick<GuardClock, 'monotonicUs'>
  // `first` is the moment at which the bucket is full again; then it is as if nobody had ever come.
  readonly #table: SlotTable

  constructor(policy: BucketPolicy, clock: Pick<GuardClock, 'monotonicUs'>, keyLimit: number) {
    this.#rates = bucketRates(policy)
    this.#clock = clock
    this.#table = new SlotTable(keyLimit, 1, (fullAtUs, _, nowUs) => fullAtUs <= nowUs)
  }

  get size(): number {
    return this.#table.size
  }

  take(key: string, cost: number): RateDecision | undefined {
    checkCost(cost)
    const nowUs = this.#clock.monotonicUs()
    const table = this.#table
    const slot = table.find(key) ?? table.insert(key, nowUs)
    if (slot === undefined) return undefined
    const fullAtUs = table.first[slot]!
    const next = takeFromBucket(this.#rates, fullAtUs, nowUs, cost)
    if (next !== undefined) table.first[slot] = next
    return describeBucket(this.#rates, next ?? fullAtUs, nowUs, cost, next !== undefined)
  }
}

class FixedWindows implements LocalBuckets {
  readonly #policy: WindowPolicy
  readonly #clock: Pick<GuardClock, 'epochMs'>
  // `first` is the number of the window, `second` what is used in it.
  readonly #table: SlotTable

  constructor(policy: WindowPolicy, clock: Pick<GuardClock, 'epochMs'>, keyLimit: number) {
    this.#policy = policy
    this.#clock = clock
    this.#table = new SlotTable(keyLimit, 2, (index, _, now) => index < now)
  }

  get size(): number {
    return this.#table.size
  }

  take(key: string, cost: number): RateDecision | undefined {
    checkCost(cost)
    const epochMs = this.#clock.epochMs()
    const index = windowIndex(this.#policy, epochMs)
    const table = this.#table
    const slot = table.find(key) ?? table.insert(key, index)
    if (slot === undefined) return undefined
    // A clock that was set back must not open a window again: the newest one seen goes on.
    if (table.first[slot]! < index) {
      table.first[slot] = index
      table.second[slot] = 0
    }
    const used = table.second[slot]!
    const allowed = used + cost <= this.#policy.limit
    if (allowed) table.second[slot] = used + cost
    return describeWindow(this.#policy, allowed ? used + cost : used, epochMs, allowed)
  }
}
