// Follows the log of one tenant for every connection of this process that watches it, and lets watches in without a gap.
import { concernsRelease } from '../client/index.ts'
import type { Change, ChangeMessage, WatchedRelease } from '../client/index.ts'
import { messageOf, Turns } from '../kernel/index.ts'
import type { Clock, Log } from '../kernel/index.ts'
import type { LedgerEntry, LedgerFeed } from '../ledger/index.ts'
import { changeOf } from './change.ts'
import { realtimeFault } from './errors.ts'
import { CATCH_UP_LIMIT_ENTRIES, MESSAGE_LIMIT_CHANGES } from './model.ts'

/** Newest changes that are kept for whoever comes back; who is further behind is read to from the database. */
const RECENT_LIMIT_CHANGES = 1_000
/** A log that cannot be read is tried again after this, and after twice as long each time. */
const RETRY_FIRST_MS = 100
const RETRY_LIMIT_MS = 5_000
/** The feed says at least this often that the log is quiet. */
const QUIET_MS = 5_000
/** Who comes back is read to this many at a time; the others wait, and whoever has to take first what it was told waits outside. */
const READER_LIMIT_COUNT = 8

export interface HubPorts {
  readonly clock: Clock
  readonly log: Log
  readonly feed: LedgerFeed
}

/** What a hub tells its process. */
export interface HubEars {
  /** Everything new, in order, before anybody who joins is told of it again. */
  heard(changes: readonly Change[], entries: readonly LedgerEntry[], cursor: number): void
  /** The log is another one than before, or shorter: what was told may never have been. */
  lost(): void
}

/** A watch that begins. */
export interface Joining {
  readonly release: WatchedRelease | null
  /** Cursor of the last message; undefined = from now on. */
  readonly since: number | undefined
  tell(message: ChangeMessage): void
  /** From now on everything heard is told to it too; called in the very moment in which it knows everything. */
  join(): void
  /** More waits for it than should. */
  isBehind(): boolean
  /** Resolves once it has taken most of what it was told, or is gone. */
  drained(): Promise<void>
  readonly signal: AbortSignal
}

export class TenantHub {
  readonly #tenantId: string
  readonly #ports: HubPorts
  readonly #ears: HubEars
  readonly #ending = new AbortController()
  readonly #turns = new Turns(READER_LIMIT_COUNT)
  /** Everything before it was told. */
  #cursor = 0
  #recent: Change[] = []
  #waiting: (() => void)[] = []
  readonly #begun: Promise<void>

  constructor(tenantId: string, ports: HubPorts, ears: HubEars) {
    this.#tenantId = tenantId
    this.#ports = ports
    this.#ears = ears
    this.#begun = this.#begin()
  }

  get cursor(): number {
    return this.#cursor
  }

  /** @returns the cursor that the watch begins with @throws REALTIME_CURSOR_UNKNOWN, REALTIME_CURSOR_OLD */
  async admit(joining: Joining): Promise<number> {
    await this.#begun
    const { since } = joining
    if (since === undefined) {
      // It may have been let go while the hub began.
      if (!joining.signal.aborted) joining.join()
      return this.#cursor
    }
    await this.#assertReached(since)
    if (this.#cursor - since > CATCH_UP_LIMIT_ENTRIES)
      throw realtimeFault(
        'REALTIME_CURSOR_OLD',
        `expected a cursor of the last ${CATCH_UP_LIMIT_ENTRIES} entries, got ${since} of ${this.#cursor}`,
      )
    const signal = AbortSignal.any([joining.signal, this.#ending.signal])
    // Another server may have been quicker: what that one told must not be told again.
    while (this.#cursor < since && !signal.aborted) await this.#nextNews(signal)
    let at = since
    while (!this.#isRecent(at) && !signal.aborted) {
      const fromSeq = at
      at = await this.#turns.take(() => this.#readOn(joining, fromSeq, signal))
      // Nobody else waits for a reader that does not read.
      await joining.drained()
      // A page may have gone past what was told here: then the others are told first.
      while (this.#cursor < at && !signal.aborted) await this.#nextNews(signal)
    }
    if (signal.aborted) return at
    // Nothing waits from here on, so nothing can come between.
    const rest = this.#recent.slice(at - this.#firstRecent())
    tellInPieces(joining, rest, this.#cursor)
    joining.join()
    return this.#cursor
  }

  end(): void {
    this.#ending.abort()
    this.#wake()
  }

  /** Tells what the database holds until the rest is kept here, or more waits than should. @returns up to where it told */
  async #readOn(joining: Joining, fromSeq: number, signal: AbortSignal): Promise<number> {
    const terms = { fromSeq, quietMs: QUIET_MS, signal }
    let at = fromSeq
    // It may have been let go while it waited for its turn.
    if (signal.aborted) return at
    for await (const entries of this.#ports.feed.follow(this.#tenantId, terms)) {
      const last = entries.at(-1)
      if (signal.aborted) break
      if (last !== undefined) {
        at = last.seq + 1
        tellInPieces(joining, entries.map(changeOf), at)
      }
      if (this.#isRecent(at) || joining.isBehind()) break
    }
    return at
  }

  #firstRecent(): number {
    return this.#cursor - this.#recent.length
  }

  #isRecent(cursor: number): boolean {
    return cursor >= this.#firstRecent()
  }

  async #assertReached(since: number): Promise<void> {
    try {
      await this.#ports.feed.placeIn(this.#tenantId, since)
    } catch (error) {
      throw unknownCursor(error, since)
    }
  }

  async #begin(): Promise<void> {
    this.#cursor = await this.#ports.feed.placeIn(this.#tenantId, undefined)
    void this.#follow().catch((error: unknown) => {
      // Only what hears may throw here, which is a mistake of ours: nobody must wait for news that never come.
      this.#ports.log.error('the realtime feed of a tenant ended', { detail: messageOf(error) })
      this.#ears.lost()
    })
  }

