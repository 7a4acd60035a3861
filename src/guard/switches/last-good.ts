// Keeps the documents that are in force, so that a process that starts while its sources are away begins with them.
import type { GuardClock, GuardSink } from '../model.ts'
import type { LastGoodStore } from './model.ts'
import type { SourceReader } from './source-reader.ts'

/** How long a look waits for the store: a disk that hangs must not keep anybody from the next flip. */
const WRITE_LIMIT_MS = 250
const READ_LIMIT_MS = 1_000

export interface LastGoodTerms {
  readonly readers: readonly SourceReader[]
  readonly store: LastGoodStore | undefined
  readonly clock: Pick<GuardClock, 'wait'>
  readonly sink: GuardSink
}

/** None of its calls rejects, and none takes longer than its limit: a store that fails is told of, and the words in force stay. */
export class LastGoodWords {
  readonly #terms: LastGoodTerms
  #isStale = false
  #writing: Promise<void> | undefined

  constructor(terms: LastGoodTerms) {
    this.#terms = terms
  }

  async restore(): Promise<void> {
    const { store, readers } = this.#terms
    if (store === undefined) return
    try {
      const kept: unknown = JSON.parse((await this.#inTime(store.read(), READ_LIMIT_MS)) ?? '{}')
      const texts = new Map<string, unknown>(Object.entries(kept ?? {}))
      for (const reader of readers) {
        const text = texts.get(reader.name)
        if (typeof text === 'string') reader.restore(new TextEncoder().encode(text))
      }
    } catch (error) {
      this.#tellLost(error)
    }
  }

  /** While a write is under way, the newest words follow it. */
  async keep(): Promise<void> {
    const { store } = this.#terms
    if (store === undefined) return
    this.#isStale = true
    this.#writing ??= this.#write(store).finally(() => {
      this.#writing = undefined
    })
    try {
      await this.#inTime(this.#writing, WRITE_LIMIT_MS)
    } catch (error) {
      this.#tellLost(error)
    }
  }

  async #write(store: LastGoodStore): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const texts = this.#terms.readers.flatMap(({ name, lastGood }): [string, string][] =>
        lastGood === undefined ? [] : [[name, new TextDecoder().decode(lastGood)]],
      )
      await store.write(JSON.stringify(Object.fromEntries(texts)))
    }
  }

  /** The loser of the race may still reject. */
  #inTime<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
    const late = this.#terms.clock.wait(limitMs).then(() => {
      throw new Error(`it did not answer within ${limitMs} ms`)
    })
    late.catch(() => undefined)
    work.catch(() => undefined)
    return Promise.race([work, late])
  }

  #tellLost(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    this.#terms.sink({ type: 'switch.source-lost', source: 'last-good', reason })
  }
}
