// What was asked for and not answered: whoever presses again asks for the very same thing, and it is done once.

/** The oldest goes first; only what nothing answered stays at all. */
const KEPT_LIMIT_COUNT = 100

/** How whoever asks tells that nobody knows what became of a request, from being refused. */
export type SilenceJudge = (thrown: unknown) => boolean

export interface Asked {
  readonly method: string
  readonly path: string
  readonly body?: Uint8Array
}

interface Intention {
  readonly asked: Asked
  readonly key: string
}

/** Idempotency keys: one for each thing that is wanted, and the same one until it was answered. */
export class Intentions {
  readonly #newKey: () => string
  readonly #isSilence: SilenceJudge
  #open: readonly Intention[] = []
  readonly #held = new Set<string>()

  /** @param newKey a random one that nobody guesses */
  constructor(newKey: () => string, isSilence: SilenceJudge) {
    this.#newKey = newKey
    this.#isSilence = isSilence
  }

  keyOf(asked: Asked): string {
    const known = this.#open.find((each) => isSame(each.asked, asked))
    if (known !== undefined) return known.key
    const key = this.#newKey()
    this.#open = [...this.#open, { asked, key }].slice(-KEPT_LIMIT_COUNT)
    return key
  }

  /** It was answered: asked once more, it is another thing. */
  settle(asked: Asked): void {
    if (this.#held.has(asked.path)) return
    this.#open = this.#open.filter((each) => !isSame(each.asked, asked))
  }

  /**
   * Steps of one press: where a later one is not answered, the earlier ones are not done again either.
   * @param paths of the steps
   */
  async together<T>(paths: readonly string[], steps: () => Promise<T>): Promise<T> {
    for (const path of paths) this.#held.add(path)
    let isOver = true
    try {
      return await steps()
    } catch (thrown) {
      isOver = !this.#isSilence(thrown)
      throw thrown
    } finally {
      for (const path of paths) this.#held.delete(path)
      if (isOver) this.#open = this.#open.filter(({ asked }) => !paths.includes(asked.path))
    }
  }

  /** For whoever leaves. */
  forget(): void {
    this.#open = []
  }
}

/** What was made to be sent, such as something signed: sent again as it was until it is answered. */
export class Unsent<T> {
  readonly #isSilence: SilenceJudge
  readonly #kept = new Map<string, T>()

  constructor(isSilence: SilenceJudge) {
    this.#isSilence = isSilence
  }

  /** @param intention names what is wanted, by whom and about what */
  async once<R>(
    intention: readonly unknown[],
    make: () => Promise<T>,
    send: (made: T) => Promise<R>,
  ): Promise<R> {
    const name = JSON.stringify(intention)
    const made = this.#kept.get(name) ?? (await make())
    this.#kept.set(name, made)
    try {
      const answer = await send(made)
      this.#kept.delete(name)
      return answer
    } catch (thrown) {
      if (!this.#isSilence(thrown)) this.#kept.delete(name)
      throw thrown
    }
  }
}

function isSame(one: Asked, other: Asked): boolean {
  if (one.method !== other.method || one.path !== other.path) return false
  const [first = NO_BYTES, second = NO_BYTES] = [one.body, other.body]
  return first.length === second.length && first.every((byte, at) => byte === second[at])
}

const NO_BYTES = new Uint8Array(0)
