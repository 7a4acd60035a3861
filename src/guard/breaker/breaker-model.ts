// Words of the breakers: rules, settings, and what is shown and saved of them.
import { expectWord } from '../wiring.ts'
import { GuardFault } from '../errors.ts'
import type { BreakerState } from './breaker-events.ts'

/** When a closed breaker opens. */
export type BreakerRule =
  /** That many failures in a row. */
  | { readonly kind: 'consecutive'; readonly failures: number }
  /** That share of the calls of the last `windowMs` failed, once there were `minimumCalls`. */
  | {
      readonly kind: 'sampling'
      readonly windowMs: number
      /** Above 0, up to 1; reached is enough. */
      readonly failureRate: number
      readonly minimumCalls: number
    }

export interface BreakerSettings {
  readonly rule: BreakerRule
  /** How long it stays open before calls are tried again. */
  readonly openMs: number
  /** Each failed trial doubles the time, up to this. Default `openMs`: no doubling. */
  readonly longestOpenMs?: number
  /** Calls that are tried; all of them have to succeed. Default 1. */
  readonly probes?: number
  /** A trial that has not ended by then has failed. Default `openMs`. */
  readonly probeLimitMs?: number
  /** A call that takes longer has failed, whatever it answered. Default: none is too slow. */
  readonly slowCallMs?: number
}

export interface BreakerSnapshot {
  readonly name: string
  readonly state: BreakerState
  readonly settings: BreakerSettings
  /** Until calls are tried again; 0 when they are, Infinity when held. */
  readonly retryAfterMs: number
  /** How often it has opened since it was last closed. */
  readonly openedCount: number
  /** Of the last window, or in a row. */
  readonly failures: number
  readonly calls: number
}

/** What a restart must not lose. Plain data. */
export interface SavedBreaker {
  readonly state: BreakerState
  readonly openUntilEpochMs: number
  readonly openedCount: number
  readonly heldBy?: string
}

const TIME_LIMIT_MS = 24 * 3_600_000
const COUNT_LIMIT = 1_000_000

/** @throws GuardFault GUARD_BREAKER_INVALID */
export function checkBreaker(settings: BreakerSettings): Required<
  Omit<BreakerSettings, 'slowCallMs'>
> & {
  readonly slowCallMs: number
} {
  const time = (name: string, value: number): number => inRange(name, value, 1, TIME_LIMIT_MS)
  const count = (name: string, value: number): number => {
    if (!Number.isInteger(value)) throw refuse(`a whole ${name}`, value)
    return inRange(name, value, 1, COUNT_LIMIT)
  }
  expectWord('rule of the breaker', (settings as BreakerSettings | undefined)?.rule?.kind, [
    'consecutive',
    'sampling',
  ])
  const { rule } = settings
  if (rule.kind === 'consecutive') count('failures', rule.failures)
  else {
    time('windowMs', rule.windowMs)
    count('minimumCalls', rule.minimumCalls)
    if (!(rule.failureRate > 0 && rule.failureRate <= 1))
      throw refuse('a failureRate above 0 and up to 1', rule.failureRate)
  }
  const openMs = time('openMs', settings.openMs)
  const longestOpenMs = time('longestOpenMs', settings.longestOpenMs ?? openMs)
  if (longestOpenMs < openMs) throw refuse('a longestOpenMs of at least openMs', longestOpenMs)
  return {
    rule,
    openMs,
    longestOpenMs,
    probes: count('probes', settings.probes ?? 1),
    probeLimitMs: time('probeLimitMs', settings.probeLimitMs ?? openMs),
    slowCallMs:
      settings.slowCallMs === undefined ? Infinity : time('slowCallMs', settings.slowCallMs),
  }
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) throw refuse(`${name} from ${least} to ${most}`, value)
  return value
}

function refuse(expected: string, got: unknown): GuardFault {
  return new GuardFault('GUARD_BREAKER_INVALID', `expected ${expected}, got ${String(got)}`)
}
