// The order of statuses, what satisfies, and the exit code of a verdict.
import { EXIT } from '../kernel/index.ts'
import type { ExitCode } from '../kernel/index.ts'
import type { Status, VerdictValue } from './model.ts'

/**
 * From worst to best; a roll-up takes the first that any child has. What is known to be false comes before what
 * broke, what broke before what is undecided, what is undecided before what was not tried.
 * NOT_APPLICABLE is neutral: it counts only when every child has it.
 */
export const STATUS_ORDER: readonly Status[] = [
  'FAIL',
  'ERROR',
  'STALE',
  'INCONCLUSIVE',
  'BLOCKED',
  'SKIPPED',
  'RUNNING',
  'PENDING',
  'WARN',
  'PASS',
  'NOT_APPLICABLE',
]

/** True when a gate in this status lets its dependents run and does not block a release. */
export function isSatisfied(status: Status): boolean {
  return status === 'PASS' || status === 'WARN' || status === 'NOT_APPLICABLE'
}

/** The worst of the given statuses; undefined for none. */
export function worstStatus<S extends Status>(statuses: readonly S[]): S | undefined {
  let worst: S | undefined
  for (const status of statuses) {
    if (worst === undefined || STATUS_ORDER.indexOf(status) < STATUS_ORDER.indexOf(worst))
      worst = status
  }
  return worst
}

const EXIT_OF_VERDICT: Readonly<Record<VerdictValue, ExitCode>> = {
  GO: EXIT.ok,
  GO_WITH_WAIVERS: EXIT.goWithWaivers,
  CONDITIONAL_GO: EXIT.conditionalGo,
  NOT_READY: EXIT.notReady,
  NO_GO: EXIT.noGo,
  INVALID: EXIT.invalid,
}

export function exitCodeOfVerdict(value: VerdictValue): ExitCode {
  return EXIT_OF_VERDICT[value]
}
