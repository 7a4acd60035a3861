// Counts outcomes, in a row or over a rolling window of ten parts, and says when they are too bad.
import type { BreakerRule } from './breaker-model.ts'

const PART_COUNT = 10

export class OutcomeWindow {
  readonly #rule: BreakerRule
  readonly #partUs: number
  readonly #calls = new Float64Array(PART_COUNT)
  readonly #failures = new Float64Array(PART_COUNT)
  #part = 0
  #callCount = 0
  #failureCount = 0

  constructor(rule: BreakerRule, nowUs: number) {
    this.#rule = rule
    this.#partUs = rule.kind === 'sampling' ? (rule.windowMs * 1_000) / PART_COUNT : 1
    this.#part = Math.floor(nowUs / this.#partUs)
  }

  /** @returns whether the breaker has to open */
  add(isFailure: boolean, nowUs: number): boolean {
    if (this.#rule.kind === 'consecutive') {
      this.#callCount++
      this.#failureCount = isFailure ? this.#failureCount + 1 : 0
      return this.#failureCount >= this.#rule.failures
    }
    this.#advance(nowUs)
    const place = this.#part % PART_COUNT
    this.#calls[place]! += 1
    this.#callCount++
    if (isFailure) {
      this.#failures[place]! += 1
      this.#failureCount++
    }
    // Judged after every call: the one that fills the minimum may well have succeeded.
    return (
      this.#callCount >= this.#rule.minimumCalls &&
      this.#failureCount >= this.#rule.failureRate * this.#callCount
    )
  }

  counts(nowUs: number): { readonly calls: number; readonly failures: number } {
    if (this.#rule.kind === 'sampling') this.#advance(nowUs)
    return { calls: this.#callCount, failures: this.#failureCount }
  }

  /** Lets go of the parts that have left the window. A clock that went back stands still for as long. */
  #advance(nowUs: number): void {
    const part = Math.floor(nowUs / this.#partUs)
    const passed = Math.min(PART_COUNT, part - this.#part)
    for (let step = 1; step <= passed; step++) {
      const place = (this.#part + step) % PART_COUNT
      this.#callCount -= this.#calls[place]!
      this.#failureCount -= this.#failures[place]!
      this.#calls[place] = 0
      this.#failures[place] = 0
    }
    if (part > this.#part) this.#part = part
  }
}
