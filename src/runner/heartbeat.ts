// Signs of life while a run is executed, so that nobody else takes it up.
import type { Clock } from '../kernel/index.ts'
import type { RunSink } from './gate-run.ts'

/** Pause between two signs of life; a quarter of what the control plane waits for one. */
export const RENEW_PAUSE_MS = 15_000
/** Signs in a row that may fail; after that the run may belong to somebody else. */
const MISSED_LIMIT = 3

/**
 * Renews until the signal ends it. Rejects when the run was taken over, or when the control plane was not reached for so
 * long that it may have been; whatever still runs must then stop.
 */
export async function keepRun(
  renew: NonNullable<RunSink['renew']>,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  let missedCount = 0
  while (!signal.aborted) {
    try {
      await clock.sleep(RENEW_PAUSE_MS, signal)
    } catch (thrown) {
      if (signal.aborted) return
      throw thrown
    }
    try {
      await renew()
      missedCount = 0
    } catch (thrown) {
      missedCount++
      if (isTakenOver(thrown) || missedCount >= MISSED_LIMIT) throw thrown
    }
  }
}

function isTakenOver(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'GATES_RUN_LOST'
}
