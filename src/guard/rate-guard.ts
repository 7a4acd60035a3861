// The whole way of one request: blocked address, key, decision, answer. Frameworks bind it with a few lines each.
import { clientKey, parseNetwork } from './address.ts'
import type { AddressBlocks } from './address-blocks.ts'
import type { AnomalyGuard } from './anomaly/anomaly-model.ts'
import type { Limiter } from './limiter.ts'
import type { GuardClock } from './model.ts'
import { abnormalUsageProblem, blockProblem, rateFields, rateProblem } from './rate-fields.ts'
import type { RateProblem } from './rate-fields.ts'
import { expectPort } from './wiring.ts'

/** What of a request the guard looks at. */
export interface RequestFacts {
  /** Address of the other end of the connection. */
  readonly peer: string | undefined
  readonly forwardedFor: string | undefined
  readonly tenant?: string | undefined
  readonly principal?: string | undefined
  /** Groups endpoints that share a limit, e.g. `push` or `login`. */
  readonly endpoint: string
  /** Units the request takes; default 1. */
  readonly cost?: number | undefined
}

export interface RateGuardTerms {
  readonly limiter: Limiter
  readonly clock: Pick<GuardClock, 'epochMs'>
  readonly blocks?: AddressBlocks
  /** Watches the rates of known tenants, also of requests that the limiter refuses. */
  readonly anomaly?: AnomalyGuard
  /** Proxies in front of the service, as addresses or networks; nobody else's `X-Forwarded-For` is read. */
  readonly trustedProxies?: readonly string[]
}

export type RateAnswer =
  | { readonly allowed: true; readonly fields: Readonly<Record<string, string>> }
  | {
      readonly allowed: false
      readonly fields: Readonly<Record<string, string>>
      readonly problem: RateProblem
    }

export type RateGuard = (facts: RequestFacts) => Promise<RateAnswer>

/** @throws GuardFault GUARD_ADDRESS_INVALID, GUARD_TERMS_INVALID */
export function makeRateGuard(terms: RateGuardTerms): RateGuard {
  const { limiter, blocks, clock, anomaly } = terms
  expectPort('limiter of the rate guard', limiter, ['decide'])
  expectPort('clock of the rate guard', clock, ['epochMs'])
  const trusted = (terms.trustedProxies ?? []).map(parseNetwork)
  return async (facts) => {
    const address = clientKey(facts.peer, facts.forwardedFor, trusted)
    const until = address === undefined ? undefined : blocks?.blockedUntil(address)
    const isKnown = facts.principal !== undefined || facts.tenant !== undefined
    // A tenant behind an office's one address must not pay for its neighbours there.
    if (until !== undefined && !isKnown) {
      const waitS = Math.max(1, Math.ceil((until - clock.epochMs()) / 1_000))
      return { allowed: false, fields: { 'retry-after': String(waitS) }, problem: blockProblem() }
    }
    const abnormal = facts.tenant === undefined ? undefined : await anomaly?.admit(facts.tenant)
    if (abnormal !== undefined) {
      const { policy, decision } = abnormal
      const fields = rateFields(policy, decision)
      return { allowed: false, fields, problem: abnormalUsageProblem(policy) }
    }
    const decision = await limiter.decide(rateKey(facts, address), facts.cost ?? 1)
    const fields = rateFields(limiter.policy, decision)
    if (decision.allowed) return { allowed: true, fields }
    if (!isKnown && address !== undefined) blocks?.countRefusal(address)
    return { allowed: false, fields, problem: rateProblem(limiter.policy, decision) }
  }
}

/**
 * Tenant, then principal, then endpoint; the address counts only for those who are neither. Parts are escaped, so that no
 * tenant can be named into another's key.
 */
export function rateKey(facts: RequestFacts, address: string | undefined): string {
  const who =
    facts.tenant === undefined && facts.principal === undefined
      ? ['ip', address ?? 'unknown']
      : ['t', facts.tenant ?? '', 'p', facts.principal ?? '']
  // Halves of characters have no form in an address, and would throw.
  return [...who, 'e', facts.endpoint]
    .map((part) => encodeURIComponent(part.toWellFormed()))
    .join('/')
}
