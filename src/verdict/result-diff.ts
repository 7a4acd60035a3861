// Compares two sets of results of one plan, as before and after a deploy: same, better, worse, missing, new.
import type { GateResult, StoredStatus } from './model.ts'
import { isSatisfied, STATUS_ORDER } from './status.ts'

export type DiffWord = 'same' | 'better' | 'worse' | 'missing' | 'new'

export interface GateDiff {
  readonly gate: string
  readonly word: DiffWord
  /** Absent where the gate had no result then. */
  readonly before?: StoredStatus
  readonly after?: StoredStatus
  /** True when the gate was recorded under another definition: then the two do not show the same thing. */
  readonly isRedefined: boolean
}

/**
 * One row per gate of either set, in the order of `before`, then what is new. What was never tried (PENDING, BLOCKED,
 * SKIPPED, RUNNING) counts as no result. Source: release semantics, section 8.
 */
export function diffResults(
  before: readonly GateResult[],
  after: readonly GateResult[],
): readonly GateDiff[] {
  const tried = (results: readonly GateResult[]): ReadonlyMap<string, GateResult> =>
    new Map(results.filter(hasResult).map((result) => [result.gate, result]))
  const earlier = tried(before)
  const later = tried(after)
  const gates = new Set([...earlier.keys(), ...later.keys()])
  return [...gates].map((gate) => diffGate(gate, earlier.get(gate), later.get(gate)))
}

function diffGate(
  gate: string,
  before: GateResult | undefined,
  after: GateResult | undefined,
): GateDiff {
  return {
    gate,
    word: wordOf(before?.status, after?.status),
    ...(before === undefined ? {} : { before: before.status }),
    ...(after === undefined ? {} : { after: after.status }),
    isRedefined:
      before !== undefined && after !== undefined && before.definition !== after.definition,
  }
}

function wordOf(before: StoredStatus | undefined, after: StoredStatus | undefined): DiffWord {
  if (after === undefined) return 'missing'
  if (before === undefined) return 'new'
  if (before === after) return 'same'
  // What no longer applies is neither better nor worse than what held; against the rest it counts as satisfied.
  const isNeutral = before === 'NOT_APPLICABLE' || after === 'NOT_APPLICABLE'
  if (isNeutral && isSatisfied(before) === isSatisfied(after)) return 'same'
  return STATUS_ORDER.indexOf(after) > STATUS_ORDER.indexOf(before) ? 'better' : 'worse'
}

function hasResult({ status }: GateResult): boolean {
  return !['PENDING', 'BLOCKED', 'SKIPPED', 'RUNNING'].includes(status)
}
