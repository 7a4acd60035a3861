// Door of the breakers within the guard.
export { admitThrough, expressBreaker, fastifyBreakerHook } from './breaker-bindings.ts'
export type { BreakerReplyLike, EndingResponseLike } from './breaker-bindings.ts'
export { makeBreaker } from './breaker.ts'
export type { Breaker, BreakerAnswer, BreakerPermit, BreakerTerms } from './breaker.ts'
export type { BreakerCause, BreakerEvent, BreakerState } from './breaker-events.ts'
export type {
  BreakerRule,
  BreakerSettings,
  BreakerSnapshot,
  SavedBreaker,
} from './breaker-model.ts'