  async #follow(): Promise<void> {
    const { signal } = this.#ending
    let retryMs = RETRY_FIRST_MS
    while (!signal.aborted) {
      try {
        const terms = { fromSeq: this.#cursor, quietMs: QUIET_MS, signal }
        for await (const entries of this.#ports.feed.follow(this.#tenantId, terms)) {
          this.#hear(entries)
          retryMs = RETRY_FIRST_MS
        }
      } catch (error) {
        this.#ports.log.warn('the log of a tenant cannot be followed', {
          detail: messageOf(error),
        })
        await this.#ports.clock.sleep(retryMs, signal).catch(() => undefined)
        retryMs = Math.min(2 * retryMs, RETRY_LIMIT_MS)
        if (await this.#isAnotherLog()) {
          this.#ears.lost()
          return
        }
      }
    }
  }

  /** A database that was restored meanwhile may be behind what was told. */
  async #isAnotherLog(): Promise<boolean> {
    try {
      await this.#ports.feed.placeIn(this.#tenantId, this.#cursor)
      return false
    } catch (error) {
      return isUnknownEntry(error)
    }
  }

  #hear(entries: readonly LedgerEntry[]): void {
    const last = entries.at(-1)
    if (last === undefined) return
    const changes = entries.map(changeOf)
    this.#cursor = last.seq + 1
    this.#recent = [...this.#recent, ...changes].slice(-RECENT_LIMIT_CHANGES)
    this.#ears.heard(changes, entries, this.#cursor)
    this.#wake()
  }

  /** @param signal of the watch, and of this hub */
  #nextNews(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const go = (): void => {
        signal.removeEventListener('abort', go)
        resolve()
      }
      this.#waiting.push(go)
      signal.addEventListener('abort', go)
    })
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** Messages of what concerns a watch; none where nothing does. */
export function* messagesOf(
  release: WatchedRelease | null,
  changes: readonly Change[],
  cursor: number,
): Generator<ChangeMessage, void, undefined> {
  const wanted =
    release === null ? changes : changes.filter((change) => concernsRelease(change, release))
  for (let at = 0; at < wanted.length; at += MESSAGE_LIMIT_CHANGES) {
    const piece = wanted.slice(at, at + MESSAGE_LIMIT_CHANGES)
    const isLast = at + MESSAGE_LIMIT_CHANGES >= wanted.length
    // A message that is followed by another knows only what it tells.
    yield { release, cursor: isLast ? cursor : piece.at(-1)!.seq + 1, changes: piece }
  }
}

function tellInPieces(joining: Joining, changes: readonly Change[], cursor: number): void {
  for (const message of messagesOf(joining.release, changes, cursor)) joining.tell(message)
}

export function unknownCursor(error: unknown, cursor: number): unknown {
  if (!isUnknownEntry(error)) return error
  return realtimeFault(
    'REALTIME_CURSOR_UNKNOWN',
    `expected a cursor that the log has reached, got ${cursor}`,
  )
}

function isUnknownEntry(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'LEDGER_ENTRY_UNKNOWN'
}
