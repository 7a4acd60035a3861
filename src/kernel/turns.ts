// So many pieces of work at a time; whoever ends hands its place over.
export class Turns {
  #freeCount: number
  readonly #waiting: (() => void)[] = []

  constructor(limitCount: number) {
    this.#freeCount = limitCount
  }

  /** Begins the work when it is its turn: in the order in which they came. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#freeCount > 0) this.#freeCount -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#freeCount += 1
      else next()
    }
  }
}
