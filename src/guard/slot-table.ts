// A bounded table from keys to two numbers each, kept in flat arrays: a million keys without a million objects.

/** First size of the arrays; they double from there. */
const FIRST_SIZE = 1_024
/** Entries looked at on each insertion to make room of what has run out. */
const SWEEP_COUNT = 4

/**
 * Entries that `isSpent` says of can be forgotten at any time without changing an answer. What is not spent is never
 * pushed out: a flood of new keys must not buy an old one a fresh start.
 */
export class SlotTable {
  readonly #slots = new Map<string, number>()
  readonly #limit: number
  readonly #isSpent: (first: number, second: number, now: number) => boolean
  readonly #free: number[] = []
  #usedCount = 0
  #hand: MapIterator<[string, number]> = this.#slots.entries()
  first = new Float64Array(FIRST_SIZE)
  /** Empty for tables of one number each. */
  second: Float64Array

  constructor(
    limit: number,
    numberCount: 1 | 2,
    isSpent: (first: number, second: number, now: number) => boolean,
  ) {
    this.#limit = limit
    this.#isSpent = isSpent
    this.second = new Float64Array(numberCount === 2 ? FIRST_SIZE : 0)
  }

  /** Keys held now. */
  get size(): number {
    return this.#slots.size
  }

  /** Place of a key in `first` and `second`; undefined when it is not there. */
  find(key: string): number | undefined {
    return this.#slots.get(key)
  }

  /** A place for a new key, both numbers 0; undefined when the table is full of entries that still count. */
  insert(key: string, now: number): number | undefined {
    this.#sweep(now, SWEEP_COUNT)
    if (this.#slots.size >= this.#limit) this.#sweep(now, SWEEP_COUNT * SWEEP_COUNT)
    if (this.#slots.size >= this.#limit) return undefined
    const slot = this.#free.pop() ?? this.#usedCount++
    if (slot >= this.first.length) this.#grow()
    this.first[slot] = 0
    if (this.second.length > 0) this.second[slot] = 0
    this.#slots.set(key, slot)
    return slot
  }

  delete(key: string): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    this.#slots.delete(key)
    this.#free.push(slot)
  }

  *entries(): Generator<readonly [key: string, slot: number]> {
    yield* this.#slots
  }

  // The hand goes round the keys a few at a time, so no call pays for the whole table.
  #sweep(now: number, count: number): void {
    for (let looked = 0; looked < count; looked++) {
      const { value, done } = this.#hand.next()
      if (done === true) {
        this.#hand = this.#slots.entries()
        continue
      }
      const [key, slot] = value
      if (this.#isSpent(this.first[slot]!, this.second[slot] ?? 0, now)) this.delete(key)
    }
  }

  #grow(): void {
    const size = Math.min(this.first.length * 2, Math.max(this.#limit, FIRST_SIZE))
    const first = new Float64Array(size)
    first.set(this.first)
    this.first = first
    if (this.second.length === 0) return
    const second = new Float64Array(size)
    second.set(this.second)
    this.second = second
  }
}
