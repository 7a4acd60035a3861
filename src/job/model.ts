// Words of background work: states of a job, what is stored of it, what workers settle.
import type { Json } from '../kernel/index.ts'

export const JOB_STATES = ['waiting', 'ready', 'active', 'done', 'dead', 'cancelled'] as const

/**
 * `waiting`: not due yet. `ready`: a worker may take it. `dead`: every attempt failed; it stays until somebody
 * retries it.
 */
export type JobState = (typeof JOB_STATES)[number]

export const JOB_EVENTS = [
  'job.asked',
  'job.retried',
  'job.cancelled',
  'job.schedule-set',
  'job.schedule-removed',
] as const

/** PostgreSQL's own channel names are short and lower-case. */
export const JOB_CHANNEL = 'seaworthy_job'
/** Jobs that one page of a list shows, newest first. */
export const PAGE_LIMIT_COUNT = 200
/** What is kept of a failure's message. */
export const ERROR_LIMIT_LENGTH = 2_000

export interface StoredJob {
  readonly id: string
  readonly kind: string
  readonly key: string | null
  readonly state: JobState
  readonly priority: number
  readonly attempt: number
  readonly dueAt: string
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly progress: number | null
  readonly note: string | null
  readonly error: string | null
  readonly result: Json
}

/** A job that a worker has taken. */
export interface TakenJob {
  readonly tenantId: string
  readonly id: string
  readonly kind: string
  readonly attempt: number
  readonly payload: Json
  /** `traceparent` of what asked for it last. */
  readonly trace: string | null
}

/** What became of an attempt. `released`: nothing; somebody else takes it. */
export interface Settlement {
  readonly job: TakenJob
  readonly state: 'done' | 'waiting' | 'dead' | 'cancelled' | 'released'
  /** When it runs again: as a first attempt after `done`, as the next after `waiting`. */
  readonly dueMs?: number
  readonly error?: string
  readonly result?: Json
}

export interface StoredSchedule {
  readonly name: string
  readonly kind: string
  readonly cron: string
  readonly nextAt: string
  readonly createdBy: string
}

/** First pause between two attempts; each further one is four times as long, up to the longest. */
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 3_600_000
/** Jobs that failed together must not come back together. */
const JITTER_SHARE = 0.2

/** @param attempt the one that failed, from 1 @param chance from 0 to 1 */
export function retryPauseMs(attempt: number, chance: number): number {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** (attempt - 1))
  return Math.round(pause * (1 - JITTER_SHARE + 2 * JITTER_SHARE * chance))
}
