// Puts load on something, at a constant rate or with a number of users, and keeps every time in a histogram.
import type { Clock, Json } from '../kernel/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { makeHistogram } from '../verdict/index.ts'
import type { HistogramRecord } from '../verdict/index.ts'

/** A request that leaves within this of its time is measured from when it left: timers are no finer. */
const TIMER_GRAIN_MS = 2
/** A request that leaves later than this was not sent when it should have been. */
export const LATE_MS = 50
/** Sends in a row without looking at answers, when the loop is behind. */
const BURST_COUNT = 16
/** Kinds of statuses and errors that are told apart; the rest are counted together. */
const KIND_LIMIT_COUNT = 30

/** `open`: requests leave at a constant rate, whatever becomes of earlier ones. `closed`: each user waits for its answer. */
export type LoadShape =
  | { readonly loop: 'open'; readonly ratePerSecond: number }
  | { readonly loop: 'closed'; readonly userCount: number; readonly pauseMs: number }

export interface LoadTerms {
  readonly shape: LoadShape
  /** Time at the beginning that is not measured. */
  readonly warmupMs: number
  /** Time that is measured. */
  readonly durationMs: number
  /** Sends one request and resolves with its status. Rejects when no answer came. */
  send(): Promise<number>
  isSuccess(status: number): boolean
  readonly signal: AbortSignal
}

export interface LoadFacts {
  /** From when a request was due: successful ones, and those that ran out of time with the time they took. */
  readonly latency: HistogramRecord
  /** How long after its time a request left. */
  readonly lateness: HistogramRecord
  readonly sentCount: number
  readonly successCount: number
  /** Requests that left more than `LATE_MS` after their time. */
  readonly lateCount: number
  /** Successful answers within the measured time, by its length. */
  readonly answersPerSecond: number
  readonly peakInFlight: number
  readonly statuses: Readonly<Record<string, number>>
  readonly failures: Readonly<Record<string, number>>
  /** By second of the measured time: sent, and of these successful. */
  readonly seconds: readonly (readonly [sent: number, successful: number])[]
}

/** Resolves when the last answer is there or given up. Rejects with the signal's reason when it is called off. */
export async function runLoad(clock: Clock, terms: LoadTerms): Promise<LoadFacts> {
  const tally = new LoadTally(clock, terms)
  await (terms.shape.loop === 'open'
    ? runOpen(clock, terms, terms.shape.ratePerSecond, tally)
    : runClosed(clock, terms, terms.shape, tally))
  terms.signal.throwIfAborted()
  return tally.facts()
}

async function runOpen(
  clock: Clock,
  { warmupMs, durationMs, signal }: LoadTerms,
  ratePerSecond: number,
  tally: LoadTally,
): Promise<void> {
  const count = Math.floor(((warmupMs + durationMs) / 1_000) * ratePerSecond)
  const underWay = new Set<Promise<unknown>>()
  for (let index = 0; index < count; index++) {
    const dueMs = tally.startMs + (index * 1_000) / ratePerSecond
    let waitMs = dueMs - clock.monotonicMs()
    if (waitMs <= 0 && index % BURST_COUNT === 0) await clock.sleep(0, signal)
    while (waitMs > 0) {
      await clock.sleep(waitMs, signal)
      waitMs = dueMs - clock.monotonicMs()
    }
    signal.throwIfAborted()
    const request: Promise<unknown> = tally.follow(dueMs).finally(() => underWay.delete(request))
    underWay.add(request)
  }
  await Promise.all(underWay)
}

async function runClosed(
  clock: Clock,
  { warmupMs, durationMs, signal }: LoadTerms,
  { userCount, pauseMs }: Extract<LoadShape, { loop: 'closed' }>,
  tally: LoadTally,
): Promise<void> {
  const endMs = tally.startMs + warmupMs + durationMs
  const user = async (): Promise<void> => {
    while (clock.monotonicMs() < endMs && !signal.aborted) {
      const isAnswered = await tally.follow(clock.monotonicMs())
      // What fails at once must not become a loop without a rest.
      if (pauseMs > 0 || !isAnswered)
        await clock.sleep(Math.max(pauseMs, isAnswered ? 0 : 1), signal)
    }
  }
  await Promise.all(Array.from({ length: userCount }, user))
}

