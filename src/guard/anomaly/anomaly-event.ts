// What the rate anomaly guard tells: every throttle's begin and end, marks, modes; for metrics and an audit log.

/** `learn` watches and tells but never refuses; `off` does neither. */
export type AnomalyMode = 'enforce' | 'learn' | 'off'

/** `calm`: the rate came down. `accepted`: it stayed for so long that it is the new level. */
export type ThrottleEnd = 'calm' | 'accepted' | 'marked' | 'switched-off'

interface ThrottleFacts {
  readonly tenant: string
  readonly throttleId: string
  /** False in learning mode: nothing was refused. */
  readonly isEnforced: boolean
  readonly atEpochMs: number
}

/** Rates are requests a second. */
export type AnomalyEvent =
  | (ThrottleFacts & {
      readonly type: 'anomaly.throttle-began'
      readonly ratePerS: number
      /** What the tenant exceeds in one active second of a hundred. */
      readonly busyPerS: number
      readonly allowedPerS: number
    })
  | (ThrottleFacts & {
      readonly type: 'anomaly.throttle-ended'
      readonly reason: ThrottleEnd
      readonly lastedS: number
      readonly refusedCount: number
    })
  | {
      /** Somebody said that what was throttled was legitimate: a false positive. */
      readonly type: 'anomaly.marked'
      readonly tenant: string
      readonly throttleId: string
      readonly by: string
      readonly peakPerS: number
      readonly atEpochMs: number
    }
  | {
      readonly type: 'anomaly.mode-set'
      readonly tenant: string
      /** Undefined = back to the default. */
      readonly mode: AnomalyMode | undefined
      readonly by: string
      readonly atEpochMs: number
    }
  | {
      /** Requests of tenants for whom there was no room, since the last such event; at most one a minute. */
      readonly type: 'anomaly.untracked'
      readonly count: number
      readonly atEpochMs: number
    }
