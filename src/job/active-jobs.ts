// The jobs that run in this process: started, timed, told to stop, and what each came to.
import { failureName, messageOf } from '../kernel/index.ts'
import type { Clock, JobCall, JobKind, Tracing } from '../kernel/index.ts'
import type { Settlement, TakenJob } from './model.ts'

export interface ToldProgress {
  readonly job: TakenJob
  readonly share: number
  readonly note: string
}

interface Running {
  readonly kind: JobKind
  readonly job: TakenJob
  readonly beganMs: number
  readonly stop: AbortController
  /** What a failure means once somebody has told it to stop. */
  stopsAs: Settlement['state'] | undefined
}

export class ActiveJobs {
  readonly #clock: Clock
  readonly #tracing: Tracing
  readonly #settle: (settlement: Settlement) => void
  readonly #running = new Map<string, Running>()
  readonly #counts = new Map<string, number>()
  readonly #progress = new Map<string, ToldProgress>()
  readonly #stopped = new AbortController()

  constructor(clock: Clock, tracing: Tracing, settle: (settlement: Settlement) => void) {
    this.#clock = clock
    this.#tracing = tracing
    this.#settle = settle
  }

  get size(): number {
    return this.#running.size
  }

  /** Aborted once the last job has been given back. */
  get stopped(): AbortSignal {
    return this.#stopped.signal
  }

  has(id: string): boolean {
    return this.#running.has(id)
  }

  countOf(kind: string): number {
    return this.#counts.get(kind) ?? 0
  }

  run(kind: JobKind, job: TakenJob): void {
    const running: Running = {
      kind,
      job,
      beganMs: this.#clock.monotonicMs(),
      stop: new AbortController(),
      stopsAs: undefined,
    }
    this.#running.set(job.id, running)
    this.#counts.set(kind.name, this.countOf(kind.name) + 1)
    const call: JobCall = {
      id: job.id,
      tenantId: job.tenantId,
      payload: job.payload,
      attempt: job.attempt,
      signal: running.stop.signal,
      progress: (share, note = '') => {
        if (this.#isOurs(running)) this.#progress.set(job.id, { job, share, note })
      },
    }
    // Both ends settle; what settling itself throws is a bug, and must be seen.
    this.#carryOut(running, call).catch((error: unknown) => {
      throw error
    })
  }

  async #carryOut(running: Running, call: JobCall): Promise<void> {
    const { job, kind } = running
    const span = this.#tracing.begin({
      name: `job ${kind.name}`,
      kind: 'consumer',
      parent: job.trace,
      facts: { 'seaworthy.job.id': job.id, 'seaworthy.job.attempt': job.attempt },
    })
    let settlement: Settlement
    try {
      const { result, againMs } = (await span.run(() => kind.run(call))) ?? {}
      span.end()
      settlement = {
        job,
        state: 'done',
        ...(result === undefined ? {} : { result }),
        ...(againMs === undefined ? {} : { dueMs: againMs }),
      }
    } catch (error) {
      const state = running.stopsAs ?? 'waiting'
      span.end({ failure: state === 'waiting' ? failureName(error) : state })
      settlement = { job, state, error: messageOf(running.stop.signal.reason ?? error) }
    }
    if (!this.#isOurs(running)) return
    this.#remove(running)
    this.#settle(settlement)
  }

  #isOurs(running: Running): boolean {
    return this.#running.get(running.job.id) === running
  }

  #remove({ job, kind }: Running): void {
    this.#running.delete(job.id)
    this.#progress.delete(job.id)
    this.#counts.set(kind.name, this.countOf(kind.name) - 1)
  }

  cancel(id: string): void {
    const running = this.#running.get(id)
    if (running !== undefined) tell(running, 'it was cancelled', 'cancelled')
  }

  /** A job whose time is over has failed, as if it had said so. */
  abortOverdue(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const running of this.#running.values()) {
      const { timeLimitMs } = running.kind
      if (nowMs - running.beganMs > timeLimitMs)
        tell(running, `it took longer than ${timeLimitMs} ms`, 'waiting')
    }
  }

  abortAll(why: string, as: Settlement['state']): void {
    for (const running of this.#running.values()) tell(running, why, as)
  }

  /** Whatever they come to is nobody's business any more. */
  abandon(why: string): void {
    this.abortAll(why, 'released')
    for (const running of this.#running.values()) this.#remove(running)
  }

  /** What runs on in spite of being told to stop is given back. */
  release(): readonly Settlement[] {
    const left = [...this.#running.values()]
    for (const running of left) this.#remove(running)
    this.#stopped.abort()
    return left.map(({ job }) => ({ job, state: 'released' }))
  }

  takeProgress(): readonly ToldProgress[] {
    const told = [...this.#progress.values()]
    this.#progress.clear()
    return told
  }

  async waitUntilNone(limitMs: number, lookMs: number): Promise<void> {
    const untilMs = this.#clock.monotonicMs() + limitMs
    while (this.#running.size > 0 && this.#clock.monotonicMs() < untilMs)
      await this.#clock.sleep(lookMs)
  }
}

/** The first reason stands. */
function tell(running: Running, why: string, as: Settlement['state']): void {
  if (running.stop.signal.aborted) return
  running.stopsAs = as
  running.stop.abort(new Error(why))
}
