// Switches of one process: a frozen snapshot that requests read, and a loop that renews it within two seconds of any change.
import { GuardFault } from '../errors.ts'
import type { GuardClock, GuardSink } from '../model.ts'
import { quietSink } from '../wiring.ts'
import { evaluateSwitch, mergeWords } from './evaluate.ts'
import type { MergedSwitch } from './evaluate.ts'
import { ExpiryWatch } from './expiry.ts'
import type {
  LastGoodStore,
  SwitchAnswer,
  SwitchContext,
  SwitchDefinition,
  SwitchSource,
  SwitchState,
  SwitchWord,
} from './model.ts'
import { LastGoodWords } from './last-good.ts'
import { assertSourceNames, SourceReader } from './source-reader.ts'
import type { SourceStatus } from './source-reader.ts'
import { hashStably } from './stable-hash.ts'
import { checkSwitchDefinition, environmentWords, SWITCH_LIMIT_COUNT } from './switch-terms.ts'
import type { CheckedDefinition } from './switch-terms.ts'

/** Longest time between two looks, and how much chance goes into it either way: 1.2 s and a late read stay below 2 s. */
const POLL_LIMIT_MS = 1_000
const JITTER = 0.2
/** How long a source may take to answer. */
const READ_TIMEOUT_MS = 500
/** Between two looks that a change feed asks for: however much flaps, this process looks 20 times a second at most. */
const WAKE_SPACING_MS = 50
/** Changes told one by one per look; the rest of a flood shows in the snapshot. */
const TOLD_CHANGES_LIMIT_COUNT = 100

export interface SwitchTerms<Name extends string> {
  readonly definitions: Readonly<Record<Name, SwitchDefinition>>
  /** In order: the first with a rule gives the rule. Any of them can switch off. */
  readonly sources: readonly SwitchSource[]
  readonly clock: GuardClock
  /** Usually `process.env`; read once, see `environmentWords`. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly sink?: GuardSink
  readonly lastGood?: LastGoodStore
  /** 10 to 1,000; default 1,000. */
  readonly pollMs?: number
}

/** What holds now. Frozen; a new one replaces it when something changed. */
export interface SwitchSnapshot<Name extends string = string> {
  /** Counts up with each change. */
  readonly version: number
  readonly isOn: Readonly<Record<Name, boolean>>
}

export interface SwitchStatus {
  readonly switches: readonly {
    readonly name: string
    readonly kind: SwitchDefinition['kind']
    readonly state: SwitchState
    /** Source that decided, `environment`, or `boot`. */
    readonly by: string
  }[]
  readonly sources: readonly SourceStatus[]
}

export interface Switches<Name extends string = string> {
  /** Reads the sources a first time and goes on watching them. Never rejects: without any source the boot defaults hold. */
  start(): Promise<void>
  stop(): void
  /** Whether it is switched on at all; false for a name nobody declared. For the hot path. */
  isOn(name: Name): boolean
  readonly snapshot: SwitchSnapshot<Name>
  /** Who gets what. @throws GUARD_SWITCH_INVALID for a name nobody declared */
  evaluate(name: Name, context?: SwitchContext): SwitchAnswer
  /** Looks at every source now. Never rejects. */
  refresh(): Promise<void>
  status(): SwitchStatus
}

/** @throws GUARD_SWITCH_INVALID */
export function makeSwitches<Name extends string>(terms: SwitchTerms<Name>): Switches<Name> {
  return new SwitchBoard(terms)
}

class SwitchBoard<Name extends string> implements Switches<Name> {
  readonly #terms: SwitchTerms<Name>
  readonly #definitions = new Map<string, CheckedDefinition>()
  readonly #fixed: ReadonlyMap<string, SwitchWord>
  readonly #readers: readonly SourceReader[]
  readonly #expiry: ExpiryWatch
  readonly #lastGood: LastGoodWords
  readonly #sink: GuardSink
  readonly #pollMs: number
  #merged = new Map<string, MergedSwitch>()
  #snapshot: SwitchSnapshot<Name>
  #isOn: Readonly<Record<string, boolean>>
  #looking: Promise<void> | undefined
  #wake: (() => void) | undefined
  #isWoken = false
  #stop: (() => void) | undefined

