// Follows the log of one tenant for every connection of this process that watches it, and lets watches in without a gap.
import { concernsRelease } from '../client/index.ts'
import type { ChangeMessage, WatchedRelease } from '../client/index.ts'
import { messageOf, Turns } from '../kernel/index.ts'
import type { Clock, Log } from '../kernel/index.ts'
import { formatPlace, placeAfter } from '../ledger/index.ts'
import type { LedgerEntry, LedgerFeed, LogPlace } from '../ledger/index.ts'
import { changeOf } from './change.ts'
import { realtimeFault } from './errors.ts'
import { CATCH_UP_LIMIT_ENTRIES, MESSAGE_LIMIT_CHANGES } from './model.ts'

/** Newest entries that are kept for whoever comes back; who is further behind is read to from the database. */
const RECENT_LIMIT_ENTRIES = 1_000
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
  heard(entries: readonly LedgerEntry[], end: LogPlace): void
  /** The log is another one than before, or shorter: what was told may never have been. */
  lost(): void
}

/** A watch that begins. */
export interface Joining {
  readonly release: WatchedRelease | null
  /** Cursor of the last message; undefined = from now on. */
  readonly since: LogPlace | undefined
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
  #end: LogPlace = { seq: 0, mark: undefined }
  #recent: LedgerEntry[] = []
  #waiting: (() => void)[] = []
  readonly #begun: Promise<void>

  constructor(tenantId: string, ports: HubPorts, ears: HubEars) {
    this.#tenantId = tenantId
    this.#ports = ports
    this.#ears = ears
    this.#begun = this.#begin()
  }

  /** Everything before it was told. */
  get place(): LogPlace {
    return this.#end
  }

  /** @returns the place that the watch begins with @throws REALTIME_CURSOR_UNKNOWN, REALTIME_CURSOR_OLD */
  async admit(joining: Joining): Promise<LogPlace> {
    await this.#begun
    const { since } = joining
    if (since === undefined) {
      // It may have been let go while the hub began.
      if (!joining.signal.aborted) joining.join()
      return this.#end
    }
    let at = await this.#placeOf(since)
    assertRecent(at, this.#end)
    const signal = AbortSignal.any([joining.signal, this.#ending.signal])
    // Another server may have been quicker: what that one told must not be told again.
    while (this.#end.seq < at.seq && !signal.aborted) await this.#nextNews(signal)
    while (!this.#isRecent(at.seq) && !signal.aborted) {
      const from = at
      at = await this.#turns.take(() => this.#readOn(joining, from, signal))
      // Nobody else waits for a reader that does not read.
      await joining.drained()
      // A page may have gone past what was told here: then the others are told first.
      while (this.#end.seq < at.seq && !signal.aborted) await this.#nextNews(signal)
    }
    if (signal.aborted) return at
    // Nothing waits from here on, so nothing can come between.
    const rest = this.#recent.slice(at.seq - this.#firstRecent())
    tellInPieces(joining, rest, this.#end)
    joining.join()
    return this.#end
  }

  end(): void {
    this.#ending.abort()
    this.#wake()
  }

  /** Tells what the database holds until the rest is kept here, or more waits than should. @returns up to where it told */
  async #readOn(joining: Joining, from: LogPlace, signal: AbortSignal): Promise<LogPlace> {
    const terms = { from, quietMs: QUIET_MS, signal }
    let at = from
    // It may have been let go while it waited for its turn.
    if (signal.aborted) return at
    for await (const entries of this.#ports.feed.follow(this.#tenantId, terms)) {
      const last = entries.at(-1)
      if (signal.aborted) break
      if (last !== undefined) {
        at = placeAfter(last)
        tellInPieces(joining, entries, at)
      }
      if (this.#isRecent(at.seq) || joining.isBehind()) break
    }
    return at
  }

  #firstRecent(): number {
    return this.#end.seq - this.#recent.length
  }

  #isRecent(seq: number): boolean {
    return seq >= this.#firstRecent()
  }

  async #placeOf(since: LogPlace): Promise<LogPlace> {
    try {
      return await this.#ports.feed.placeIn(this.#tenantId, since)
    } catch (error) {
      throw unknownCursor(error, since)
    }
  }

  async #begin(): Promise<void> {
    this.#end = await this.#ports.feed.placeIn(this.#tenantId, undefined)
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
        const terms = { from: this.#end, quietMs: QUIET_MS, signal }
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

  /** A database that was restored meanwhile may be behind what was told, or have gone on in another way. */
  async #isAnotherLog(): Promise<boolean> {
    try {
      await this.#ports.feed.placeIn(this.#tenantId, this.#end)
      return false
    } catch (error) {
      return isUnknownEntry(error)
    }
  }

  #hear(entries: readonly LedgerEntry[]): void {
    const last = entries.at(-1)
    if (last === undefined) return
    this.#end = placeAfter(last)
    this.#recent = [...this.#recent, ...entries].slice(-RECENT_LIMIT_ENTRIES)
    this.#ears.heard(entries, this.#end)
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
  entries: readonly LedgerEntry[],
  end: LogPlace,
): Generator<ChangeMessage, void, undefined> {
  const wanted =
    release === null ? entries : entries.filter(({ body }) => concernsRelease(body, release))
  for (let at = 0; at < wanted.length; at += MESSAGE_LIMIT_CHANGES) {
    const piece = wanted.slice(at, at + MESSAGE_LIMIT_CHANGES)
    const isLast = at + MESSAGE_LIMIT_CHANGES >= wanted.length
    // A message that is followed by another knows only what it tells.
    const cursor = formatPlace(isLast ? end : placeAfter(piece.at(-1)!))
    yield { release, cursor, changes: piece.map(changeOf) }
  }
}

function tellInPieces(joining: Joining, entries: readonly LedgerEntry[], end: LogPlace): void {
  for (const message of messagesOf(joining.release, entries, end)) joining.tell(message)
}

/** @throws REALTIME_CURSOR_OLD */
export function assertRecent({ seq }: LogPlace, end: LogPlace): void {
  if (end.seq - seq <= CATCH_UP_LIMIT_ENTRIES) return
  throw realtimeFault(
    'REALTIME_CURSOR_OLD',
    `expected a cursor of the last ${CATCH_UP_LIMIT_ENTRIES} entries, got ${seq} of ${end.seq}`,
  )
}

export function unknownCursor(error: unknown, cursor: LogPlace): unknown {
  if (!isUnknownEntry(error)) return error
  return realtimeFault(
    'REALTIME_CURSOR_UNKNOWN',
    `expected a cursor of this log, got ${formatPlace(cursor)}`,
  )
}

function isUnknownEntry(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'LEDGER_ENTRY_UNKNOWN'
}
