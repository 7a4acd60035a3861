// Decides a request: by the shared store, else by this process's share of the limit, else as the endpoint's class says.
import { makeLocalBuckets } from './local-buckets.ts'
import type {
  GuardClock,
  GuardSink,
  RateDecision,
  RatePolicy,
  SharedBuckets,
  SourcedDecision,
} from './model.ts'
import { checkCost, checkPolicy, largestCost, shareOf } from './policy.ts'
import { expectPort, expectWord } from './wiring.ts'

/** Longest wait for the shared store before this process decides alone, in milliseconds. */
const STORE_DEADLINE_MS = 25
/** How long a store that failed is left alone, in milliseconds. */
const STORE_REST_MS = 500

/**
 * What happens when nobody can keep count. `availability` lets through: a read is worth more than its limit.
 * `protective` refuses: log-ins, key checks, approvals and erasures must never become unlimited.
 */
export type EndpointClass = 'availability' | 'protective'

export interface LimiterTerms {
  readonly policy: RatePolicy
  readonly clock: GuardClock
  readonly endpointClass: EndpointClass
  /** Absent = this process is the only one. */
  readonly shared?: SharedBuckets
  /** Processes that serve now; while the shared store is away each admits its share. Default 1. */
  readonly liveInstances?: () => number
  readonly sink?: GuardSink
  /** Keys kept count of in this process. */
  readonly keyLimit?: number
  readonly storeDeadlineMs?: number
}

export interface Limiter {
  readonly policy: RatePolicy
  /**
   * A cost above what the policy can ever admit is refused with `retryAfterUs` Infinity: no waiting helps.
   * @throws GuardFault GUARD_COST_INVALID
   */
  decide(key: string, cost?: number): Promise<SourcedDecision>
}

/** @throws GuardFault GUARD_POLICY_INVALID, GUARD_TERMS_INVALID */
export function makeLimiter(terms: LimiterTerms): Limiter {
  const { sink } = terms
  const policy = checkPolicy(terms.policy)
  expectPort('clock of the limiter', terms.clock, ['monotonicUs', 'epochMs', 'wait'])
  expectWord('endpointClass of the limiter', terms.endpointClass, ['availability', 'protective'])
  const local = localShare(terms)
  const shared = terms.shared === undefined ? undefined : new WatchedStore(terms.shared, terms)
  const decide = async (key: string, cost: number): Promise<SourcedDecision> => {
    checkCost(cost)
    if (cost > largestCost(policy)) return { ...never(), source: 'local' }
    // The own buckets hear of every request, so that they are warm when the shared ones are lost.
    const own = local.take(key, cost)
    const common = await shared?.take(key, policy, cost)
    if (common !== undefined) return { ...common, source: 'shared' }
    if (own !== undefined) return { ...own, source: 'local' }
    return { ...unlimited(terms.endpointClass), source: 'untracked' }
  }
  return {
    policy,
    async decide(key, cost = 1) {
      const decision = await decide(key, cost)
      if (!decision.allowed)
        sink?.({ type: 'rate.refused', policy: policy.name, key, source: decision.source })
      return decision
    },
  }
}

/** Buckets of this process that follow the number of live instances; alone, they are the whole limit. */
function localShare(terms: LimiterTerms): {
  take(key: string, cost: number): RateDecision | undefined
} {
  const { policy, clock, keyLimit, shared } = terms
  const count = (): number => {
    const told = shared === undefined ? 1 : (terms.liveInstances?.() ?? 1)
    // Whoever cannot say how many there are is taken to be alone; a limit must not fail for it.
    return Number.isFinite(told) && told > 1 ? Math.floor(told) : 1
  }
  let instances = count()
  let buckets = makeLocalBuckets(shareOf(policy, instances), clock, keyLimit)
  return {
    take(key, cost) {
      const now = count()
      // A new share means new rates: what was counted under the old ones is let go, which admits one share more, once.
      if (now !== instances) {
        instances = now
        buckets = makeLocalBuckets(shareOf(policy, instances), clock, keyLimit)
      }
      return buckets.take(key, cost)
    },
  }
}

function never(): RateDecision {
  return { allowed: false, remaining: 0, retryAfterUs: Number.POSITIVE_INFINITY, resetUs: 0 }
}

/** How long a client is asked to wait where nobody could keep count of it, in microseconds. */
const UNTRACKED_WAIT_US = 1_000_000

function unlimited(endpointClass: EndpointClass): RateDecision {
  const allowed = endpointClass === 'availability'
  return { allowed, remaining: 0, retryAfterUs: allowed ? 0 : UNTRACKED_WAIT_US, resetUs: 0 }
}

type StoreAnswer = { readonly decision: RateDecision } | { readonly reason: string }

/** A shared store that may be slow or gone: nobody waits for it longer than the deadline, nor asks it while it rests. */
class WatchedStore {
  readonly #store: SharedBuckets
  readonly #clock: GuardClock
  readonly #sink: GuardSink | undefined
  readonly #deadlineMs: number
  #restsUntilUs = 0
  #isLost = false

  constructor(store: SharedBuckets, { clock, sink, storeDeadlineMs }: LimiterTerms) {
    this.#store = store
    this.#clock = clock
    this.#sink = sink
    this.#deadlineMs = storeDeadlineMs ?? STORE_DEADLINE_MS
  }

  async take(key: string, policy: RatePolicy, cost: number): Promise<RateDecision | undefined> {
    if (this.#clock.monotonicUs() < this.#restsUntilUs) return undefined
    const answer = this.#ask(key, policy, cost)
    const late = this.#clock.wait(this.#deadlineMs).then((): StoreAnswer => ({
      reason: `no answer within ${this.#deadlineMs} ms`,
    }))
    const first = await Promise.race([answer, late])
    if ('decision' in first) {
      if (this.#isLost) {
        this.#isLost = false
        this.#sink?.({ type: 'rate.store-back', reason: 'the store answers again' })
      }
      return first.decision
    }
    this.#restsUntilUs = this.#clock.monotonicUs() + STORE_REST_MS * 1_000
    if (!this.#isLost) {
      this.#isLost = true
      this.#sink?.({ type: 'rate.store-lost', reason: first.reason })
    }
    return undefined
  }

  // Also what comes after the deadline is taken, so that no rejection is left unheard.
  async #ask(key: string, policy: RatePolicy, cost: number): Promise<StoreAnswer> {
    try {
      return { decision: await this.#store.take(key, policy, cost) }
    } catch (error) {
      return { reason: error instanceof Error ? error.message : String(error) }
    }
  }
}