class LoadTally {
  readonly startMs: number
  readonly #clock: Clock
  readonly #terms: LoadTerms
  readonly #latency = makeHistogram()
  readonly #lateness = makeHistogram()
  readonly #statuses = new Map<string, number>()
  readonly #failures = new Map<string, number>()
  readonly #seconds: [number, number][]
  #successCount = 0
  #lateCount = 0
  #answeredInTime = 0
  #inFlight = 0
  #peakInFlight = 0

  constructor(clock: Clock, terms: LoadTerms) {
    this.#clock = clock
    this.#terms = terms
    this.startMs = clock.monotonicMs()
    const seconds = Math.ceil(terms.durationMs / 1_000)
    this.#seconds = Array.from({ length: seconds }, () => [0, 0])
  }

  /** Sends one request that was due then. Resolves true when an answer came, whatever it says. Never rejects. */
  async follow(dueMs: number): Promise<boolean> {
    const sentMs = this.#clock.monotonicMs()
    this.#peakInFlight = Math.max(this.#peakInFlight, ++this.#inFlight)
    let status: number | undefined
    let failure = ''
    try {
      status = await this.#terms.send()
    } catch (thrown) {
      failure = failureOf(thrown)
    }
    this.#inFlight--
    this.#count(dueMs, sentMs, this.#clock.monotonicMs(), status, failure)
    return status !== undefined
  }

  #count(
    dueMs: number,
    sentMs: number,
    endMs: number,
    status: number | undefined,
    failure: string,
  ): void {
    const { warmupMs, durationMs, isSuccess } = this.#terms
    const fromMs = this.startMs + warmupMs
    const isSuccessful = status !== undefined && isSuccess(status)
    if (isSuccessful && endMs >= fromMs && endMs < fromMs + durationMs) this.#answeredInTime++
    if (dueMs < fromMs || dueMs >= fromMs + durationMs) return
    const lateMs = Math.max(0, sentMs - dueMs)
    this.#lateness.record(lateMs)
    if (lateMs > LATE_MS) this.#lateCount++
    const second = this.#seconds[Math.floor((dueMs - fromMs) / 1_000)]
    if (second !== undefined) second[0]++
    if (status === undefined) countKind(this.#failures, failure)
    else countKind(this.#statuses, String(status))
    if (isSuccessful) {
      this.#successCount++
      if (second !== undefined) second[1]++
    }
    // What failed at once says nothing about how long answers take; what ran out of time took at least that.
    if (isSuccessful || failure === 'timeout')
      this.#latency.record(endMs - (lateMs <= TIMER_GRAIN_MS ? sentMs : dueMs))
  }

  facts(): LoadFacts {
    const lateness = this.#lateness.toRecord()
    return {
      latency: this.#latency.toRecord(),
      lateness,
      sentCount: lateness.count,
      successCount: this.#successCount,
      lateCount: this.#lateCount,
      answersPerSecond: rounded((this.#answeredInTime * 1_000) / this.#terms.durationMs),
      peakInFlight: this.#peakInFlight,
      statuses: Object.fromEntries(this.#statuses),
      failures: Object.fromEntries(this.#failures),
      seconds: this.#seconds,
    }
  }
}

/** `timeout`, or the operating system's code, as the ports say it. */
export function failureOf(thrown: unknown): string {
  const reason: unknown = thrown instanceof SeaworthyError ? thrown.details?.['reason'] : undefined
  return typeof reason === 'string' ? reason : 'broken'
}

function countKind(kinds: Map<string, number>, kind: string): void {
  const name = kinds.has(kind) || kinds.size < KIND_LIMIT_COUNT ? kind : 'other'
  kinds.set(name, (kinds.get(name) ?? 0) + 1)
}

/** Three decimals: what is measured is no finer. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}

/** Share of requests that did not succeed, in percent; null of none. */
export function errorPercentOf({ sentCount, successCount }: LoadFacts): number | null {
  return sentCount === 0 ? null : rounded((100 * (sentCount - successCount)) / sentCount)
}

/** The facts as JSON. */
export function loadRecord(facts: LoadFacts): Readonly<Record<string, Json>> {
  return {
    latency: facts.latency,
    errorPercent: errorPercentOf(facts),
    answersPerSecond: facts.answersPerSecond,
    sentCount: facts.sentCount,
    successCount: facts.successCount,
    statuses: facts.statuses,
    failures: facts.failures,
    seconds: facts.seconds,
  }
}
