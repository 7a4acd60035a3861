// When a word ends, measured on the clock that never goes back from the moment this process first saw it.
import type { GuardClock } from '../model.ts'
import type { SwitchWord } from './model.ts'

const US_PER_MS = 1_000

/**
 * A wall clock that is set, forward or backward, neither ends a kill early nor prolongs it: what counts is how long the word had
 * to go when it was first seen. A restart reads the wall clock again.
 */
export class ExpiryWatch {
  readonly #clock: GuardClock
  #deadlinesUs = new Map<string, number>()
  #seen = new Map<string, number>()

  constructor(clock: GuardClock) {
    this.#clock = clock
  }

  /** Between this and `endRound` every word is asked about once; words that are no longer there are forgotten. */
  beginRound(): void {
    this.#seen = new Map()
  }

  /** The word that holds now, or undefined when it ended and nothing follows. */
  holding(source: string, name: string, word: SwitchWord): SwitchWord | undefined {
    const { untilMs, after } = word
    if (untilMs === undefined) return word
    const key = `${source}\n${name}\n${untilMs}`
    const nowUs = this.#clock.monotonicUs()
    const deadlineUs =
      this.#deadlinesUs.get(key) ?? nowUs + (untilMs - this.#clock.epochMs()) * US_PER_MS
    this.#seen.set(key, deadlineUs)
    return nowUs < deadlineUs ? word : after
  }

  endRound(): void {
    this.#deadlinesUs = this.#seen
  }
}
