// Words of the rate anomaly guard: its settings, what it shows of a tenant, and what can be asked of it.
import type { GuardClock, GuardSink, RateDecision, RatePolicy } from '../model.ts'
import type { AnomalyMode } from './anomaly-event.ts'

export interface AnomalyTerms {
  readonly clock: GuardClock
  readonly sink?: GuardSink
  /** Of tenants that nobody set another for. Default `enforce`; begin with `learn` and look at what it would have done. */
  readonly mode?: AnomalyMode
  /** Asked on every request, from switches or configuration; `off` wins over what `setMode` says. Must be quick. */
  readonly modeOf?: (tenant: string) => AnomalyMode | undefined
  /** A throttled tenant may have so many times its busy rate. 1 to 100, default 2. */
  readonly factor?: number
  /** A rate that is not above the busy one by that many requests a second is never abnormal. 1 to 1,000,000, default 10. */
  readonly slackPerS?: number
  /** Above it a tenant is throttled before 30 seconds of it are known. Default: never. */
  readonly newcomerPerS?: number
  /** Tenants watched; about 1.7 kB each. 1 to 1,000,000, default 50,000. */
  readonly tenantLimit?: number
}

/** Rates are requests a second. */
export interface ThrottleStatus {
  /** Names this throttle, for `markLegitimate`. */
  readonly id: string
  readonly beganAtEpochMs: number
  readonly isEnforced: boolean
  readonly allowedPerS: number
  readonly peakPerS: number
  readonly refusedCount: number
}

export interface TenantStatus {
  readonly tenant: string
  readonly mode: AnomalyMode
  /** Active seconds that the baseline was learned from; below 30 nothing is decided. */
  readonly learnedS: number
  readonly ratePerS: number
  /** What the tenant exceeds in one active second of a hundred. */
  readonly busyPerS: number
  readonly abnormalAbovePerS: number
  readonly throttle: ThrottleStatus | undefined
  /** Names the throttle that ended last; undefined when there was none or it is marked already. */
  readonly lastThrottleId: string | undefined
}

export interface AnomalyRefusal {
  readonly policy: RatePolicy
  readonly decision: RateDecision
}

export interface AnomalyGuard {
  /** Counts a request and says whether its tenant is throttled now; for services that hold it by means of their own. */
  observe(tenant: string): boolean
  /** Counts a request and, of a throttled tenant, asks the limiter. Resolves to the refusal; undefined = it may pass. */
  admit(tenant: string): Promise<AnomalyRefusal | undefined>
  /** Undefined for a tenant nothing is known of. */
  status(tenant: string): TenantStatus | undefined
  /** All tenants that are throttled now, or would be if they were not in learning mode. */
  throttled(): readonly TenantStatus[]
  /**
   * Says that what that throttle held back was legitimate: ends it, lets the baseline know the rate for a day, counts a false
   * positive. False when it is not the tenant's current or last throttle, or was marked before.
   */
  markLegitimate(tenant: string, throttleId: string, by: string): boolean
  /** Undefined takes the tenant back to the default. False when there is no room for another setting. */
  setMode(tenant: string, mode: AnomalyMode | undefined, by: string): boolean
  /** Ends what is over. Requests do it as well; call it before reading metrics when there may be none. */
  settle(): void
  /** One line of JSON per tenant, for `restore` after a restart. */
  save(): Iterable<string>
  /** Lines that are damaged are left out and counted; tenants already known stay as they are. */
  restore(lines: Iterable<string>): RestoreCount
  /** Tenants watched. */
  readonly size: number
}

export interface RestoreCount {
  readonly restoredCount: number
  readonly refusedCount: number
}
