// Hands the entries of a log to whoever follows it: each once, in order, without a gap, and nobody waits for the slowest.
import { Doorbell, messageOf } from '../kernel/index.ts'
import type { Clock } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'
import { PAGE_LIMIT } from './model.ts'
import type { Ledger, LedgerEntry } from './model.ts'

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
  readonly ledger: Pick<Ledger, 'list' | 'sizeOf'> & Partial<Pick<Ledger, 'listBehind'>>
}

export interface LedgerFeed {
  /**
   * Where to begin: at the wanted position, or at the end of the log.
   * @throws LEDGER_ENTRY_UNKNOWN for a position that the log has not reached: another history, or a restored one
   */
  placeIn(tenantId: string, wanted: number | undefined): Promise<number>
  /** A hint that the log has grown or is about to: who follows it is told sooner. */
  hint(tenantId: string): void
  /**
   * Entries of the tenant's log from a position on, as they are committed. An empty list is a sign of life after
   * `quietMs` without one. Ends with the signal.
   */
  follow(
    tenantId: string,
    terms: FollowTerms,
  ): AsyncGenerator<readonly LedgerEntry[], void, undefined>
}

export interface FollowTerms {
  readonly fromSeq: number
  readonly quietMs: number
  readonly signal: AbortSignal
}

export function makeLedgerFeed(ports: FeedPorts): LedgerFeed {
  const tails = new Map<string, LogTail>()
  return {
    async placeIn(tenantId, wanted) {
      const size = await ports.ledger.sizeOf(tenantId)
      if (wanted === undefined || wanted <= size) return wanted ?? size
      throw ledgerFault(
        'LEDGER_ENTRY_UNKNOWN',
        `expected a position up to ${size}, the end of the log, got ${wanted}`,
      )
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
  { fromSeq, quietMs, signal }: FollowTerms,
): AsyncGenerator<readonly LedgerEntry[], void, undefined> {
  let at = fromSeq
  tail.begin(await ledger.sizeOf(tail.tenantId))
  while (!signal.aborted) {
    if (tail.failure !== undefined) throw tail.failure
    const known = tail.entriesFrom(at)
    const entries =
      known ??
      (await ledger.list(tail.tenantId, { fromSeq: at, limit: HAND_LIMIT_ENTRIES })).entries
    const last = entries.at(-1)
    if (last !== undefined) {
      at = last.seq + 1
      yield entries
    } else if (!(await tail.waitForMore(clock, at, quietMs, signal)) && !signal.aborted) yield []
  }
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
  /** Position after the last entry that was seen; undefined before the first look. */
  #nextSeq: number | undefined
  #isOver = false
  #isHinted = false

  constructor(ports: FeedPorts, tenantId: string) {
    this.#ports = ports
    this.tenantId = tenantId
  }

  begin(size: number): void {
    if (this.#nextSeq !== undefined) return
    this.#nextSeq = size
    this.#look().catch((error: unknown) => {
      this.failure = error instanceof Error ? error : new Error(messageOf(error))
      this.#wakeAll()
    })
  }

  /** Undefined for a position further back than what is kept. */
  entriesFrom(seq: number): readonly LedgerEntry[] | undefined {
    const first = (this.#nextSeq ?? 0) - this.#entries.length
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
    if ((this.#nextSeq ?? 0) > seq) return true
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
      const { ledger, clock } = this.#ports
      const query = { fromSeq: this.#nextSeq ?? 0, limit: PAGE_LIMIT }
      // Asked again and again, and whoever follows is told of the next entry a little later: that may lag.
      const { entries } = await (ledger.listBehind?.(this.tenantId, query) ??
        ledger.list(this.tenantId, query))
      const last = entries.at(-1)
      if (last !== undefined) {
        this.#entries = [...this.#entries, ...entries].slice(-TAIL_LIMIT_ENTRIES)
        this.#nextSeq = last.seq + 1
        this.#wakeAll()
      }
      if (entries.length === PAGE_LIMIT) continue
      await this.#bell.wait(clock, pauseMs)
      pauseMs = Math.min(2 * pauseMs, LOOK_PAUSE_MS)
      if (!this.#isHinted) continue
      this.#isHinted = false
      pauseMs = 2 * HINTED_PAUSE_MS
      // However many hints come, there is one look in this time.
      await clock.sleep(HINTED_PAUSE_MS)
    }
  }

  #wakeAll(): void {
    for (const woken of this.#waiting) woken.abort()
  }
}
