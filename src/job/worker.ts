// A worker: takes jobs, runs them side by side, settles them in batches, and gives back what it cannot finish.
import { Doorbell, messageOf, UNTRACED, UUID_CHANCE_BYTES, uuidV7 } from '../kernel/index.ts'
import type { Clock, JobKind, Jobs, Log, PubSub, Random, Sql, Tracing } from '../kernel/index.ts'
import { ActiveJobs } from './active-jobs.ts'
import { beatOnce, WorkerWatch } from './beat.ts'
import { JOB_CHANNEL, retryPauseMs } from './model.ts'
import type { Settlement } from './model.ts'
import { freeOrphans, giveBackUnheard, ORPHAN_LOOK_MS } from './reclaim.ts'
import { lookAround } from './round.ts'
import {
  buryWorker,
  deleteWorker,
  insertWorker,
  selectWorkers,
  settleJobs,
  takeJobs,
} from './worker-store.ts'

/** Jobs that are taken, or settled, in one statement. */
const BATCH_LIMIT_COUNT = 500
/** A worker looks for itself this often, whatever it is told. */
const LOOK_INTERVAL_MS = 500
const BEAT_INTERVAL_MS = 2_000
/** After a database that does not answer. */
const FAILURE_PAUSE_MS = 1_000
/** Jobs that run when the worker stops may end within this; afterwards they are told to stop. */
const STOP_GRACE_MS = 8_000
/** What was told to stop may still say that it did. */
const ABORT_GRACE_MS = 1_000
const STOP_LOOK_MS = 20
/** Time limits, and how long the database has been silent, are looked at this often, also while a beat hangs. */
const WATCH_INTERVAL_MS = 1_000

export interface WorkerPorts {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly pubSub: PubSub
  readonly jobs: Jobs
  readonly log: Log
  readonly tracing?: Tracing
}

export interface JobWorker {
  /** Runs until `stop`. */
  start(): Promise<void>
  /** Takes no more, lets what runs end within a while, gives back the rest. */
  stop(graceMs?: number): Promise<void>
}

export function makeJobWorker(ports: WorkerPorts, kinds: readonly JobKind[]): JobWorker {
  return new Worker(ports, kinds)
}

class Worker implements JobWorker {
  readonly #ports: WorkerPorts
  readonly #kinds: ReadonlyMap<string, JobKind>
  readonly #active: ActiveJobs
  readonly #bell = new Doorbell()
  readonly #watch: WorkerWatch
  /** Kinds of which there may be something to take. */
  readonly #promising = new Set<string>()
  #settlements: Settlement[] = []
  #id = ''
  #nextLookMs = 0
  #nextOrphanLookMs = 0
  /** A statement that gave it jobs may have been carried out although it failed here. */
  #isUnsure = false
  #isStopping = false
  #running: Promise<unknown> = Promise.resolve()
  #unsubscribe = (): void => undefined

