// Words of the rate limits: policies, decisions, and the ports through which time and a shared store come in.
import type { AnomalyEvent } from './anomaly/anomaly-event.ts'
import type { GraphEvent } from './graph/graph-terms.ts'
import type { BreakerEvent } from './breaker/breaker-events.ts'
import type { EdgeEvent } from './edge/edge-events.ts'
import type { IngestEvent } from './ingest/ingest-reason.ts'
import type { SwitchEvent } from './switches/model.ts'

/** Microseconds since some fixed moment; whole numbers below 2^53. */
export type Microseconds = number

/**
 * A token bucket, decided by GCRA (ITU-T I.371): `limit` tokens come back evenly in `windowMs`, at most `burst` are held.
 * "200 a minute, burst 60" is `{ limit: 200, windowMs: 60_000, burst: 60 }`.
 */
export interface BucketPolicy {
  readonly kind: 'bucket'
  /** Stands in the `RateLimit` fields; letters, digits, `_`, `-`, `.`. */
  readonly name: string
  readonly limit: number
  readonly windowMs: number
  readonly burst: number
}

/** A window that begins at whole multiples of its length since the Unix epoch; admits up to twice its limit around a boundary. */
export interface WindowPolicy {
  readonly kind: 'window'
  readonly name: string
  readonly limit: number
  readonly windowMs: number
}

export type RatePolicy = BucketPolicy | WindowPolicy

/** What one decision answers; durations are in microseconds, so that nothing is lost before it is shown. */
export interface RateDecision {
  readonly allowed: boolean
  /** Whole units still available now. */
  readonly remaining: number
  /** Until this very cost could be allowed; 0 when it was. */
  readonly retryAfterUs: Microseconds
  /** Until the policy is back at its full allowance, were nothing else to come. */
  readonly resetUs: Microseconds
}

/** Who took a decision: the shared store, this process alone, or nobody, because there was no room to keep count. */
export type RateSource = 'shared' | 'local' | 'untracked'

export interface SourcedDecision extends RateDecision {
  readonly source: RateSource
}

export interface GuardClock {
  /** Microseconds on a clock that never goes back; for buckets of this process. */
  monotonicUs(): Microseconds
  /** Milliseconds since the Unix epoch; for windows that others align to as well. */
  epochMs(): number
  /** Resolves after that time. */
  wait(ms: number): Promise<void>
}

/** Buckets that several processes share. A rejection means that the store could not be asked. */
export interface SharedBuckets {
  take(key: string, policy: RatePolicy, cost: number): Promise<RateDecision>
}

/** Hears what is worth keeping: counters for metrics, blocks for an audit log. */
export type GuardSink = (event: GuardEvent) => void

/** What the limits and address blocks tell; each other part has its events in a file of its own. */
export type RateEvent =
  | {
      readonly type: 'rate.refused'
      readonly policy: string
      readonly key: string
      readonly source: RateSource
    }
  | { readonly type: 'rate.store-lost' | 'rate.store-back'; readonly reason: string }
  | {
      readonly type: 'address.blocked'
      readonly address: string
      readonly untilEpochMs: number
      /** How often this address was blocked before. */
      readonly earlierCount: number
    }
  | { readonly type: 'address.unblocked'; readonly address: string; readonly by: string }

export type GuardEvent =
  | RateEvent
  | IngestEvent
  | AnomalyEvent
  | GraphEvent
  | SwitchEvent
  | EdgeEvent
  | BreakerEvent
