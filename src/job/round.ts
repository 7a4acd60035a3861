// What a worker does now and then for everybody: due jobs and schedules come up, what is long over is forgotten.
import type { JobKind, Jobs, Sql, SqlTx } from '../kernel/index.ts'
import { nextTimeMs, parseCron } from './cron.ts'
import { lockDueSchedules, updateNextTime } from './schedule-store.ts'
import { deleteOver, selectReadyKinds, updateDue } from './worker-store.ts'

export interface Surroundings {
  /** Kinds of which there is something to take. */
  readonly kinds: readonly string[]
  readonly nextDueMs: number | undefined
}

export async function lookAround(
  sql: Sql,
  jobs: Jobs,
  kinds: readonly JobKind[],
  nowMs: number,
): Promise<Surroundings> {
  const nowAt = new Date(nowMs).toISOString()
  return sql.transaction('system', async (tx) => {
    await followSchedules(tx, jobs, nowMs)
    const nextDueAt = await updateDue(tx, nowAt)
    await deleteOver(
      tx,
      kinds.map(({ name }) => name),
      kinds.map(({ keptDoneMs }) => new Date(nowMs - keptDoneMs).toISOString()),
    )
    return {
      kinds: await selectReadyKinds(
        tx,
        kinds.map(({ name }) => name),
      ),
      nextDueMs: nextDueAt === undefined ? undefined : Date.parse(nextDueAt),
    }
  })
}

/** Times that passed while no worker was there are made up for once, not each. */
async function followSchedules(tx: SqlTx, jobs: Jobs, nowMs: number): Promise<void> {
  for (const { tenantId, name, kind, cron } of await lockDueSchedules(
    tx,
    new Date(nowMs).toISOString(),
  )) {
    await jobs.enqueue(tx, [{ tenantId, kind, key: `schedule:${name}` }])
    const nextAt = new Date(nextTimeMs(parseCron(cron), nowMs)).toISOString()
    await updateNextTime(tx, tenantId, name, nextAt)
  }
}
