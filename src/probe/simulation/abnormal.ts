// What the anomaly guard would have done to recorded traffic: the guard itself, on the clock of the recording.
import { makeAnomalyGuard } from '../../guard/index.ts'
import type { AnomalyGuard, GuardClock, GuardEvent, ThrottleEnd } from '../../guard/index.ts'
import type { AnomalyPolicy } from './policy-file.ts'
import type { TrafficRequest } from './traffic.ts'

/** Throttles that are told apart; those beyond are only counted. */
const THROTTLE_LIMIT_COUNT = 10_000

/** Rates are requests a second. */
export interface ThrottleReport {
  readonly key: string
  readonly beganAt: string
  /** Null when it lasted beyond the recording. */
  readonly endedAt: string | null
  readonly end: ThrottleEnd | null
  readonly ratePerS: number
  /** What it exceeded before in one active second of a hundred. */
  readonly busyPerS: number
  readonly allowedPerS: number
  readonly refusedCount: number
}

export interface AbnormalReport {
  readonly mode: 'enforce' | 'learn'
  readonly refusedCount: number
  /** Requests without the name that is watched; nothing is held of them. */
  readonly unnamedCount: number
  /** Requests that nobody could keep count of, because too many names were alive. */
  readonly untrackedCount: number
  readonly throttleCount: number
  /** Most refusals first, then as they began. */
  readonly throttles: readonly ThrottleReport[]
}

type Began = Extract<GuardEvent, { readonly type: 'anomaly.throttle-began' }>
type Ended = Extract<GuardEvent, { readonly type: 'anomaly.throttle-ended' }>

interface ThrottleTally {
  readonly began: Began
  ended?: Ended
}

export class AbnormalSimulation {
  readonly #policy: AnomalyPolicy
  readonly #guard: AnomalyGuard
  readonly #throttles = new Map<string, ThrottleTally>()
  #throttleCount = 0
  #refusedCount = 0
  #unnamedCount = 0
  #untrackedCount = 0

  constructor(policy: AnomalyPolicy, clock: Pick<GuardClock, 'epochMs' | 'monotonicUs'>) {
    this.#policy = policy
    const { key: _key, ...terms } = policy
    this.#guard = makeAnomalyGuard({
      ...terms,
      // A recording waits for nothing, and nothing is shared that could be waited for.
      clock: { ...clock, wait: () => Promise.resolve() },
      sink: (event) => this.#note(event),
    })
  }

  /** Counts the request; true = it would have been refused. */
  async refuses(request: TrafficRequest): Promise<boolean> {
    const { key } = this.#policy
    const name = request[key]
    if (name === undefined) {
      this.#unnamedCount++
      return false
    }
    const watched = `${key} ${name}`
    const refusal = await this.#guard.admit(watched)
    if (this.#guard.status(watched) === undefined) this.#untrackedCount++
    if (refusal === undefined) return false
    this.#refusedCount++
    return true
  }

  #note(event: GuardEvent): void {
    if (event.type === 'anomaly.throttle-began') {
      this.#throttleCount++
      if (this.#throttles.size < THROTTLE_LIMIT_COUNT)
        this.#throttles.set(event.throttleId, { began: event })
    } else if (event.type === 'anomaly.throttle-ended') {
      const tally = this.#throttles.get(event.throttleId)
      if (tally !== undefined) tally.ended = event
    }
  }

  /** @param throttleCount how many of the throttles are told */
  report(throttleCount: number): AbnormalReport {
    this.#guard.settle()
    const open = new Map(
      this.#guard.throttled().map(({ throttle }) => [throttle?.id, throttle?.refusedCount]),
    )
    const throttles = [...this.#throttles.values()].map((tally) =>
      throttleReport(tally, open.get(tally.began.throttleId) ?? 0),
    )
    // The sort is stable, so that equals stay as they began.
    throttles.sort((a, b) => b.refusedCount - a.refusedCount)
    return {
      mode: this.#policy.mode,
      refusedCount: this.#refusedCount,
      unnamedCount: this.#unnamedCount,
      untrackedCount: this.#untrackedCount,
      throttleCount: this.#throttleCount,
      throttles: throttles.slice(0, throttleCount),
    }
  }
}

function throttleReport({ began, ended }: ThrottleTally, openRefusedCount: number): ThrottleReport {
  return {
    key: began.tenant,
    beganAt: new Date(began.atEpochMs).toISOString(),
    endedAt: ended === undefined ? null : new Date(ended.atEpochMs).toISOString(),
    end: ended?.reason ?? null,
    ratePerS: tenths(began.ratePerS),
    busyPerS: tenths(began.busyPerS),
    allowedPerS: tenths(began.allowedPerS),
    refusedCount: ended?.refusedCount ?? openRefusedCount,
  }
}

function tenths(perS: number): number {
  return Math.round(perS * 10) / 10
}
