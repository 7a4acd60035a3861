// Follows every tenant's log for one reader, from where it was, until it is stopped; a log that cannot be read holds up no other.
import { mayBeginAgain, messageOf } from '../kernel/index.ts'
import type { Clock, Doorbell, Log, SqlTx } from '../kernel/index.ts'
import type { LedgerReaders, ReaderEntry } from './readers.ts'

/** Entries that are taken in one transaction. */
const TAKE_LIMIT_COUNT = 200
const TENANT_LIMIT_COUNT = 100
/** Another process may append: this one looks for itself that often. */
const LOOK_INTERVAL_MS = 250
/** A tenant whose log cannot be read must not keep the others waiting. */
const FAILURE_PAUSE_MS = 30_000
const UPKEEP_INTERVAL_MS = 3_600_000

export interface FollowerPorts {
  readonly clock: Clock
  readonly log: Log
  readonly readers: LedgerReaders
  /** Rung when something was appended in this process: then there is no need to wait. One follower for each bell. */
  readonly bell: Doorbell
}

export interface FollowTerms {
  readonly reader: string
  /** For the server's log. */
  readonly what: string
  isWanted(tx: SqlTx, tenantId: string): Promise<boolean>
  /** In one transaction with the reader's place. It must not append. */
  take(tx: SqlTx, tenantId: string, entries: readonly ReaderEntry[]): Promise<void>
  /** Once an hour, and at the start. */
  keepUp?(): Promise<void>
}

export interface Follower {
  start(): void
  stop(): Promise<void>
}

export function makeLedgerFollower(ports: FollowerPorts, terms: FollowTerms): Follower {
  const { clock, bell, log } = ports
  const pausedUntilMs = new Map<string, number>()
  const stop = new AbortController()
  let running: Promise<void> = Promise.resolve()
  let upkeepMs = clock.monotonicMs()
  const work = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      let takenCount = 0
      try {
        if (clock.monotonicMs() >= upkeepMs) {
          upkeepMs = clock.monotonicMs() + UPKEEP_INTERVAL_MS
          await terms.keepUp?.()
        }
        takenCount = await takeOnce(ports, terms, pausedUntilMs)
      } catch (error) {
        log.warn(`the reader of ${terms.what} is held up`, { detail: messageOf(error) })
      }
      if (takenCount === 0 && !stop.signal.aborted) await bell.wait(clock, LOOK_INTERVAL_MS)
    }
  }
  return {
    start() {
      running = work()
    },
    async stop() {
      stop.abort()
      bell.ring()
      await running
    },
  }
}

async function takeOnce(
  { clock, readers, log }: FollowerPorts,
  terms: FollowTerms,
  pausedUntilMs: Map<string, number>,
): Promise<number> {
  let takenCount = 0
  const limit = TENANT_LIMIT_COUNT + pausedUntilMs.size
  for (const tenantId of await readers.behind(terms.reader, limit)) {
    if ((pausedUntilMs.get(tenantId) ?? 0) > clock.monotonicMs()) continue
    try {
      takenCount += await readers.advance(terms.reader, tenantId, {
        limit: TAKE_LIMIT_COUNT,
        isWanted: (tx) => terms.isWanted(tx, tenantId),
        take: (tx, entries) => terms.take(tx, tenantId, entries),
      })
      pausedUntilMs.delete(tenantId)
    } catch (error) {
      // Somebody else was let through: the next round takes it up.
      if (mayBeginAgain(error)) continue
      log.error(`${terms.what}: a tenant waits`, { tenantId, detail: messageOf(error) })
      pausedUntilMs.set(tenantId, clock.monotonicMs() + FAILURE_PAUSE_MS)
    }
  }
  return takenCount
}
