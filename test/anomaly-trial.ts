// Plays traffic of known bursts to detectors of abnormal rates and measures what they make of it.
import { closeSecond, passIdle } from '../src/guard/anomaly/watch.ts'
import type { WatchTerms } from '../src/guard/anomaly/watch.ts'
import { newRow, SEASON_COUNT } from '../src/guard/anomaly/row.ts'
import { changedRates, countsOf, seededChance } from './traffic.ts'
import type { Change, TrafficKind } from './traffic.ts'

/** Told each second's count, says whether the tenant is throttled after it. */
export type Detector = (count: number) => boolean

/** Rolling mean and variance of the last 60 seconds, the newest included: what text books say. */
export function naiveDetector(): Detector {
  const recent: number[] = []
  return (count) => {
    recent.push(count)
    if (recent.length > 60) recent.shift()
    const mean = recent.reduce((sum, each) => sum + each, 0) / recent.length
    const variance = recent.reduce((sum, each) => sum + (each - mean) ** 2, 0) / recent.length
    return recent.length > 10 && count - mean > 3 * Math.sqrt(variance)
  }
}

/** The combined rule this guard began from: clipped exponential mean and variance, frozen for at most 120 s. */
export function combinedDetector(): Detector {
  let [mean, variance, age, held, calm] = [0, 0, 0, 0, 0]
  let isThrottled = false
  const recent: number[] = []
  const adapt = (count: number): void => {
    const step = Math.max(1 / 300, 1 / (age + 1))
    const spread = Math.sqrt(Math.max(variance, mean, 1))
    const seen = age > 30 ? Math.min(count, mean + 6 * spread) : count
    const away = seen - mean
    mean += step * away
    variance = (1 - step) * (variance + step * away * away)
    age++
  }
  return (count) => {
    recent.push(count)
    if (recent.length > 5) recent.shift()
    const now = recent.reduce((sum, each) => sum + each, 0) / recent.length
    const z = (now - mean) / Math.sqrt(Math.max(variance, mean, 1) / 5)
    if (isThrottled) {
      held++
      calm = z < 3 || now < 2 * mean ? calm + 1 : 0
      if (calm >= 5) isThrottled = false
    } else if (age >= 120 && z > 6 && now > 3 * mean && now > mean + 10) {
      isThrottled = true
      held = 0
      calm = 0
    }
    if (!isThrottled || held > 120) adapt(count)
    return isThrottled
  }
}

export const TRIAL_TERMS: WatchTerms = { slackPerS: 10, newcomerPerS: Number.POSITIVE_INFINITY }
const QUARTER_S = 900

export function ourDetector(terms = TRIAL_TERMS): Detector {
  const row = newRow()
  let tick = 0
  let isThrottled = false
  let idle = 0
  return (count) => {
    const quarter = Math.floor(tick++ / QUARTER_S) % SEASON_COUNT
    // As in the guard, empty seconds are made up for; here at once, so that an end is seen when it happens.
    const turn =
      count === 0 && idle++ > 20
        ? passIdle(row, 1, quarter, terms)
        : closeSecond(row, count, quarter, terms)
    if (count > 0) idle = 0
    if (turn !== 'none') isThrottled = turn === 'began'
    return isThrottled
  }
}

export interface Trial {
  /** Share of seconds throttled without a burst, from the first second on. */
  readonly falseShare: number
  /** Seconds from a burst's begin to the throttle, 60 when it was missed; a second burst five minutes later beside it. */
  readonly detectS: number
  readonly secondDetectS: number
  /** Seconds from the burst's end to the end of the throttle. */
  readonly recoverS: number
  /** Seconds after a lasting fivefold shift until the last throttled one, in the half hour after it. */
  readonly releaseS: number
  /** How many seconds of that half hour were throttled. */
  readonly throttledS: number
}

const CLEAN_S = 7_200
const BURST_S = 60
const SECOND_AFTER_S = 360
const SHIFT_AFTER_S = 1_000

export interface TrialTerms {
  readonly kind: TrafficKind
  readonly seed: number
  readonly burst: Change['of']
  readonly detector: () => Detector
  readonly cleanS?: number
}

export function runTrial({ kind, seed, burst, detector, cleanS = CLEAN_S }: TrialTerms): Trial {
  const rates = kind.rates(seededChance(seed), cleanS)
  const clean = flagsOf(detector(), countsOf(rates, seededChance(seed + 1)))
  const base = rates.slice(0, CLEAN_S)
  // Each seed begins elsewhere in whatever period the traffic has.
  const burstAt = 3_900 + ((seed * 37) % 300)
  const secondAt = burstAt + SECOND_AFTER_S
  const shiftAt = burstAt + SHIFT_AFTER_S
  const first = { fromTick: burstAt, toTick: burstAt + BURST_S, factor: 10, of: burst }
  const second = { ...first, fromTick: secondAt, toTick: secondAt + BURST_S }
  const shift = { fromTick: shiftAt, toTick: CLEAN_S, factor: 5, of: 'level' } as const
  let changed = base
  for (const change of [first, second, shift]) {
    const kept = changedRates(base, change)
    changed = changed.map((rate, t) =>
      t >= change.fromTick && t < change.toTick ? kept[t]! : rate,
    )
  }
  const flags = flagsOf(detector(), countsOf(changed, seededChance(seed + 2)))
  const found = (from: number): number => {
    const at = flags.indexOf(1, from)
    return at < 0 || at >= from + BURST_S ? BURST_S : at - from + 1
  }
  const afterEnd = flags.indexOf(0, burstAt + BURST_S)
  const last = flags.lastIndexOf(1, shiftAt + 1_800)
  return {
    falseShare: clean.reduce((sum, flag) => sum + flag, 0) / clean.length,
    detectS: found(burstAt),
    secondDetectS: found(secondAt),
    recoverS: afterEnd < 0 ? CLEAN_S : afterEnd - burstAt - BURST_S,
    throttledS: flags.subarray(shiftAt, shiftAt + 1_800).reduce((sum, flag) => sum + flag, 0),
    releaseS: last < shiftAt ? 0 : last - shiftAt + 1,
  }
}

function flagsOf(detect: Detector, counts: Float64Array): Uint8Array {
  return Uint8Array.from(counts, (count) => (detect(count) ? 1 : 0))
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
