// Seeded request traffic, one number a second: chance, the shapes the anomaly guard was tuned on, and what is added to them.

/** Uniform numbers from 0 (included) to 1 (left out). */
export type Chance = () => number

/** Mulberry32: small, and the same on every machine. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function normalFrom(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance())
}

export function exponentialFrom(chance: Chance, mean: number): number {
  return -mean * Math.log(1 - chance())
}

/** Mean `mean`; the smaller `shape` (above 1), the heavier the tail. */
export function paretoFrom(chance: Chance, shape: number, mean: number): number {
  return ((mean * (shape - 1)) / shape) * (1 - chance()) ** (-1 / shape)
}

/** Marsaglia and Tsang, with their boost for shapes below 1. */
export function gammaFrom(chance: Chance, shape: number, mean: number): number {
  if (shape < 1)
    return gammaFrom(chance, shape + 1, (mean * (shape + 1)) / shape) * chance() ** (1 / shape)
  const d = shape - 1 / 3
  for (;;) {
    const x = normalFrom(chance)
    const v = (1 + x / Math.sqrt(9 * d)) ** 3
    if (v > 0 && Math.log(1 - chance()) < x * x * 0.5 + d - d * v + d * Math.log(v))
      return (d * v * mean) / shape
  }
}

/** A count of events whose mean is `mean`. Above 60 the normal distribution is near enough. */
export function poissonFrom(chance: Chance, mean: number): number {
  if (mean > 60) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normalFrom(chance)))
  const bound = Math.exp(-mean)
  let count = -1
  for (let product = 1; product > bound; product *= chance()) count++
  return Math.max(0, count)
}

/** How soon a tenfold burst has to be found: within 5, 10 or 15 s. */
export type TrafficClass = 'steady' | 'heavy-tailed' | 'on/off'

export interface TrafficKind {
  readonly name: string
  readonly shape: TrafficClass
  /** Requests expected in each second, before chance makes whole numbers of them. */
  rates(chance: Chance, ticks: number): Float64Array
}

function ratesFrom(ticks: number, rateAt: (tick: number) => number): Float64Array {
  return Float64Array.from({ length: ticks }, (_, tick) => rateAt(tick))
}

export function aKind(
  name: string,
  shape: TrafficClass,
  make: (chance: Chance) => (tick: number) => number,
): TrafficKind {
  return { name, shape, rates: (chance, ticks) => ratesFrom(ticks, make(chance)) }
}

/** Random dwell times in two or more states. */
export function switching(
  chance: Chance,
  states: readonly { readonly rate: number; readonly dwellS: number }[],
  dwell: (chance: Chance, meanS: number) => number = exponentialFrom,
): (tick: number) => number {
  let state = 0
  let leavesAt = dwell(chance, states[0]!.dwellS)
  return (tick) => {
    while (tick >= leavesAt) {
      state = (state + 1 + Math.floor(chance() * (states.length - 1))) % states.length
      leavesAt += Math.max(1, dwell(chance, states[state]!.dwellS))
    }
    return states[state]!.rate
  }
}

const DAY_S = 86_400

/** What the guard's constants were chosen on. */
export const TUNING_TRAFFIC: readonly TrafficKind[] = [
  aKind('Poisson 20/s', 'steady', () => () => 20),
  aKind('Poisson 500/s', 'steady', () => () => 500),
  aKind('over-dispersed 20/s', 'steady', (chance) => () => gammaFrom(chance, 2, 20)),
  aKind('heavy-tailed 20/s', 'heavy-tailed', (chance) => () => paretoFrom(chance, 1.8, 20)),
  aKind('sparse 0.3/s', 'steady', () => () => 0.3),
  aKind('on/off 6 to 60/s, 30 s each', 'on/off', () => (t) => (t % 60 < 30 ? 6 : 60)),
  aKind('batch +40/s for 8 s every 5 min', 'steady', () => (t) => (t % 300 < 292 ? 20 : 60)),
  aKind(
    'daily season 8 to 32/s',
    'steady',
    () => (t) => 20 - 12 * Math.cos((2 * Math.PI * t) / DAY_S),
  ),
  aKind('cold start at 10 times for a minute', 'steady', () => (t) => (t < 60 ? 200 : 20)),
]

export const TUNING_SEEDS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** Whole requests of each second. */
export function countsOf(rates: Float64Array, chance: Chance): Float64Array {
  return rates.map((rate) => poissonFrom(chance, rate))
}

export interface Change {
  readonly fromTick: number
  readonly toTick: number
  readonly factor: number
  /** `level` multiplies what there is at that moment; `mean` adds so much that the mean of the whole is multiplied. */
  readonly of: 'level' | 'mean'
}

/** The same rates with a burst or a lasting shift in them. */
export function changedRates(
  rates: Float64Array,
  { fromTick, toTick, factor, of }: Change,
): Float64Array {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length
  return rates.map((rate, tick) => {
    if (tick < fromTick || tick >= toTick) return rate
    return of === 'level' ? rate * factor : rate + mean * (factor - 1)
  })
}
