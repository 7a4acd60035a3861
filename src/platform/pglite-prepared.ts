// Remembers which statements the engine has parsed, because parsing costs more than running most of them.
import { protocol } from '@electric-sql/pglite'

/** Statements kept parsed at most; one more and all are forgotten before the next transaction. */
const PREPARED_LIMIT = 256

export class PreparedTexts {
  /** True when what is remembered must not be used; the next transaction begins after `forget`. */
  isStale = false
  readonly #names = new Map<string, string>()
  #lastName = 0

  nameOf(text: string): string | undefined {
    return this.isStale ? undefined : this.#names.get(text)
  }

  /** Never used before, so that no other statement can be meant. */
  nextName(): string {
    return `s${++this.#lastName}`
  }

  /** After the statement ran. */
  keep(text: string, name: string): void {
    this.#names.set(text, name)
    if (this.#names.size >= PREPARED_LIMIT) this.isStale = true
  }

  /** The message that makes the engine forget too. */
  forget(): Uint8Array {
    this.isStale = false
    this.#names.clear()
    return protocol.serialize.query('deallocate all')
  }
}
