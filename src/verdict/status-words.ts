// Statuses in words, for reasons: whoever reads why a release may not go need not know the terms.
import type { Status } from './model.ts'

const WORDS: Readonly<Record<Status, readonly [of: string, which: string]>> = {
  FAIL: ['failed', 'which failed'],
  ERROR: ['the check broke', 'whose check broke'],
  STALE: ['out of date', 'which is out of date'],
  INCONCLUSIVE: ['undecided', 'which is undecided'],
  BLOCKED: ['could not begin', 'which could not begin'],
  SKIPPED: ['skipped', 'which was skipped'],
  RUNNING: ['still running', 'which is still running'],
  PENDING: ['not done yet', 'which is not done yet'],
  WARN: ['holds with a warning', 'which holds with a warning'],
  PASS: ['holds', 'which holds'],
  NOT_APPLICABLE: ['does not apply', 'which does not apply'],
}

/** `undecided`, as in `load is undecided`. */
export function statusWords(status: Status): string {
  return WORDS[status][0]
}

/** What a stored reason says of another gate, which is signed and stays as it is, in words. */
export function reasonInWords(reason: string): string {
  return reason.replace(/\bwhich is ([A-Z_]+)$/, (whole, status: string) =>
    Object.hasOwn(WORDS, status) ? WORDS[status as Status][1] : whole,
  )
}