  constructor(terms: SwitchTerms<Name>) {
    this.#terms = terms
    const entries = Object.entries<SwitchDefinition>(terms.definitions)
    if (entries.length > SWITCH_LIMIT_COUNT)
      throw new GuardFault(
        'GUARD_SWITCH_INVALID',
        `expected at most ${SWITCH_LIMIT_COUNT} switches, got ${entries.length}`,
      )
    for (const [name, given] of entries)
      this.#definitions.set(name, checkSwitchDefinition(name, given))
    this.#pollMs = terms.pollMs ?? POLL_LIMIT_MS
    if (!(this.#pollMs >= 10 && this.#pollMs <= POLL_LIMIT_MS))
      throw new GuardFault(
        'GUARD_SWITCH_INVALID',
        `expected pollMs from 10 to ${POLL_LIMIT_MS}, got ${this.#pollMs}`,
      )
    assertSourceNames(terms.sources)
    this.#fixed = environmentWords(this.#definitions.keys(), terms.environment ?? {})
    this.#sink = quietSink(terms.sink)
    this.#expiry = new ExpiryWatch(terms.clock)
    this.#readers = terms.sources.map(
      (source) =>
        new SourceReader({
          source,
          clock: terms.clock,
          sink: this.#sink,
          definitions: this.#definitions,
          readTimeoutMs: READ_TIMEOUT_MS,
        }),
    )
    const [readers, store] = [this.#readers, terms.lastGood]
    this.#lastGood = new LastGoodWords({ readers, store, clock: terms.clock, sink: this.#sink })
    for (const [name, merged] of this.#mergeAll()) this.#merged.set(name, merged)
    this.#snapshot = this.#freeze(0)
    this.#isOn = this.#snapshot.isOn
  }

  get snapshot(): SwitchSnapshot<Name> {
    return this.#snapshot
  }

  isOn(name: Name): boolean {
    return this.#isOn[name] === true
  }

  evaluate(name: Name, context?: SwitchContext): SwitchAnswer {
    const definition = this.#definitions.get(name)
    const merged = this.#merged.get(name)
    if (definition === undefined || merged === undefined)
      throw new GuardFault(
        'GUARD_SWITCH_INVALID',
        `nobody declared the switch ${JSON.stringify(name.slice(0, 100))}`,
      )
    return evaluateSwitch(name, definition, merged, context)
  }

  async start(): Promise<void> {
    if (this.#stop !== undefined) return
    let isStopped = false
    const wake = (): void => {
      this.#isWoken = true
      this.#wake?.()
    }
    const unwatch = this.#terms.sources.map((source) => source.watch?.(wake))
    this.#stop = () => {
      isStopped = true
      for (const each of unwatch) each?.()
      wake()
    }
    await this.#lastGood.restore()
    await this.refresh()
    this.#watch(() => isStopped).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      this.#sink({ type: 'switch.source-lost', source: 'watch', reason })
    })
  }

  stop(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  refresh(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  status(): SwitchStatus {
    return {
      switches: [...this.#merged].map(([name, { state, by }]) => ({
        name,
        kind: this.#definitions.get(name)!.kind,
        state,
        by,
      })),
      sources: this.#readers.map(({ status }) => status),
    }
  }

  async #watch(isStopped: () => boolean): Promise<void> {
    const { clock } = this.#terms
    const seed = String(clock.monotonicUs())
    for (let round = 0; !isStopped(); round++) {
      // Nodes that were started together do not ask together; the hash stands in for chance.
      const chance = hashStably(`${seed}/${round}`) / 2 ** 32
      const woken = new Promise<void>((resolve) => (this.#wake = resolve))
      if (!this.#isWoken)
        await Promise.race([woken, clock.wait(this.#pollMs * (1 + JITTER * (2 * chance - 1)))])
      if (this.#isWoken) await clock.wait(WAKE_SPACING_MS)
      this.#isWoken = false
      if (!isStopped()) await this.refresh()
    }
  }

  async #look(): Promise<void> {
    const changes = await Promise.all(this.#readers.map((reader) => reader.read()))
    this.#apply()
    if (changes.includes(true)) await this.#lastGood.keep()
  }

  #mergeAll(): Map<string, MergedSwitch> {
    this.#expiry.beginRound()
    const all = new Map<string, MergedSwitch>()
    for (const [name, definition] of this.#definitions) {
      const words: { source: string; word: SwitchWord }[] = []
      this.#readers.forEach((reader, index) => {
        const source = this.#terms.sources[index]!.name
        const word = reader.words.get(name)
        const held = word === undefined ? undefined : this.#expiry.holding(source, name, word)
        if (held !== undefined) words.push({ source, word: held })
      })
      const fixed = this.#fixed.get(name)
      if (fixed !== undefined) words.push({ source: 'environment', word: fixed })
      all.set(name, mergeWords(definition, words))
    }
    this.#expiry.endRound()
    return all
  }

  #apply(): void {
    const before = this.#merged
    const next = this.#mergeAll()
    const changed = [...next].filter(([name, { state, rule, by }]) => {
      const last = before.get(name)
      return last?.state !== state || last.rule !== rule || last.by !== by
    })
    if (changed.length === 0) return
    this.#merged = next
    this.#snapshot = this.#freeze(this.#snapshot.version + 1)
    this.#isOn = this.#snapshot.isOn
    for (const [name, { state, by }] of changed.slice(0, TOLD_CHANGES_LIMIT_COUNT))
      if (before.get(name)?.state !== state)
        this.#sink({ type: 'switch.changed', switch: name, state, by })
  }

  #freeze(version: number): SwitchSnapshot<Name> {
    // Without a prototype: no name reaches anything but a switch.
    const isOn: Record<string, boolean> = Object.create(null) as Record<string, boolean>
    for (const [name, { state }] of this.#merged) isOn[name] = state === 'on'
    return Object.freeze({ version, isOn: Object.freeze(isOn) as Readonly<Record<Name, boolean>> })
  }
}
