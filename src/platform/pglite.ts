// The embedded database: PGlite in a thread behind the Sql port, one transaction at a time.
import { join, resolve } from 'node:path'
import type { Clock, SqlScope, SqlTx, SqlValue } from '../kernel/index.ts'
import { platformFault } from './errors.ts'
import { lockFolder, type FolderLock } from './folder-lock.ts'
import type { PgliteRows } from './pglite-messages.ts'
import { PgliteThread } from './pglite-thread.ts'
import {
  NestingGuard,
  openingOf,
  TRANSACTION_LIMIT_MS,
  type OpenSql,
  type SqlStats,
  type TransactionOptions,
} from './sql-scope.ts'
import { sqlParameter } from './sql-values.ts'

/** More waiting transactions than this are refused with PLATFORM_DATABASE_BUSY. */
export const WAITING_LIMIT = 10_000

/** PGlite has no background checkpoints and no autovacuum: without these the WAL grows without end. */
const CHECKPOINT_INTERVAL_MS = 5 * 60_000
const CHECKPOINT_WAL_BYTES = 48 * 1024 * 1024
const VACUUM_INTERVAL_MS = 60 * 60_000
const UPKEEP_TICK_MS = 30_000

export interface PgliteOptions {
  /** The deployment's folder, created when missing; or 'memory' for a database that ends with the process. */
  readonly folder: string
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** A tar from `dump` to begin with when there is none yet; spares the two seconds of `initdb`. */
  readonly template?: Uint8Array
  /** A folder in which the outcome of `initdb` is kept, and from which the next database begins. */
  readonly kept?: string
}

export interface OpenPglite extends OpenSql {
  /** A tar of the whole database directory. */
  dump(): Promise<Uint8Array>
  /** Ends the engine as a crash would; for fault tests. */
  crash(): Promise<void>
}

/**
 * Opens (and on first use creates) the embedded database.
 * A commit is acknowledged after its WAL has been flushed. Statements cannot be interrupted: the time
 * limit of a transaction takes effect between two of them.
 * @throws PLATFORM_FOLDER_LOCKED, PLATFORM_FILE_FAILED, PLATFORM_DATABASE_LOST, PLATFORM_DISK_FULL
 */
export async function openPglite(options: PgliteOptions): Promise<OpenPglite> {
  const isMemory = options.folder === 'memory'
  const lock = isMemory ? undefined : lockFolder(resolve(options.folder))
  try {
    const thread = new PgliteThread({
      folder: isMemory ? 'memory' : join(resolve(options.folder), 'postgres'),
      checkpointWalBytes: CHECKPOINT_WAL_BYTES,
      ...(options.template === undefined ? {} : { template: options.template }),
      ...(options.kept === undefined ? {} : { kept: options.kept }),
    })
    await thread.waitReady()
    return new PgliteSql(thread, lock, options)
  } catch (error) {
    lock?.release()
    throw error
  }
}

class PgliteSql implements OpenPglite {
  readonly engine = 'pglite'
  readonly #thread: PgliteThread
  readonly #lock: FolderLock | undefined
  readonly #nesting = new NestingGuard()
  readonly #upkeep: NodeJS.Timeout
  #turn: Promise<unknown> = Promise.resolve()
  #waiting = 0
  #committed = 0
  #rolledBack = 0
  #isClosed = false

  constructor(thread: PgliteThread, lock: FolderLock | undefined, options: PgliteOptions) {
    this.#thread = thread
    this.#lock = lock
    this.#upkeep = this.#startUpkeep(options.clock)
  }

