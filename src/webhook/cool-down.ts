// The breaker of an endpoint as plain values, because every worker shares it through the endpoint's row; pure.

/** What lets an endpoint rest, and for how long; each endpoint has its own, which can be changed while deliveries go on. */
export interface BreakerTerms {
  /** Failures in a row. */
  readonly failureLimit: number
  /** Of the first rest; each further one is twice as long. */
  readonly firstRestMs: number
  readonly longestRestMs: number
}

/** Where nobody said otherwise. */
export const USUAL_BREAKER: BreakerTerms = {
  failureLimit: 5,
  firstRestMs: 30_000,
  longestRestMs: 3_600_000,
}
/** An endpoint that held so long after its last rest begins anew; one that fails sooner rests longer each time. */
const FORGIVEN_AFTER_MS = 3_600_000

export interface CoolDown {
  /** In a row. */
  readonly failures: number
  /** Rests since it last held for an hour. */
  readonly rests: number
  /** While it rests nothing is sent until its rest is over; then one delivery tries. */
  readonly isResting: boolean
  /** When the last rest was over, or will be. */
  readonly restsUntilMs: number | null
}

export const WELL: CoolDown = { failures: 0, rests: 0, isResting: false, restsUntilMs: null }

export type Admission = 'open' | 'trial' | 'resting'

export function admissionOf({ isResting, restsUntilMs }: CoolDown, nowMs: number): Admission {
  if (!isResting) return 'open'
  return nowMs < (restsUntilMs ?? 0) ? 'resting' : 'trial'
}

export function afterSuccess(state: CoolDown, nowMs: number): CoolDown {
  // Was on its way when the rest began, as a request for patience in the same moment shows.
  if (admissionOf(state, nowMs) === 'resting') return state
  // The rests are remembered: an endpoint that answers one time in ten must not be hammered the other nine.
  const isForgiven = nowMs - (state.restsUntilMs ?? 0) >= FORGIVEN_AFTER_MS
  return isForgiven ? WELL : { ...state, failures: 0, isResting: false }
}

export function afterFailure(
  state: CoolDown,
  nowMs: number,
  { failureLimit, firstRestMs, longestRestMs } = USUAL_BREAKER,
): CoolDown {
  const failures = state.failures + 1
  const admission = admissionOf(state, nowMs)
  // What was on its way when the rest began says nothing new.
  if (admission === 'resting') return state
  if (failures < failureLimit && admission === 'open') return { ...state, failures }
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** state.rests)
  return { failures, rests: state.rests + 1, isResting: true, restsUntilMs: nowMs + restMs }
}

/** The receiver asked for patience: no failure of its own, and everything waits for it. */
export function afterRequest(state: CoolDown, untilMs: number): CoolDown {
  return { ...state, isResting: true, restsUntilMs: Math.max(untilMs, state.restsUntilMs ?? 0) }
}
