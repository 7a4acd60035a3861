// A breaker around something that fails: closed it counts, open it refuses, half open it tries; tuned, held and saved while it runs.
import type { GuardClock, GuardSink } from '../model.ts'
import type { BreakerCause, BreakerState } from './breaker-events.ts'
import { checkBreaker } from './breaker-model.ts'
import type { BreakerSettings, BreakerSnapshot, SavedBreaker } from './breaker-model.ts'
import { OutcomeWindow } from './outcome-window.ts'

export interface BreakerTerms {
  /** Stands in events and metrics. */
  readonly name: string
  readonly settings: BreakerSettings
  readonly clock: Pick<GuardClock, 'monotonicUs' | 'epochMs'>
  readonly sink?: GuardSink
  /** What `save()` gave before a restart. */
  readonly saved?: SavedBreaker
  /** Whether an error of `run` counts; default each does. A caller's own mistake should not. */
  readonly isFailure?: (error: unknown) => boolean
}

/** Leave for one call. Say once how it went; what comes second, or after the breaker has moved on, is not counted. */
export interface BreakerPermit {
  succeed(): void
  fail(): void
  /** The call says nothing about the other side: it was given up by who asked. */
  ignore(): void
}

export type BreakerAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly retryAfterMs: number }

export interface Breaker {
  readonly name: string
  /** Undefined = refused. */
  enter(): BreakerPermit | undefined
  /** Calls unless it is open. @throws what the work throws */
  run<T>(work: () => Promise<T>): Promise<BreakerAnswer<T>>
  snapshot(): BreakerSnapshot
  /** New settings from now on; its state and openings stay. @throws GuardFault GUARD_BREAKER_INVALID */
  retune(settings: BreakerSettings, by: string): void
  /** Opens it until it is released. */
  hold(by: string): void
  /** From held to trying: it closes when trials succeed, not because somebody says so. @returns whether it was held */
  release(by: string): boolean
  /** Tries now instead of later, at most once in each opening. @returns whether it does */
  retry(by: string): boolean
  save(): SavedBreaker
}

/** @throws GuardFault GUARD_BREAKER_INVALID */
export function makeBreaker(terms: BreakerTerms): Breaker {
  return new RunningBreaker(terms)
}

class RunningBreaker implements Breaker {
  readonly name: string
  readonly #terms: BreakerTerms
  #given: BreakerSettings
  #settings: ReturnType<typeof checkBreaker>
  #state: BreakerState = 'closed'
  #window: OutcomeWindow
  /** Rises with every change of state; a permit of an earlier one counts no more. */
  #turn = 0
  #openedUs = 0
  #openedCount = 0
  #heldBy: string | undefined
  #hasRetried = false
  /** Trials that have not ended, oldest first. */
  readonly #probesOut = new Set<{ readonly beganUs: number }>()
  #probesGood = 0

