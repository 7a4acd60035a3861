// Background work: how a slice declares a kind of job, asks for one, and carries it out.
import type { Json } from './canonical.ts'
import type { SqlTx } from './ports.ts'

export interface JobWish {
  readonly tenantId: string
  readonly kind: string
  readonly payload?: Json
  /**
   * Of the jobs of one kind and tenant that are not over, one at most has a key. Asking again brings the one that waits
   * forward, and makes the one that runs run once more afterwards; its payload stays as it was.
   */
  readonly key?: string
  /** Higher goes first; 0 when absent. */
  readonly priority?: number
  /** Milliseconds since the epoch; now when absent. */
  readonly dueMs?: number
  /** `traceparent` of what it comes from; of what runs now when absent. */
  readonly trace?: string
}

export interface Jobs {
  /** Asks within the caller's transaction: no job without what it is about, and nothing without its job. */
  enqueue(tx: SqlTx, wishes: readonly JobWish[]): Promise<readonly string[]>
}

export interface JobCall {
  readonly id: string
  readonly tenantId: string
  readonly payload: Json
  /** From 1. */
  readonly attempt: number
  /** Aborted when somebody cancels it, its time is over, its worker stops or has lost it. */
  readonly signal: AbortSignal
  /** Seen by whoever lists jobs, within seconds. @param share from 0 to 1 */
  progress(share: number, note?: string): void
}

export interface JobOutcome {
  readonly result?: Json
  /** The job is not over: it runs again then, as a first attempt. Milliseconds since the epoch. */
  readonly againMs?: number
}

/** A kind of job, as data. What it does may be done twice: a worker that ends in the middle loses nothing but its answer. */
export interface JobKind {
  /** Two words with a dot, e.g. `ledger.checkpoint`. */
  readonly name: string
  readonly summary: string
  /** Jobs that one worker runs at the same time. */
  readonly workerLimit: number
  /** Jobs of one tenant that run at the same time, over all workers; without it as many as workers take. */
  readonly tenantLimit?: number
  /** Attempts before it is dead. */
  readonly attemptLimit: number
  /** After this it is told to stop, and has failed. */
  readonly timeLimitMs: number
  /** How long one that is done can still be seen; 0 forgets it at once. */
  readonly keptDoneMs: number
  /** People may ask for it, now or on a schedule; without a payload. */
  readonly isSchedulable?: boolean
  run(call: JobCall): Promise<JobOutcome | undefined>
}
