// A loop's wait that ends early when somebody rings.
import type { Clock } from './ports.ts'

export class Doorbell {
  #isRung = false
  #waiting: AbortController | undefined

  /** Ends the wait under way, or the next one at once. */
  ring(): void {
    this.#isRung = true
    this.#waiting?.abort()
  }

  /** Resolves after `ms`, or as soon as somebody rings; a ring is used up by it. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (!this.#isRung) {
      const waiting = new AbortController()
      this.#waiting = waiting
      // The only way for it to reject is the ring.
      await clock.sleep(ms, waiting.signal).catch(() => undefined)
      this.#waiting = undefined
    }
    this.#isRung = false
  }
}
