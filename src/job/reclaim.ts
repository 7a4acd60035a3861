// Jobs that the database says run, and that no worker runs: found, and given away again.
import type { Sql } from '../kernel/index.ts'
import { releaseOrphans, releaseUnheard, selectHeld } from './reclaim-store.ts'

/** Jobs on no worker's list are looked for this often. */
export const ORPHAN_LOOK_MS = 30_000

/** @returns how many ran on no worker */
export async function freeOrphans(sql: Sql, nowMs: number): Promise<number> {
  const beforeAt = new Date(nowMs - ORPHAN_LOOK_MS).toISOString()
  return sql.transaction('system', (tx) => releaseOrphans(tx, beforeAt))
}

/**
 * The connection broke while jobs were taken: what was given and not heard of goes back.
 * @param isKnown whether the worker runs the job, or is about to settle it
 */
export async function giveBackUnheard(
  sql: Sql,
  workerId: string,
  isKnown: (jobId: string) => boolean,
): Promise<void> {
  await sql.transaction('system', async (tx) => {
    const held = await selectHeld(tx, workerId)
    const unheard = held.filter((id) => !isKnown(id))
    if (unheard.length > 0) await releaseUnheard(tx, workerId, unheard)
  })
}
