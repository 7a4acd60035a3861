// How workers know of each other that they live: each counts, and whoever counts no further has ended.
import type { Clock, Sql } from '../kernel/index.ts'
import type { ToldProgress } from './active-jobs.ts'
import { selectStopping, updateBeat, updateProgress } from './worker-store.ts'
import type { WorkerBeat } from './worker-store.ts'

/**
 * A worker that has not counted for so long, while the watcher looked, has ended. By the watcher's own steady clock: no two
 * clocks are compared.
 */
export const DEAD_AFTER_MS = 15_000
/** Of the time between two looks no more than this counts: while the watcher saw nothing, nobody was seen to be silent. */
const COUNTED_LIMIT_MS = 4_000
/** A worker that could not count for so long stops its jobs, before the others give them away. */
const SILENT_LIMIT_MS = 10_000

export interface Beat {
  readonly others: readonly WorkerBeat[]
  /** Jobs of this worker that somebody cancelled. */
  readonly stopping: readonly string[]
}

/** @returns undefined when this worker was taken for dead */
export async function beatOnce(
  sql: Sql,
  workerId: string,
  told: readonly ToldProgress[],
): Promise<Beat | undefined> {
  return sql.transaction('system', async (tx) => {
    const others = await updateBeat(tx, workerId)
    if (others === undefined) return undefined
    if (told.length > 0) await updateProgress(tx, workerId, told)
    return { others, stopping: await selectStopping(tx, workerId) }
  })
}

export class WorkerWatch {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  #seen = new Map<string, { readonly beats: number; readonly silentMs: number }>()
  #ownMs = 0

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  begin(): void {
    this.#ownMs = this.#clock.monotonicMs()
  }

  isSilentTooLong(): boolean {
    return this.#clock.monotonicMs() - this.#ownMs >= SILENT_LIMIT_MS
  }

  /** After a beat of one's own. @returns the workers that count no further */
  note(others: readonly WorkerBeat[]): readonly WorkerBeat[] {
    const nowMs = this.#clock.monotonicMs()
    const passedMs = Math.min(nowMs - this.#ownMs, COUNTED_LIMIT_MS)
    this.#ownMs = nowMs
    const seen = new Map(
      others.map(({ id, beats }) => {
        const before = this.#seen.get(id)
        const silentMs = before?.beats === beats ? before.silentMs + passedMs : 0
        return [id, { beats, silentMs }] as const
      }),
    )
    this.#seen = seen
    return others.filter(({ id }) => (seen.get(id)?.silentMs ?? 0) >= DEAD_AFTER_MS)
  }
}