  constructor(ports: WorkerPorts, kinds: readonly JobKind[]) {
    this.#ports = ports
    this.#kinds = new Map(kinds.map((kind) => [kind.name, kind]))
    this.#watch = new WorkerWatch(ports.clock)
    this.#active = new ActiveJobs(ports.clock, ports.tracing ?? UNTRACED, (settlement) => {
      this.#settlements.push(settlement)
      this.#bell.ring()
    })
  }

  async start(): Promise<void> {
    // The embedded database has one process: whoever stands in the list ended without leaving it.
    if (this.#ports.sql.engine === 'pglite') await this.#buryAll()
    await this.#enlist()
    this.#unsubscribe = this.#ports.pubSub.subscribe(JOB_CHANNEL, (kind) => {
      this.#promising.add(kind)
      this.#bell.ring()
    })
    this.#running = Promise.all([this.#work(), this.#beat(), this.#watchJobs()])
  }

  async stop(graceMs = STOP_GRACE_MS): Promise<void> {
    const { clock } = this.#ports
    this.#unsubscribe()
    this.#isStopping = true
    await this.#active.waitUntilNone(graceMs, STOP_LOOK_MS)
    this.#active.abortAll('the worker stops', 'released')
    await this.#active.waitUntilNone(ABORT_GRACE_MS, STOP_LOOK_MS)
    this.#settlements.push(...this.#active.release())
    this.#bell.ring()
    await this.#running
    try {
      while (this.#settlements.length > 0) await this.#settle()
      await this.#ports.sql.transaction('system', (tx) => deleteWorker(tx, this.#id))
    } catch (error) {
      // The others find out by themselves that this one counts no further.
      this.#ports.log.warn('a worker could not sign off', {
        detail: messageOf(error),
        at: clock.nowMs(),
      })
    }
  }

  #isKnown(jobId: string): boolean {
    return this.#active.has(jobId) || this.#settlements.some(({ job }) => job.id === jobId)
  }

  async #work(): Promise<void> {
    const { clock, sql } = this.#ports
    while (!this.#isStopping) {
      const waitMs = await this.#guarded(async () => {
        if (this.#settlements.length > 0) await this.#settle()
        if (this.#isUnsure) await giveBackUnheard(sql, this.#id, (id) => this.#isKnown(id))
        this.#isUnsure = false
        if (clock.monotonicMs() >= this.#nextLookMs) await this.#look()
        const kinds = [...this.#promising]
        this.#promising.clear()
        for (const kind of kinds) await this.#take(kind)
        // More may be there than one batch.
        return this.#promising.size > 0 || this.#settlements.length > 0
          ? 0
          : Math.max(0, this.#nextLookMs - clock.monotonicMs())
      })
      if (waitMs > 0) await this.#bell.wait(clock, waitMs)
    }
  }

  async #look(): Promise<void> {
    const { clock, sql, jobs } = this.#ports
    const nowMs = clock.nowMs()
    const { kinds, nextDueMs } = await lookAround(sql, jobs, [...this.#kinds.values()], nowMs)
    for (const kind of kinds) this.#promising.add(kind)
    const pauseMs = Math.min(LOOK_INTERVAL_MS, (nextDueMs ?? Infinity) - nowMs)
    this.#nextLookMs = clock.monotonicMs() + Math.max(1, pauseMs)
  }

  async #take(name: string): Promise<void> {
    const kind = this.#kinds.get(name)
    const free = kind === undefined ? 0 : kind.workerLimit - this.#active.countOf(name)
    if (kind === undefined || free <= 0 || this.#isStopping) return
    const { sql, clock } = this.#ports
    const taking = {
      workerId: this.#id,
      kind: name,
      limit: Math.min(free, BATCH_LIMIT_COUNT),
      tenantLimit: kind.tenantLimit,
      nowAt: new Date(clock.nowMs()).toISOString(),
    }
    this.#isUnsure = true
    const taken = await sql.transaction('system', (tx) => takeJobs(tx, taking))
    this.#isUnsure = false
    // Meanwhile the beat may have found out the same; what was taken under the old name went to others.
    if (this.#id !== taking.workerId) return
    if (taken === undefined) {
      await this.#begin()
      return
    }
    // It was told to stop while the statement was under way: nobody would wait for these.
    if (this.#isStopping) {
      this.#settlements.push(...taken.map((job) => ({ job, state: 'released' as const })))
      return
    }
    if (taken.length === taking.limit) this.#promising.add(name)
    for (const job of taken) this.#active.run(kind, job)
  }

  async #settle(): Promise<void> {
    const { sql, clock, random } = this.#ports
    const settled = this.#settlements.splice(0, BATCH_LIMIT_COUNT)
    const nowMs = clock.nowMs()
    const chance = random.bytes(settled.length)
    const written = settled.map((settlement, at) =>
      this.#withRetry(settlement, nowMs, chance[at]! / 255),
    )
    try {
      await sql.transaction('system', (tx) => settleJobs(tx, this.#id, written, nowMs))
    } catch (error) {
      this.#settlements.unshift(...settled)
      throw error
    }
    for (const { job } of settled) this.#promising.add(job.kind)
  }

  /** A failure waits for its next attempt, unless it was the last. */
  #withRetry(settlement: Settlement, nowMs: number, chance: number): Settlement {
    const { job, state } = settlement
    if (state !== 'waiting') return settlement
    if (job.attempt >= (this.#kinds.get(job.kind)?.attemptLimit ?? 1)) {
      this.#ports.log.error('a job is dead', {
        job: job.id,
        kind: job.kind,
        detail: settlement.error,
      })
      return { ...settlement, state: 'dead' }
    }
    return { ...settlement, dueMs: nowMs + retryPauseMs(job.attempt, chance) }
  }

  async #beat(): Promise<void> {
    const { clock, sql, log } = this.#ports
    while (!this.#isStopping || this.#active.size > 0) {
      await clock.sleep(BEAT_INTERVAL_MS, this.#active.stopped).catch(() => undefined)
      if (this.#active.stopped.aborted) return
      await this.#guarded(async () => {
        const beat = await beatOnce(sql, this.#id, this.#active.takeProgress())
        if (beat === undefined) {
          await this.#begin()
          return 0
        }
        for (const id of beat.stopping) this.#active.cancel(id)
        for (const dead of this.#watch.note(beat.others)) await this.#bury(dead)
        if (clock.monotonicMs() >= this.#nextOrphanLookMs) await this.#freeOrphans()
        return 0
      })
    }
    log.info('worker stopped')
  }

  async #watchJobs(): Promise<void> {
    const { clock } = this.#ports
    while (!this.#isStopping || this.#active.size > 0) {
      await clock.sleep(WATCH_INTERVAL_MS, this.#active.stopped).catch(() => undefined)
      if (this.#active.stopped.aborted) return
      this.#active.abortOverdue()
      if (this.#watch.isSilentTooLong())
        this.#active.abortAll('the worker lost the database', 'released')
    }
  }

  async #freeOrphans(): Promise<void> {
    const { clock, sql, log } = this.#ports
    const count = await freeOrphans(sql, clock.nowMs())
    this.#nextOrphanLookMs = clock.monotonicMs() + ORPHAN_LOOK_MS
    if (count > 0) log.warn('jobs ran on no worker, and begin again', { jobs: count })
  }

  /** The others have given this worker's jobs away: it lets go of them and begins anew, under another name. */
  async #begin(): Promise<void> {
    this.#ports.log.warn('a worker was taken for dead; its jobs went to others')
    this.#active.abandon('the worker was taken for dead')
    this.#settlements = []
    await this.#enlist()
  }

  async #enlist(): Promise<void> {
    const { sql, clock, random } = this.#ports
    const nowMs = clock.nowMs()
    const id = uuidV7(nowMs, random.bytes(UUID_CHANCE_BYTES))
    await sql.transaction('system', (tx) => insertWorker(tx, id, new Date(nowMs).toISOString()))
    this.#id = id
    this.#watch.begin()
  }

  async #bury(worker: { readonly id: string; readonly beats: number }): Promise<void> {
    const { sql, clock, log } = this.#ports
    const limits = new Map([...this.#kinds].map(([name, { attemptLimit }]) => [name, attemptLimit]))
    const nowAt = new Date(clock.nowMs()).toISOString()
    const count = await sql.transaction('system', (tx) => buryWorker(tx, worker, limits, nowAt))
    if (count === undefined) return
    log.warn('a worker ended without signing off', { worker: worker.id, jobs: count })
    this.#nextLookMs = 0
    this.#bell.ring()
  }

  async #buryAll(): Promise<void> {
    for (const worker of await this.#ports.sql.transaction('system', selectWorkers))
      await this.#bury(worker)
  }

  /** A database that fails is asked again a little later; nothing that is to be settled is forgotten meanwhile. */
  async #guarded(work: () => Promise<number>): Promise<number> {
    try {
      return await work()
    } catch (error) {
      this.#ports.log.warn('background work is held up', { detail: messageOf(error) })
      if (!this.#isStopping) await this.#ports.clock.sleep(FAILURE_PAUSE_MS)
      this.#nextLookMs = 0
      return 1
    }
  }
}