  async transaction<T>(
    scope: SqlScope,
    work: (tx: SqlTx) => Promise<T>,
    options: TransactionOptions = {},
  ): Promise<T> {
    const begin = openingOf(scope, options).join('; ')
    return this.#nesting.run(() =>
      this.#inTurn(async () => {
        const tx = new PgliteTx(this.#thread, begin, options.asksOnce === true)
        try {
          const result = await withinLimit(work(tx), options.limitMs ?? TRANSACTION_LIMIT_MS)
          await tx.commit()
          this.#committed++
          return result
        } catch (error) {
          this.#rolledBack++
          await tx.rollback()
          throw error
        }
      }),
    )
  }

  async stats(): Promise<SqlStats> {
    const { counts } = await this.#thread.ask({ kind: 'stats' })
    return {
      engine: this.engine,
      committed: this.#committed,
      rolledBack: this.#rolledBack,
      waiting: this.#waiting,
      ...counts,
    }
  }

  async maintain(): Promise<void> {
    await this.#inTurn(() => this.#thread.ask({ kind: 'vacuum' }))
    await this.#inTurn(() => this.#thread.ask({ kind: 'checkpoint' }))
  }

  async dump(): Promise<Uint8Array> {
    const { bytes } = await this.#inTurn(() => this.#thread.ask({ kind: 'dump' }))
    if (bytes === undefined)
      throw platformFault('PLATFORM_DATABASE_LOST', 'expected the bytes of a dump')
    return bytes
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    clearInterval(this.#upkeep)
    const closing = this.#inTurn(async () => {
      if (this.#thread.lost === undefined) await this.#thread.close()
    })
    this.#isClosed = true
    try {
      await closing
    } finally {
      this.#lock?.release()
    }
  }

  async crash(): Promise<void> {
    clearInterval(this.#upkeep)
    await this.#thread.terminate()
    this.#lock?.release()
  }

  /** First come, first served; the session of the engine belongs to `work` until it settles. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw platformFault('PLATFORM_DATABASE_LOST', 'the database is closed')
    if (this.#waiting >= WAITING_LIMIT) {
      throw platformFault(
        'PLATFORM_DATABASE_BUSY',
        `expected at most ${WAITING_LIMIT} waiting transactions`,
      )
    }
    this.#waiting++
    const before = this.#turn
    const mine = before.then(() => {
      this.#waiting--
      return work()
    })
    // The next in line must come whether or not this one succeeds; its failure reaches its own caller.
    this.#turn = mine.then(ignore, ignore)
    return mine
  }

  #startUpkeep(clock: Pick<Clock, 'monotonicMs'>): NodeJS.Timeout {
    let checkpointAt = clock.monotonicMs() + CHECKPOINT_INTERVAL_MS
    let vacuumAt = clock.monotonicMs() + VACUUM_INTERVAL_MS
    const tick = (): void => {
      const now = clock.monotonicMs()
      if (now >= vacuumAt) this.#inTurn(() => this.#thread.ask({ kind: 'vacuum' })).catch(ignore)
      if (now >= checkpointAt)
        this.#inTurn(() => this.#thread.ask({ kind: 'checkpoint' })).catch(ignore)
      if (now >= vacuumAt) vacuumAt = now + VACUUM_INTERVAL_MS
      if (now >= checkpointAt) checkpointAt = now + CHECKPOINT_INTERVAL_MS
    }
    const timer = setInterval(tick, UPKEEP_TICK_MS)
    timer.unref()
    return timer
  }
}

/** For promises whose failure is reported elsewhere: to the caller, or by every later request. */
function ignore(): void {
  return undefined
}

class PgliteTx implements SqlTx {
  readonly #thread: PgliteThread
  readonly #begin: string
  readonly #asksOnce: boolean
  #state: 'fresh' | 'begun' | 'ended' = 'fresh'

  constructor(thread: PgliteThread, begin: string, asksOnce: boolean) {
    this.#thread = thread
    this.#begin = begin
    this.#asksOnce = asksOnce
  }

  async query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly SqlValue[],
  ): Promise<Row[]> {
    if (this.#state === 'ended' || (this.#asksOnce && this.#state === 'begun')) {
      throw platformFault('PLATFORM_TRANSACTION_ENDED', 'expected an open transaction')
    }
    const parameters = values?.map(sqlParameter)
    const isFirst = this.#state === 'fresh'
    this.#state = 'begun'
    const { rows } = await this.#thread.ask({
      kind: 'query',
      text,
      ...(isFirst ? { begin: this.#begin } : {}),
      ...(parameters === undefined ? {} : { values: parameters }),
    })
    return objectsOf(rows) as Row[]
  }

  async commit(): Promise<void> {
    const isBegun = this.#state === 'begun'
    this.#state = 'ended'
    if (isBegun) await this.#thread.ask({ kind: 'commit' })
  }

  async rollback(): Promise<void> {
    const isNeeded = this.#state !== 'fresh'
    this.#state = 'ended'
    if (isNeeded && this.#thread.lost === undefined) await this.#thread.ask({ kind: 'rollback' })
  }
}

function objectsOf(result: PgliteRows | undefined): Record<string, unknown>[] {
  if (result === undefined) return []
  return result.rows.map((row) => {
    const out: Record<string, unknown> = {}
    for (const [at, name] of result.columns.entries()) out[name] = row[at]
    return out
  })
}

async function withinLimit<T>(work: Promise<T>, limitMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(
        platformFault(
          'PLATFORM_TRANSACTION_TIMED_OUT',
          `expected a transaction shorter than ${limitMs} ms`,
        ),
      )
    }, limitMs)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    clearTimeout(timer)
  }
}
