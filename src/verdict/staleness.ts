// What a stored status is worth at a point in time: STALE and ERROR by age, place, definition and clock.
import type { ContentDigest, Digest } from '../kernel/index.ts'
import type { GateResult, Status } from './model.ts'
import type { PlanGate } from './plan-model.ts'
import { definitionHashOf } from './plan.ts'

/** Clocks of runner and control plane may differ by this much; evidence further in the future is an ERROR. */
export const CLOCK_SKEW_LIMIT_MS = 5 * 60_000

export interface TimedStatus {
  readonly status: Status
  readonly reason: string
  /** When a PASS or WARN becomes STALE by age, ms since the epoch; absent when it never does. */
  readonly expiresAtMs?: number
}

export interface StatusTerms {
  readonly asOfMs: number
  /** The environment that the release goes to. */
  readonly environment: string
}

/**
 * The status of a gate's result at `asOfMs`. Only PASS and WARN grow STALE; a timestamp beyond the clock skew is an
 * ERROR whatever was judged. For roll-ups ask for the children. Source: release semantics, section 4.
 */
export function statusAt(
  digest: Digest,
  gate: PlanGate,
  result: GateResult,
  terms: StatusTerms,
): TimedStatus {
  return timedStatus(gate, definitionHashOf(digest, gate), result, terms)
}

/** As `statusAt`, with the gate's definition hash already at hand. */
export function timedStatus(
  gate: PlanGate,
  definition: ContentDigest,
  result: GateResult,
  terms: StatusTerms,
): TimedStatus {
  const { finishedAtMs, status, reason } = result
  if (finishedAtMs !== undefined && finishedAtMs > terms.asOfMs + CLOCK_SKEW_LIMIT_MS) {
    return {
      status: 'ERROR',
      reason: `the evidence is dated ${finishedAtMs - terms.asOfMs} ms in the future`,
    }
  }
  if (gate.children !== undefined || (status !== 'PASS' && status !== 'WARN'))
    return { status, reason }
  if (result.evidence.length === 0 && result.statement === undefined) {
    return { status: 'INCONCLUSIVE', reason: `${status} rests on no evidence` }
  }
  if (finishedAtMs === undefined) return { status: 'STALE', reason: 'the evidence has no time' }
  if (result.environment !== terms.environment) {
    const got = result.environment ?? 'none'
    return { status: 'STALE', reason: `expected evidence from ${terms.environment}, got ${got}` }
  }
  if (result.definition !== definition) {
    return { status: 'STALE', reason: 'the gate was changed after its evidence was collected' }
  }
  if (gate.maxAgeMs === undefined) return { status, reason }
  const expiresAtMs = finishedAtMs + gate.maxAgeMs
  if (terms.asOfMs > expiresAtMs) {
    const ageMs = terms.asOfMs - finishedAtMs
    return {
      status: 'STALE',
      reason: `expected evidence of at most ${gate.maxAgeMs} ms, got ${ageMs} ms`,
      expiresAtMs,
    }
  }
  return { status, reason, expiresAtMs }
}

/** Life left that earns a warning: a quarter of the whole, or a day where the whole is longer than that. */
export function isNearExpiry(startMs: number, expiresAtMs: number, asOfMs: number): boolean {
  const dayMs = 86_400_000
  const lifeMs = expiresAtMs - startMs
  const leftMs = expiresAtMs - asOfMs
  return leftMs <= lifeMs / 4 || (lifeMs > dayMs && leftMs <= dayMs)
}
