// Removes kept answers whose time is over, of every tenant, for as long as a server runs.
import { messageOf } from '../kernel/index.ts'
import type { Clock, Log, Sql } from '../kernel/index.ts'
import { deleteExpiredAnswers } from './kept-answer-store.ts'

const PURGE_PAUSE_MS = 10 * 60 * 1000
/** Rows of one transaction. */
const PURGE_BATCH_ROWS = 1_000

export interface PurgePorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly log: Log
}

export interface KeptAnswerPurge {
  start(): void
  stop(): Promise<void>
}

export function makeKeptAnswerPurge(ports: PurgePorts): KeptAnswerPurge {
  const stopping = new AbortController()
  let running: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      // Expired answers count no more, so a purge that fails costs room and nothing else.
      await purgeKeptAnswers(ports, stopping.signal).catch((error: unknown) =>
        ports.log.warn('kept answers were not purged', { detail: messageOf(error) }),
      )
      // It rejects when it is to stop, which the loop sees.
      await ports.clock.sleep(PURGE_PAUSE_MS, stopping.signal).catch(() => undefined)
    }
  }
  return {
    start() {
      running = run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** @returns how many were removed */
export async function purgeKeptAnswers(
  { sql, clock }: Pick<PurgePorts, 'sql' | 'clock'>,
  signal?: AbortSignal,
): Promise<number> {
  const nowAt = new Date(clock.nowMs()).toISOString()
  for (let removed = 0; ;) {
    const count = await sql.transaction('system', (tx) =>
      deleteExpiredAnswers(tx, nowAt, PURGE_BATCH_ROWS),
    )
    removed += count
    if (count < PURGE_BATCH_ROWS || signal?.aborted === true) return removed
  }
}
