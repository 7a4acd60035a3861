// Counts refusals that come in floods, and says now and then what to record of them.
import type { Clock } from '../kernel/index.ts'

/** Whoever floods gets one entry in so long. */
const ENTRY_INTERVAL_MS = 10_000
/** Flooders that are told apart at a time; past that others are not kept count of until one of these is quiet. */
const FLOODER_LIMIT_COUNT = 1_000

export type TallyCounts = Readonly<Record<string, number>>

/** `later`: counted for an entry to come; `never`: too many flood at once, so that nobody keeps count of this one. */
export type Tallied = 'later' | 'never'

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

  /** @returns what to record now, with this one among it */
  add(flooder: string, code: string, sample: Sample): TallyCounts | Tallied {
    const flood = this.#floods.get(flooder) ?? this.#open(flooder, sample)
    if (flood === undefined) return 'never'
    flood.sample = sample
    addTo(flood, code, 1)
    return this.#takeDue(flood) ?? 'later'
  }

  /** What was taken and could not be recorded is recorded with what comes. */
  giveBack(flooder: string, counts: TallyCounts): void {
    const flood = this.#floods.get(flooder)
    if (flood === undefined) return
    for (const [code, count] of Object.entries(counts)) addTo(flood, code, count)
  }

  /** What was counted and is due; everything that was counted when this is the end. */
  takeAll(isEnding: boolean): readonly { readonly counts: TallyCounts; readonly sample: Sample }[] {
    return [...this.#floods.values()].flatMap((flood) => {
      const counts = this.#takeDue(flood, isEnding)
      return counts === undefined ? [] : [{ counts, sample: flood.sample }]
    })
  }

  #open(flooder: string, sample: Sample): Flood<Sample> | undefined {
    if (this.#floods.size >= FLOODER_LIMIT_COUNT && !this.#forgetQuiet()) return undefined
    const flood: Flood<Sample> = { counts: new Map(), sample, entryMs: undefined }
    this.#floods.set(flooder, flood)
    return flood
  }

  /** Whoever is forgotten begins anew with an entry of their own, so that only who has been quiet for long enough may be. */
  #forgetQuiet(): boolean {
    for (const [flooder, flood] of this.#floods)
      if (flood.counts.size === 0 && this.#isDue(flood)) return this.#floods.delete(flooder)
    return false
  }

  #isDue({ entryMs }: Flood<Sample>): boolean {
    return entryMs === undefined || this.#clock.monotonicMs() - entryMs >= ENTRY_INTERVAL_MS
  }

  #takeDue(flood: Flood<Sample>, isEnding = false): TallyCounts | undefined {
    if ((!isEnding && !this.#isDue(flood)) || flood.counts.size === 0) return undefined
    flood.entryMs = this.#clock.monotonicMs()
    const counts = Object.fromEntries(flood.counts)
    flood.counts = new Map()
    return counts
  }
}

function addTo<Sample>({ counts }: Flood<Sample>, code: string, count: number): void {
  counts.set(code, (counts.get(code) ?? 0) + count)
}
