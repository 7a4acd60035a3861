// Background work of the ledger: checkpoints and sealed days, as people schedule them.
import type { Clock, JobKind } from '../kernel/index.ts'
import type { Ledger } from './model.ts'

const DAY_MS = 86_400_000
const KEPT_DONE_MS = 7 * DAY_MS

export function makeLedgerJobs(ledger: Ledger, clock: Pick<Clock, 'nowMs'>): readonly JobKind[] {
  const terms = {
    workerLimit: 4,
    // A log has one turn at a time anyway.
    tenantLimit: 1,
    attemptLimit: 8,
    timeLimitMs: 60_000,
    keptDoneMs: KEPT_DONE_MS,
    isSchedulable: true,
  }
  return [
    {
      ...terms,
      name: 'ledger.checkpoint',
      summary: 'Sign the log as it is, unless it is empty',
      async run({ tenantId }) {
        if ((await ledger.identify(tenantId)) === undefined) return { result: { size: 0 } }
        const { size, root } = await ledger.checkpoint(tenantId)
        return { result: { size, root } }
      },
    },
    {
      ...terms,
      name: 'ledger.seal-day',
      summary: 'Seal yesterday (UTC): sign the root of the entries before its end',
      async run({ tenantId }) {
        const day = new Date(clock.nowMs() - DAY_MS).toISOString().slice(0, 10)
        const { size, root } = await ledger.sealDay(tenantId, day)
        return { result: { day, size, root } }
      },
    },
  ]
}