  constructor(terms: BreakerTerms) {
    this.#terms = terms
    this.name = terms.name
    this.#given = terms.settings
    this.#settings = checkBreaker(terms.settings)
    this.#window = new OutcomeWindow(this.#settings.rule, this.#nowUs())
    if (terms.saved !== undefined) this.#restore(terms.saved)
    terms.sink?.({ type: 'breaker.started', breaker: this.name, state: this.#state })
  }

  enter(): BreakerPermit | undefined {
    this.#settle()
    if (this.#state === 'closed') return this.#permit()
    const probes = this.#probesOut.size + this.#probesGood
    if (this.#state === 'half-open' && probes < this.#settings.probes) {
      const probe = { beganUs: this.#nowUs() }
      this.#probesOut.add(probe)
      return this.#permit(probe)
    }
    this.#terms.sink?.({ type: 'breaker.refused', breaker: this.name })
    return undefined
  }

  async run<T>(work: () => Promise<T>): Promise<BreakerAnswer<T>> {
    const permit = this.enter()
    if (permit === undefined) return { ok: false, retryAfterMs: this.#retryAfterMs() }
    try {
      const value = await work()
      permit.succeed()
      return { ok: true, value }
    } catch (error) {
      if (this.#terms.isFailure?.(error) === false) permit.succeed()
      else permit.fail()
      throw error
    }
  }

  snapshot(): BreakerSnapshot {
    this.#settle()
    return {
      name: this.name,
      state: this.#state,
      settings: this.#given,
      retryAfterMs: this.#retryAfterMs(),
      openedCount: this.#openedCount,
      ...this.#window.counts(this.#nowUs()),
    }
  }

  retune(settings: BreakerSettings, by: string): void {
    const checked = checkBreaker(settings)
    const isSameRule = JSON.stringify(checked.rule) === JSON.stringify(this.#settings.rule)
    this.#given = settings
    this.#settings = checked
    // What was counted under another rule cannot be read under this one.
    if (!isSameRule) this.#window = new OutcomeWindow(checked.rule, this.#nowUs())
    this.#terms.sink?.({ type: 'breaker.retuned', breaker: this.name, by })
    // Enough trials are good already: none that could close it would be let through any more.
    if (this.#state === 'half-open' && this.#probesGood >= checked.probes)
      this.#move('closed', 'probes-succeeded')
  }

  hold(by: string): void {
    if (this.#state === 'held') return
    this.#heldBy = by
    this.#move('held', 'held', by)
  }

  release(by: string): boolean {
    if (this.#state !== 'held') return false
    this.#heldBy = undefined
    this.#move('half-open', 'released', by)
    return true
  }

  retry(by: string): boolean {
    this.#settle()
    if (this.#state !== 'open' || this.#hasRetried) return false
    this.#hasRetried = true
    this.#move('half-open', 'retried', by)
    return true
  }

  save(): SavedBreaker {
    this.#settle()
    const left = this.#state === 'open' ? this.#retryAfterMs() : 0
    return {
      state: this.#state,
      openUntilEpochMs: this.#terms.clock.epochMs() + left,
      openedCount: this.#openedCount,
      ...(this.#heldBy === undefined ? {} : { heldBy: this.#heldBy }),
    }
  }

  #nowUs(): number {
    return this.#terms.clock.monotonicUs()
  }

  /** Doubles with each opening since it was last closed. */
  #openMs(): number {
    const { openMs, longestOpenMs } = this.#settings
    return Math.min(longestOpenMs, openMs * 2 ** Math.min(30, Math.max(0, this.#openedCount - 1)))
  }

  #retryAfterMs(): number {
    if (this.#state === 'held') return Number.POSITIVE_INFINITY
    if (this.#state !== 'open') return 0
    return Math.max(0, this.#openMs() - (this.#nowUs() - this.#openedUs) / 1_000)
  }

  /** What time alone changes: an opening that is over, a trial that never ended. */
  #settle(): void {
    if (this.#state === 'open' && this.#retryAfterMs() <= 0) this.#move('half-open', 'time')
    const [oldest] = this.#probesOut
    if (this.#state !== 'half-open' || oldest === undefined) return
    const waitedMs = (this.#nowUs() - oldest.beganUs) / 1_000
    if (waitedMs >= this.#settings.probeLimitMs) this.#open('probe-failed')
  }

  #open(cause: BreakerCause): void {
    this.#openedCount++
    this.#openedUs = this.#nowUs()
    this.#hasRetried = cause === 'probe-failed' && this.#hasRetried
    this.#move('open', cause)
  }

  #move(to: BreakerState, cause: BreakerCause, by?: string): void {
    const from = this.#state
    this.#state = to
    this.#turn++
    this.#probesOut.clear()
    this.#probesGood = 0
    if (to === 'closed') {
      this.#openedCount = 0
      this.#hasRetried = false
      this.#window = new OutcomeWindow(this.#settings.rule, this.#nowUs())
    }
    this.#terms.sink?.({
      type: 'breaker.changed',
      breaker: this.name,
      from,
      to,
      cause,
      ...(by === undefined ? {} : { by }),
    })
  }

  #permit(probe?: { readonly beganUs: number }): BreakerPermit {
    const turn = this.#turn
    const { slowCallMs } = this.#settings
    const beganUs = Number.isFinite(slowCallMs) ? this.#nowUs() : undefined
    let isOver = false
    const end = (outcome: 'good' | 'bad' | 'none'): void => {
      if (isOver) return
      isOver = true
      if (turn !== this.#turn) return
      if (probe !== undefined) this.#probesOut.delete(probe)
      const isSlow = beganUs !== undefined && (this.#nowUs() - beganUs) / 1_000 > slowCallMs
      this.#count(outcome === 'good' && isSlow ? 'bad' : outcome)
    }
    return { succeed: () => end('good'), fail: () => end('bad'), ignore: () => end('none') }
  }

  #count(outcome: 'good' | 'bad' | 'none'): void {
    if (this.#state === 'closed') {
      if (outcome !== 'none' && this.#window.add(outcome === 'bad', this.#nowUs()))
        this.#open('failures')
      return
    }
    if (outcome === 'bad') this.#open('probe-failed')
    else if (outcome === 'good' && ++this.#probesGood >= this.#settings.probes)
      this.#move('closed', 'probes-succeeded')
  }

  /** A wall clock that was set meanwhile shortens an opening, but never makes it longer than the settings say. */
  #restore(saved: SavedBreaker): void {
    const count = saved.openedCount
    this.#openedCount = Number.isSafeInteger(count) && count > 0 ? count : 0
    if (saved.state === 'held') {
      this.#state = 'held'
      this.#heldBy = saved.heldBy
    } else if (saved.state === 'open' || saved.state === 'half-open') {
      this.#openedCount = Math.max(1, this.#openedCount)
      const left = saved.openUntilEpochMs - this.#terms.clock.epochMs()
      const leftMs = Math.min(
        this.#openMs(),
        Math.max(0, Number.isFinite(left) ? left : this.#openMs()),
      )
      this.#state = 'open'
      this.#openedUs = this.#nowUs() - (this.#openMs() - leftMs) * 1_000
    } else this.#openedCount = 0
  }
}
