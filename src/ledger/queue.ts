// Gathers appends of one log into batches: what waits while one commit runs goes into the next.
import type { Clock, Random } from '../kernel/index.ts'
import { mayBeginAgain, SeaworthyError } from '../kernel/index.ts'
import { stateOf } from './append.ts'
import { ledgerFault } from './errors.ts'
import type { PreparedFact } from './fact.ts'
import { BATCH_LIMIT, QUEUE_LIMIT } from './model.ts'
import type { AppendedEntry } from './model.ts'
import type { BatchTries } from './retry.ts'

/** Tries per batch, the first included. */
const TRY_LIMIT = 5
const RETRY_PAUSE_MS = 20

/** unique_violation: another writer took the position. */
const POSITION_TAKEN = '23505'

interface Waiting {
  readonly fact: PreparedFact
  settle(outcome: AppendedEntry | Error): void
}

export interface QueuePorts {
  readonly clock: Clock
  readonly random: Random
  /** Appends one batch in a transaction of its own; the same `tries` come with every try of it. */
  commit(
    facts: readonly PreparedFact[],
    tries: BatchTries,
  ): Promise<readonly (AppendedEntry | Error)[]>
}

/**
 * One log's queue. Idle, a fact is committed at once; under load the next batch is whatever came while the last one was
 * being committed, up to BATCH_LIMIT, so nobody waits on a timer.
 */
export class AppendQueue {
  readonly #ports: QueuePorts
  #waiting: Waiting[] = []
  #outstanding = 0
  #draining: Promise<void> | undefined

  constructor(ports: QueuePorts) {
    this.#ports = ports
  }

  get isIdle(): boolean {
    return this.#outstanding === 0
  }

  /**
   * Resolves when the facts are committed; each has its own outcome, and the first refused one is thrown.
   * @throws LEDGER_QUEUE_FULL when the facts do not fit; then none of them is taken
   */
  async push(facts: readonly PreparedFact[]): Promise<readonly AppendedEntry[]> {
    if (this.#outstanding + facts.length > QUEUE_LIMIT) {
      throw ledgerFault(
        'LEDGER_QUEUE_FULL',
        `expected at most ${QUEUE_LIMIT} entries waiting, got ${this.#outstanding} and ${facts.length} more`,
      )
    }
    this.#outstanding += facts.length
    const outcomes = facts.map(
      (fact) =>
        new Promise<AppendedEntry | Error>((settle) => this.#waiting.push({ fact, settle })),
    )
    if (this.#draining === undefined) this.#draining = this.#drain()
    const settled = await Promise.all(outcomes)
    return settled.map((outcome) => {
      if (outcome instanceof Error) throw outcome
      return outcome
    })
  }

  // Never rejects: what a commit throws becomes the outcome of every fact in its batch.
  async #drain(): Promise<void> {
    // One turn of the event loop's microtasks, so that callers of the same moment share the first batch.
    await Promise.resolve()
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH_LIMIT)
      const outcomes = await this.#commitWithRetries(batch.map((each) => each.fact))
      this.#outstanding -= batch.length
      batch.forEach((each, at) => {
        each.settle(outcomes instanceof Error ? outcomes : outcomes[at]!)
      })
    }
    this.#draining = undefined
  }

  /** After an unknown outcome (connection lost at commit) a retry is safe: it looks for what an earlier try wrote. */
  async #commitWithRetries(
    facts: readonly PreparedFact[],
  ): Promise<readonly (AppendedEntry | Error)[] | Error> {
    const tries: BatchTries = {}
    for (let count = 1; ; count++) {
      try {
        return await this.#ports.commit(facts, tries)
      } catch (error) {
        const failure = error instanceof Error ? error : new Error(String(error))
        if (count >= TRY_LIMIT || !isWorthRetrying(error)) return failure
        const jitter = (this.#ports.random.bytes(1)[0] ?? 0) / 255
        await this.#ports.clock.sleep(RETRY_PAUSE_MS * 2 ** (count - 1) * (0.5 + jitter))
      }
    }
  }
}

function isWorthRetrying(error: unknown): boolean {
  if (!(error instanceof SeaworthyError)) return false
  if (error.code === 'LEDGER_CLOCK_JUMPED') return false
  return error.row.retryable === true || stateOf(error) === POSITION_TAKEN || mayBeginAgain(error)
}
