// Reads one source again and again: takes what changed, keeps the last good words when it cannot be read, and says which.
import { GuardFault } from '../errors.ts'
import type { GuardClock, GuardSink } from '../model.ts'
import { unknownVariant } from './evaluate.ts'
import type { SwitchSource, SwitchWord } from './model.ts'
import { readSwitchDocument } from './switch-terms.ts'
import type { CheckedDefinition } from './switch-terms.ts'

/** Longest reason that is kept of a lost source, in UTF-16 units. */
const REASON_LIMIT_LENGTH = 300

/** How a source stands. `absent` = it never had anything to say; `lost` = its last good words are in force. */
export interface SourceStatus {
  readonly name: string
  readonly state: 'good' | 'absent' | 'lost'
  readonly reason?: string
  /** Words that were not taken, each with its reason. */
  readonly refusals: readonly string[]
  readonly wordCount: number
}

export interface ReaderTerms {
  readonly source: SwitchSource
  readonly clock: GuardClock
  readonly sink: GuardSink
  readonly definitions: ReadonlyMap<string, CheckedDefinition>
  readonly readTimeoutMs: number
}

export class SourceReader {
  readonly #terms: ReaderTerms
  #words: ReadonlyMap<string, SwitchWord> = new Map()
  #bytes: Uint8Array | undefined
  #pending: Promise<Uint8Array | undefined> | undefined
  #lost: string | undefined
  #refusals: readonly string[] = []

  constructor(terms: ReaderTerms) {
    this.#terms = terms
  }

  get name(): string {
    return this.#terms.source.name
  }

  get words(): ReadonlyMap<string, SwitchWord> {
    return this.#words
  }

  /** The document that the words in force were taken from. */
  get lastGood(): Uint8Array | undefined {
    return this.#bytes
  }

  get status(): SourceStatus {
    const isAbsent = this.#bytes === undefined
    return {
      name: this.#terms.source.name,
      state: this.#lost !== undefined ? 'lost' : isAbsent ? 'absent' : 'good',
      ...(this.#lost === undefined ? {} : { reason: this.#lost }),
      refusals: this.#refusals,
      wordCount: this.#words.size,
    }
  }

  /** Puts in what an earlier process kept, until the source itself is read. */
  restore(bytes: Uint8Array): void {
    this.#take(bytes)
  }

  /** Never rejects. @returns whether the document changed */
  async read(): Promise<boolean> {
    let bytes: Uint8Array | undefined
    try {
      bytes = await this.#readInTime()
      if (bytes === undefined && this.#bytes !== undefined)
        throw new Error('it is gone; write an empty document to take its words back')
      const isChanged = bytes !== undefined && !isSame(bytes, this.#bytes)
      if (bytes !== undefined && isChanged) this.#take(bytes)
      this.#find()
      return isChanged
    } catch (error) {
      this.#lose(error instanceof Error ? error.message : String(error))
      return false
    }
  }

  /** A read that hangs is waited for once and not started again beside itself. */
  async #readInTime(): Promise<Uint8Array | undefined> {
    const { source, clock, readTimeoutMs } = this.#terms
    this.#pending ??= source.read().finally(() => {
      this.#pending = undefined
    })
    const late = clock.wait(readTimeoutMs).then(() => {
      throw new Error(`it was not read within ${readTimeoutMs} ms`)
    })
    late.catch(() => undefined)
    // The loser of the race may still reject.
    this.#pending.catch(() => undefined)
    return Promise.race([this.#pending, late])
  }

  /** @throws GUARD_SWITCH_DOCUMENT_INVALID and changes nothing then */
  #take(bytes: Uint8Array): void {
    const { words, refused, problems } = readSwitchDocument(bytes)
    const { definitions } = this.#terms
    const taken = new Map<string, SwitchWord>()
    const refusals = [...problems]
    const kept = new Set(refused)
    for (const [name, word] of words) {
      const definition = definitions.get(name)
      const unknown = definition && unknownIn(definition, word)
      if (unknown !== undefined)
        refusals.push(
          `${name}: its rule names a variant nobody declared (${unknown.slice(0, 100)})`,
        )
      if (definition === undefined) refusals.push(`${name}: nobody declared this switch`)
      // Without its rule, what was meant for a few would be on for everybody.
      else if (unknown !== undefined && definition.kind === 'flag') kept.add(name)
      else taken.set(name, word)
    }
    for (const name of kept) {
      const last = this.#words.get(name)
      if (last !== undefined) taken.set(name, last)
    }
    this.#words = taken
    this.#bytes = bytes
    const isNews = refusals.length > 0 && refusals.join('\n') !== this.#refusals.join('\n')
    this.#refusals = refusals
    if (isNews)
      this.#terms.sink({
        type: 'switch.words-refused',
        source: this.#terms.source.name,
        reasons: refusals,
      })
  }

  #lose(reason: string): void {
    const isNews = this.#lost === undefined
    this.#lost = reason.slice(0, REASON_LIMIT_LENGTH)
    if (isNews)
      this.#terms.sink({
        type: 'switch.source-lost',
        source: this.#terms.source.name,
        reason: this.#lost,
      })
  }

  #find(): void {
    if (this.#lost === undefined) return
    this.#lost = undefined
    this.#terms.sink({ type: 'switch.source-back', source: this.#terms.source.name })
  }
}

/** A variant that nobody declared, in a rule that would hold now or later; a rule of what is off holds for nobody. */
function unknownIn(definition: CheckedDefinition, word: SwitchWord): string | undefined {
  const rules = [word, ...(word.after === undefined ? [] : [word.after])].flatMap(
    ({ state, rule }) => (state === 'on' && rule !== undefined ? [rule] : []),
  )
  return rules.map((rule) => unknownVariant(definition, rule)).find((each) => each !== undefined)
}

/** @throws GUARD_SWITCH_INVALID */
export function assertSourceNames(sources: readonly SwitchSource[]): void {
  const names = sources.map(({ name }) => name)
  if (
    new Set(names).size !== names.length ||
    names.includes('boot') ||
    names.includes('environment')
  )
    throw new GuardFault(
      'GUARD_SWITCH_INVALID',
      `expected sources of different names, none of them boot or environment, got ${names.join(', ')}`,
    )
}

function isSame(left: Uint8Array, right: Uint8Array | undefined): boolean {
  if (left.length !== right?.length) return false
  for (let at = 0; at < left.length; at++) if (left[at] !== right[at]) return false
  return true
}
