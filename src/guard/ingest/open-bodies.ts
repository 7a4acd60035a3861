// Ends bodies whose time is over while nothing comes: a sender who falls silent sends nothing at which the clock could be read.
import type { GuardClock } from '../model.ts'

export interface OpenBody {
  readonly untilUs: number
  stop(): void
}

type WaitingClock = Pick<GuardClock, 'monotonicUs' | 'wait'>

const known = new WeakMap<object, OpenBodies>()

/** One set for each guard, whose bodies all have the same time. */
export function openBodiesOf(guard: { readonly clock: WaitingClock }): OpenBodies {
  const found = known.get(guard) ?? new OpenBodies(guard.clock)
  known.set(guard, found)
  return found
}

/** Keeps one timer for all bodies, not one for each. */
export class OpenBodies {
  readonly #clock: WaitingClock
  /** Oldest first, as sets keep their order. */
  readonly #open = new Set<OpenBody>()
  #isWatching = false

  constructor(clock: WaitingClock) {
    this.#clock = clock
  }

  add(body: OpenBody): void {
    this.#open.add(body)
    if (this.#isWatching) return
    // A clock that cannot wait leaves the time to be read with each piece that comes.
    this.#watch().catch(() => undefined)
  }

  delete(body: OpenBody): void {
    this.#open.delete(body)
  }

  async #watch(): Promise<void> {
    this.#isWatching = true
    try {
      for (let oldest = this.#oldest(); oldest !== undefined; oldest = this.#oldest()) {
        const leftMs = (oldest.untilUs - this.#clock.monotonicUs()) / 1_000
        if (leftMs > 0) await this.#clock.wait(Math.ceil(leftMs))
        else {
          this.#open.delete(oldest)
          stopQuietly(oldest)
        }
      }
    } finally {
      this.#isWatching = false
    }
  }

  #oldest(): OpenBody | undefined {
    const [oldest] = this.#open
    return oldest
  }
}

/** An answer that somebody else has begun cannot be given again; the other bodies are watched on all the same. */
function stopQuietly(body: OpenBody): void {
  try {
    body.stop()
  } catch {
    // Nobody is left to be told.
  }
}
