// Traffic that the anomaly guard's constants were not chosen on: written down before its second rule was, looked at once.
import { aKind, normalFrom, paretoFrom, switching } from './traffic.ts'
import type { Chance, TrafficKind } from './traffic.ts'

export const SECOND_HELD_BACK_SEEDS: readonly number[] = [
  77_001, 77_002, 77_003, 77_004, 77_005, 77_006, 77_007, 77_008, 77_009, 77_010,
]

/** Log-normal with a long memory. */
function drifting(chance: Chance): (tick: number) => number {
  let level = normalFrom(chance)
  return () => {
    level = 0.95 * level + Math.sqrt(1 - 0.95 ** 2) * normalFrom(chance)
    return 40 * Math.exp(0.7 * level - 0.245)
  }
}

/** Each request leads to 0.85 others on average. */
function cascading(chance: Chance): (tick: number) => number {
  let echo = 30
  return () => {
    const rate = 6 + echo
    const shown = Math.max(0, rate + Math.sqrt(rate) * normalFrom(chance))
    echo = echo * 0.5 + shown * 0.425
    return rate
  }
}

/** Sessions of three requests a second, the longest of which last hours. */
function longSessions(chance: Chance): (tick: number) => number {
  const ends: number[] = Array.from({ length: 10 }, () => paretoFrom(chance, 1.2, 100))
  return (tick) => {
    if (chance() < 0.1) ends.push(tick + paretoFrom(chance, 1.2, 100))
    for (let index = ends.length - 1; index >= 0; index--)
      if (ends[index]! < tick) ends.splice(index, 1)
    return 3 * ends.length
  }
}

/** Something heavy that runs about every ten minutes. */
function heavyJobs(chance: Chance): (tick: number) => number {
  let endsAt = 0
  return (tick) => {
    if (tick >= endsAt + 60 && chance() < 1 / 540) endsAt = tick + 10 + 30 * chance()
    return tick < endsAt ? 190 : 40
  }
}

export const SECOND_HELD_BACK_TRAFFIC: readonly TrafficKind[] = [
  aKind('Poisson 70/s', 'steady', () => () => 70),
  aKind('Poisson 2/s', 'steady', () => () => 2),
  aKind('log-normal 0.7, long memory', 'heavy-tailed', drifting),
  aKind('Pareto 1.6, 60/s', 'heavy-tailed', (chance) => () => paretoFrom(chance, 1.6, 60)),
  aKind('Weibull 0.5, 40/s', 'heavy-tailed', (chance) => () => 20 * Math.log(1 - chance()) ** 2),
  aKind('on/off 10 to 100/s, random dwell', 'on/off', (chance) =>
    switching(chance, [
      { rate: 10, dwellS: 20 },
      { rate: 100, dwellS: 40 },
    ]),
  ),
  aKind('on/off 5 to 70/s, heavy-tailed dwell', 'on/off', (chance) =>
    switching(
      chance,
      [
        { rate: 5, dwellS: 40 },
        { rate: 70, dwellS: 40 },
      ],
      (each, meanS) => paretoFrom(each, 1.5, meanS),
    ),
  ),
  aKind('on/off 2 to 120/s, 90 s of 330', 'on/off', () => (t) => (t % 330 < 240 ? 2 : 120)),
  aKind('four states 5 to 160/s', 'on/off', (chance) =>
    switching(chance, [
      { rate: 5, dwellS: 60 },
      { rate: 30, dwellS: 120 },
      { rate: 80, dwellS: 40 },
      { rate: 160, dwellS: 20 },
    ]),
  ),
  aKind('jobs +150/s for 10 to 40 s', 'steady', heavyJobs),
  aKind('5 s of 100/s twice a minute', 'on/off', () => (t) => (t % 30 < 5 ? 100 : 10)),
  aKind('saw tooth of a minute to 60/s', 'steady', () => (t) => 10 + (50 * (t % 60)) / 60),
  aKind(
    'wave of 10 minutes, 4 to 76/s',
    'steady',
    () => (t) => 40 - 36 * Math.cos((2 * Math.PI * t) / 600),
  ),
  aKind('cascades of 0.85', 'steady', cascading),
  aKind('sessions with infinite variance', 'steady', longSessions),
  aKind(
    'two jobs, 5 min and 1 h',
    'steady',
    () => (t) => 30 + (t % 300 < 6 ? 60 : 0) + (t % 3_600 > 3_400 && t % 3_600 < 3_440 ? 200 : 0),
  ),
  aKind('decline by 4 in 2 h', 'steady', () => (t) => 80 * 4 ** (-t / 7_200)),
  aKind('ten first minutes of 5 times', 'steady', () => (t) => (t < 600 ? 125 : 25)),
  aKind('new tenant that grows to 50/s', 'steady', () => (t) => Math.min(50, 1 + t / 36)),
  aKind('silent a third of each hour', 'steady', () => (t) => (t % 3_600 < 1_200 ? 0 : 35)),
]
