// Schedules that a slice keeps for itself in its own transaction, beside those that people set.
import type { SqlTx } from '../kernel/index.ts'
import { nextTimeMs, parseCron } from './cron.ts'
import type { StoredSchedule } from './model.ts'
import { deleteSchedule, insertSchedule } from './schedule-store.ts'

/** Where people gave it other times, theirs stay. @throws JOB_SCHEDULE_REFUSED */
export async function keepSchedule(
  tx: SqlTx,
  tenantId: string,
  schedule: Omit<StoredSchedule, 'nextAt'>,
  nowMs: number,
): Promise<void> {
  const nextAt = new Date(nextTimeMs(parseCron(schedule.cron), nowMs)).toISOString()
  await insertSchedule(tx, tenantId, { ...schedule, nextAt })
}

export async function dropSchedule(tx: SqlTx, tenantId: string, name: string): Promise<void> {
  await deleteSchedule(tx, tenantId, name)
}
