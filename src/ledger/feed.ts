// Hands the entries of a log to whoever follows it: each once, in order, without a gap, and nobody waits for the slowest.
import { Doorbell, messageOf } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import { PAGE_LIMIT } from './model.ts'
import type { EntryQuery, Ledger, LedgerEntry } from './model.ts'
import { isSamePlace, placeAfter, placeBefore } from './place.ts'
import type { LogPlace } from './place.ts'

/** How often a log that somebody follows is looked at; one look serves all who follow it in this process. */
const LOOK_PAUSE_MS = 250
/** A hint may come before the commit that it speaks of: the next look is so much later, and each one after it twice as much. */
const HINTED_PAUSE_MS = 8
/** Newest entries kept per followed log; who is further behind reads from the database. */
const TAIL_LIMIT_ENTRIES = 1_000
/** Entries handed over at once. */
const HAND_LIMIT_ENTRIES = 200

export interface FeedPorts {
  readonly clock: Clock
  readonly ledger: Pick<Ledger, 'list'> & Partial<Pick<Ledger, 'listBehind'>>
}

export interface LedgerFeed {
  /**
   * Where to begin: at the wanted place, or at the end of the log.
   * @throws LEDGER_ENTRY_UNKNOWN for a place that is not of this log: of another history, or of one before it was restored
   */
  placeIn(tenantId: string, wanted: LogPlace | undefined): Promise<LogPlace>
  /** A hint that the log has grown or is about to: who follows it is told sooner. */
  hint(tenantId: string): void
  /**
   * Entries of the tenant's log from a place on, as they are committed. An empty list is a sign of life after
   * `quietMs` without one. Ends with the signal.
   * @throws LEDGER_ENTRY_UNKNOWN when what is there no longer continues what was handed over
   */
  follow(
    tenantId: string,
    terms: FollowTerms,
  ): AsyncGenerator<readonly LedgerEntry[], void, undefined>
}

export interface FollowTerms {
  readonly from: LogPlace
  readonly quietMs: number
  readonly signal: AbortSignal
}

export function makeLedgerFeed(ports: FeedPorts): LedgerFeed {
  const tails = new Map<string, LogTail>()
  return {
    async placeIn(tenantId, wanted) {
      if (wanted === undefined) return endOf(ports, tenantId)
      const before = { fromSeq: Math.max(0, wanted.seq - 1), limit: 1 }
      const [entry] = (await ports.ledger.list(tenantId, before)).entries
      if (wanted.seq === 0) return wanted
      const place = entry === undefined ? undefined : placeAfter(entry)
      if (place === undefined || !isSamePlace(place, wanted)) throw anotherHistory(wanted)
      return place
    },
    hint: (tenantId) => tails.get(tenantId)?.hint(),
    async *follow(tenantId, terms) {
      const tail = tails.get(tenantId) ?? new LogTail(ports, tenantId)
      tails.set(tenantId, tail)
      tail.followerCount += 1
      try {
        yield* followTail(ports, tail, terms)
      } finally {
        tail.followerCount -= 1
        // A tail that failed is replaced by the next follower; the last one takes its tail along.
        if (tail.followerCount === 0 || tail.failure !== undefined) {
          if (tails.get(tenantId) === tail) tails.delete(tenantId)
          tail.end()
        }
      }
    },
  }
}

async function* followTail(
  { ledger, clock }: FeedPorts,
  tail: LogTail,
  { from, quietMs, signal }: FollowTerms,
): AsyncGenerator<readonly LedgerEntry[], void, undefined> {
  let at = from
  tail.begin(await endOf({ ledger }, tail.tenantId))
  while (!signal.aborted) {
    if (tail.failure !== undefined) throw tail.failure
    const known = tail.entriesFrom(at.seq)
    const page = { fromSeq: at.seq, limit: HAND_LIMIT_ENTRIES }
    const entries = known ?? (await ledger.list(tail.tenantId, page)).entries
    const [first] = entries
    const last = entries.at(-1)
    if (first !== undefined && last !== undefined) {
      if (!isSamePlace(placeBefore(first), at)) throw anotherHistory(at)
      at = placeAfter(last)
      yield entries
    } else if (!(await tail.waitForMore(clock, at.seq, quietMs, signal)) && !signal.aborted)
      yield []
  }
}

