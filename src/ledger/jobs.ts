// Background work of the ledger: checkpoints and sealed days, as people schedule them.
import { SeaworthyError } from '../kernel/index.ts'
import type { Clock, JobKind } from '../kernel/index.ts'
import type { Ledger, SealedDay } from './model.ts'

const DAY_MS = 86_400_000
const KEPT_DONE_MS = 7 * DAY_MS
/** Days that one run makes up for, when none ran for a while. */
const MISSED_LIMIT_DAYS = 31

/** What every tenant of a server has, unless people gave it other times. */
export const DAILY_SEAL = { name: 'daily-seal', kind: 'ledger.seal-day', cron: '10 0 * * *' }

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
      summary:
        'Seal yesterday (UTC), and days before it that nobody sealed: sign the root of the entries before the end of each',
      async run({ tenantId }) {
        const sealed = await sealMissedDays(ledger, tenantId, clock.nowMs())
        const last = sealed.at(-1)
        if (last === undefined) return { result: { days: 0 } }
        const { day, size, root } = last
        return { result: { days: sealed.length, day, size, root } }
      },
    },
  ]
}

/** Oldest first. Days before the first entry have nothing to seal. */
async function sealMissedDays(
  ledger: Ledger,
  tenantId: string,
  nowMs: number,
): Promise<readonly SealedDay[]> {
  if ((await ledger.identify(tenantId)) === undefined) return []
  const missed: string[] = []
  for (let ago = 1; ago <= MISSED_LIMIT_DAYS; ago++) {
    const day = new Date(nowMs - ago * DAY_MS).toISOString().slice(0, 10)
    if ((await ledger.sealedDay(tenantId, day)) !== undefined) break
    missed.unshift(day)
  }
  const sealed: SealedDay[] = []
  for (const day of missed) {
    try {
      sealed.push(await ledger.sealDay(tenantId, day))
    } catch (error) {
      if (!(error instanceof SeaworthyError) || error.code !== 'LEDGER_LOG_EMPTY') throw error
    }
  }
  return sealed
}
