// SQL of jobs that run in the database's view only.
import type { SqlTx } from '../kernel/index.ts'

/** Jobs that the database says this worker runs. */
export async function selectHeld(tx: SqlTx, workerId: string): Promise<readonly string[]> {
  const rows = await tx.query<{ job_id: string }>(
    `select job_id from job_item where worker_id = $1::uuid and state = 'active'`,
    [workerId],
  )
  return rows.map(({ job_id: id }) => id)
}

/** What this worker was given without hearing of it. No attempt is lost. */
export async function releaseUnheard(
  tx: SqlTx,
  workerId: string,
  jobIds: readonly string[],
): Promise<void> {
  await tx.query(
    `update job_item set state = 'ready', worker_id = null, attempt = attempt - 1
     where state = 'active' and worker_id = $1::uuid and job_id = any ($2::uuid[])`,
    [workerId, jobIds],
  )
}

/**
 * Gives away what runs on no worker in the list. Nothing should: versions before this one left such jobs behind.
 * @param beforeAt what began later is left alone: its worker may have signed on since this statement began
 * @returns how many
 */
export async function releaseOrphans(tx: SqlTx, beforeAt: string): Promise<number> {
  const rows = await tx.query(
    `update job_item j set state = 'ready', worker_id = null
     where j.state = 'active' and j.started_at <= $1
       and not exists (select from job_worker w where w.worker_id = j.worker_id)
     returning j.job_id`,
    [beforeAt],
  )
  return rows.length
}
