// The states of a breaker, and what it tells of its changes.

/** `held`: opened by somebody, until somebody releases it. */
export type BreakerState = 'closed' | 'open' | 'half-open' | 'held'

/** Every state; a metric has a value for each. */
export const BREAKER_STATES: readonly BreakerState[] = ['closed', 'half-open', 'open', 'held']

export type BreakerCause =
  | 'failures'
  | 'probe-failed'
  | 'probes-succeeded'
  | 'time'
  | 'held'
  | 'released'
  | 'retried'

export type BreakerEvent =
  | { readonly type: 'breaker.started'; readonly breaker: string; readonly state: BreakerState }
  | {
      readonly type: 'breaker.changed'
      readonly breaker: string
      readonly from: BreakerState
      readonly to: BreakerState
      readonly cause: BreakerCause
      /** Who did it, where somebody did. */
      readonly by?: string
    }
  | { readonly type: 'breaker.refused'; readonly breaker: string }
  | { readonly type: 'breaker.retuned'; readonly breaker: string; readonly by: string }
