// Notices a wall clock that leaps ahead, because time in a log can never go back again.
import type { Clock } from '../kernel/index.ts'
import { ledgerFault } from './errors.ts'

/** A leap of more than this between two readings is refused. */
export const CLOCK_JUMP_LIMIT_MS = 10 * 60_000

/**
 * Gives the sequencer's time. Entry times never decrease, so one append under a clock that is a year ahead would stamp a
 * year's entries with that moment. A log may well be idle for days, so the last entry's time is no measure; what betrays
 * a bad clock is that the wall clock moved further than the steady clock of this process did. A clock that was wrong
 * before the process started cannot be told from a long pause.
 */
export class ClockWatch {
  readonly #clock: Clock
  readonly #allowsJump: boolean
  #wallMs: number
  #steadyMs: number

  constructor(clock: Clock, allowsJump: boolean) {
    this.#clock = clock
    this.#allowsJump = allowsJump
    this.#wallMs = clock.nowMs()
    this.#steadyMs = clock.monotonicMs()
  }

  /**
   * Milliseconds since the epoch.
   * @param isFirstEntry an empty log takes any time: nothing earlier could be stranded behind it
   * @throws LEDGER_CLOCK_JUMPED, and again on every call until the clock is back, the process restarts or jumps are allowed
   */
  readMs(isFirstEntry: boolean): number {
    const wallMs = this.#clock.nowMs()
    const steadyMs = this.#clock.monotonicMs()
    const leapMs = wallMs - this.#wallMs - (steadyMs - this.#steadyMs)
    if (leapMs > CLOCK_JUMP_LIMIT_MS && !this.#allowsJump && !isFirstEntry) {
      throw ledgerFault(
        'LEDGER_CLOCK_JUMPED',
        `expected the clock to go on steadily, got a leap of ${Math.round(leapMs / 1000)} s ahead`,
        {
          details: { leapMs },
        },
      )
    }
    // An empty log accepts the reading but does not vouch for it: other logs keep their measure.
    if (leapMs <= CLOCK_JUMP_LIMIT_MS || this.#allowsJump) {
      this.#wallMs = wallMs
      this.#steadyMs = steadyMs
    }
    return wallMs
  }
}
