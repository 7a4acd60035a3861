// A job that fails on purpose, so that somebody sees what becomes of one that does.
import type { JobKind } from '../kernel/index.ts'

const DRILL_KIND = 'job.drill'
const TIME_LIMIT_MS = 5_000

/** Dead after its second attempt, about a second after it was asked for; it touches nothing. */
export function makeDrillJob(): JobKind {
  return {
    name: DRILL_KIND,
    summary: 'Fail on purpose, to see where dead jobs lie and who is told',
    workerLimit: 1,
    tenantLimit: 1,
    attemptLimit: 2,
    timeLimitMs: TIME_LIMIT_MS,
    keptDoneMs: 0,
    isSchedulable: true,
    run: () => Promise.reject(new Error('a drill: this job fails on purpose')),
  }
}
