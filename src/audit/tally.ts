// Counts refusals that come in floods, and says now and then what to record of them.
import type { Clock } from '../kernel/index.ts'

/** Whoever floods gets one entry in so long. */
const ENTRY_INTERVAL_MS = 10_000
/** Flooders that are told apart at a time; past that the one who was heard of first is forgotten. */
const FLOODER_LIMIT_COUNT = 1_000

export type TallyCounts = Readonly<Record<string, number>>

interface Flood<Sample> {
  counts: Map<string, number>
  /** The last one of those that are counted. */
  sample: Sample
  entryMs: number | undefined
}

export class RefusalTally<Sample> {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #floods = new Map<string, Flood<Sample>>()

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** @returns what to record now, with this one among it; undefined while it is only counted */
  add(flooder: string, code: string, sample: Sample): TallyCounts | undefined {
    const flood = this.#floods.get(flooder) ?? this.#open(flooder, sample)
    flood.sample = sample
    flood.counts.set(code, (flood.counts.get(code) ?? 0) + 1)
    return this.#takeDue(flood)
  }

  /** What was counted and is due; everything that was counted when this is the end. */
  takeAll(isEnding: boolean): readonly { readonly counts: TallyCounts; readonly sample: Sample }[] {
    return [...this.#floods.values()].flatMap((flood) => {
      const counts = this.#takeDue(flood, isEnding)
      return counts === undefined ? [] : [{ counts, sample: flood.sample }]
    })
  }

  #open(flooder: string, sample: Sample): Flood<Sample> {
    const [first] = this.#floods.keys()
    if (this.#floods.size >= FLOODER_LIMIT_COUNT && first !== undefined) this.#floods.delete(first)
    const flood: Flood<Sample> = { counts: new Map(), sample, entryMs: undefined }
    this.#floods.set(flooder, flood)
    return flood
  }

  #takeDue(flood: Flood<Sample>, isEnding = false): TallyCounts | undefined {
    const nowMs = this.#clock.monotonicMs()
    const isDue =
      flood.entryMs === undefined || isEnding || nowMs - flood.entryMs >= ENTRY_INTERVAL_MS
    if (!isDue || flood.counts.size === 0) return undefined
    flood.entryMs = nowMs
    const counts = Object.fromEntries(flood.counts)
    flood.counts = new Map()
    return counts
  }
}