async function endOf({ ledger }: Pick<FeedPorts, 'ledger'>, tenantId: string): Promise<LogPlace> {
  const [newest] = (await ledger.list(tenantId, { isNewestFirst: true, limit: 1 })).entries
  return newest === undefined ? { seq: 0, mark: undefined } : placeAfter(newest)
}

function anotherHistory({ seq }: LogPlace): Error {
  return ledgerFault(
    'LEDGER_ENTRY_UNKNOWN',
    `expected the log to have the ${seq} entries that were told, got fewer or others`,
  )
}

/** The end of one log, looked at for everybody who follows it. */
class LogTail {
  readonly tenantId: string
  followerCount = 0
  failure: Error | undefined
  readonly #ports: FeedPorts
  readonly #bell = new Doorbell()
  readonly #waiting = new Set<AbortController>()
  #entries: LedgerEntry[] = []
  /** After the last entry that was seen; undefined before the first look. */
  #end: LogPlace | undefined
  #isOver = false
  #isHinted = false

  constructor(ports: FeedPorts, tenantId: string) {
    this.#ports = ports
    this.tenantId = tenantId
  }

  begin(end: LogPlace): void {
    if (this.#end !== undefined) return
    this.#end = end
    this.#look().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(messageOf(error))
      this.#wakeAll()
    })
  }

  /** Undefined for a position further back than what is kept. */
  entriesFrom(seq: number): readonly LedgerEntry[] | undefined {
    const first = (this.#end?.seq ?? 0) - this.#entries.length
    if (seq < first) return undefined
    return this.#entries.slice(seq - first, seq - first + HAND_LIMIT_ENTRIES)
  }

  /** @returns false when nothing came in time */
  async waitForMore(
    clock: Clock,
    seq: number,
    quietMs: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    if ((this.#end?.seq ?? 0) > seq) return true
    const woken = new AbortController()
    this.#waiting.add(woken)
    try {
      await clock.sleep(quietMs, AbortSignal.any([woken.signal, signal]))
      return false
    } catch (error) {
      if (woken.signal.aborted || signal.aborted) return true
      throw error
    } finally {
      this.#waiting.delete(woken)
    }
  }

  hint(): void {
    this.#isHinted = true
    this.#bell.ring()
  }

  end(): void {
    this.#isOver = true
    this.#bell.ring()
  }

  async #look(): Promise<void> {
    let pauseMs = LOOK_PAUSE_MS
    while (!this.#isOver) {
      const { clock } = this.#ports
      const entries = await this.#readOn()
      const last = entries.at(-1)
      if (last !== undefined) {
        this.#entries = [...this.#entries, ...entries].slice(-TAIL_LIMIT_ENTRIES)
        this.#end = placeAfter(last)
        this.#wakeAll()
      }
      if (entries.length >= PAGE_LIMIT - 1) continue
      await this.#bell.wait(clock, pauseMs)
      pauseMs = Math.min(2 * pauseMs, LOOK_PAUSE_MS)
      if (!this.#isHinted) continue
      this.#isHinted = false
      pauseMs = 2 * HINTED_PAUSE_MS
      // However many hints come, there is one look in this time.
      await clock.sleep(HINTED_PAUSE_MS)
    }
  }

  /** What comes after the end, once the entry before it was seen to be there still: a log that was put back tells by it, grown or not. */
  async #readOn(): Promise<readonly LedgerEntry[]> {
    const end = this.#end ?? { seq: 0, mark: undefined }
    const query = { fromSeq: Math.max(0, end.seq - 1), limit: PAGE_LIMIT }
    // Asked again and again, and whoever follows is told of the next entry a little later: that may lag.
    let entries = await this.#list(query)
    if (end.seq === 0) return entries
    // What lags may not have come there yet.
    if (entries.length === 0)
      entries = (await this.#ports.ledger.list(this.tenantId, query)).entries
    const [before] = entries
    if (before === undefined || !isSamePlace(placeAfter(before), end)) throw anotherHistory(end)
    return entries.slice(1)
  }

  async #list(query: EntryQuery): Promise<readonly LedgerEntry[]> {
    const { ledger } = this.#ports
    const page = ledger.listBehind?.(this.tenantId, query) ?? ledger.list(this.tenantId, query)
    return (await page).entries
  }

  #wakeAll(): void {
    for (const woken of this.#waiting) woken.abort()
  }
}
