// Traffic held back at first: written down before the guard was, looked at once, and then used to make the guard better.
import { aKind, exponentialFrom, gammaFrom, normalFrom, paretoFrom, switching } from './traffic.ts'
import type { Chance, TrafficKind } from './traffic.ts'

export const HELD_BACK_SEEDS: readonly number[] = [
  9_001, 9_002, 9_003, 9_004, 9_005, 9_006, 9_007, 9_008, 9_009, 9_010,
]

/** Every request may lead to others soon after: retries, pages that load pages. */
function selfExciting(chance: Chance): (tick: number) => number {
  let echo = 0
  return () => {
    const rate = 10 + echo
    const shown = Math.max(0, rate + Math.sqrt(rate) * normalFrom(chance))
    echo = echo * 0.6 + shown * 0.2
    return rate
  }
}

/** Sessions of one request a second each, whose lengths have a heavy tail: long-range dependence. */
function sessions(chance: Chance): (tick: number) => number {
  const ends: number[] = Array.from({ length: 25 }, () => paretoFrom(chance, 1.5, 60))
  return (tick) => {
    for (
      let arrival = exponentialFrom(chance, 2);
      arrival < 1;
      arrival += exponentialFrom(chance, 2)
    )
      ends.push(tick + paretoFrom(chance, 1.5, 60))
    for (let index = ends.length - 1; index >= 0; index--)
      if (ends[index]! < tick) ends.splice(index, 1)
    return ends.length
  }
}

/** Log-normal noise that a second shares with the one before. */
function logNormal(chance: Chance, sigma: number, memory: number): (tick: number) => number {
  let level = 0
  return () => {
    level = memory * level + Math.sqrt(1 - memory * memory) * normalFrom(chance)
    return 25 * Math.exp(sigma * level - (sigma * sigma) / 2)
  }
}

/** A job that runs at irregular times. */
function jobs(chance: Chance): (tick: number) => number {
  let nextAt = 200 + exponentialFrom(chance, 400)
  let endsAt = 0
  return (tick) => {
    if (tick >= nextAt) {
      endsAt = tick + 5 + 20 * chance()
      nextAt = tick + 120 + exponentialFrom(chance, 400)
    }
    return tick < endsAt ? 100 : 25
  }
}

/** Clients that come back all at once for a few seconds, three times as many. */
function stampedes(chance: Chance): (tick: number) => number {
  let endsAt = 0
  return (tick) => {
    if (chance() < 1 / 240) endsAt = tick + 3
    return tick < endsAt ? 90 : 30
  }
}

export const HELD_BACK_TRAFFIC: readonly TrafficKind[] = [
  aKind('Poisson 35/s', 'steady', () => () => 35),
  aKind('Poisson 150/s', 'steady', () => () => 150),
  aKind('Poisson 5,000/s', 'steady', () => () => 5_000),
  aKind('gamma shape 0.7, 25/s', 'heavy-tailed', (chance) => () => gammaFrom(chance, 0.7, 25)),
  aKind('Pareto 1.4, 30/s', 'heavy-tailed', (chance) => () => paretoFrom(chance, 1.4, 30)),
  aKind('log-normal 0.9 with memory', 'heavy-tailed', (chance) => logNormal(chance, 0.9, 0.8)),
  aKind('self-exciting 20/s', 'steady', selfExciting),
  aKind('heavy-tailed sessions, 30/s', 'steady', sessions),
  aKind('on/off 4 to 80/s, random dwell', 'on/off', (chance) =>
    switching(chance, [
      { rate: 4, dwellS: 45 },
      { rate: 80, dwellS: 20 },
    ]),
  ),
  aKind('on/off 0 to 50/s, 2 min each', 'on/off', () => (t) => (t % 240 < 120 ? 0 : 50)),
  aKind('three states 10, 40, 90/s', 'on/off', (chance) =>
    switching(chance, [
      { rate: 10, dwellS: 90 },
      { rate: 40, dwellS: 60 },
      { rate: 90, dwellS: 15 },
    ]),
  ),
  aKind('jobs +75/s at irregular times', 'steady', jobs),
  aKind('cron: all of a minute in 2 s', 'on/off', () => (t) => (t % 60 < 2 ? 600 : 2)),
  aKind('stampedes 3 times for 3 s', 'steady', stampedes),
  aKind('growth by 4 in 2 h', 'steady', () => (t) => 20 * 4 ** (t / 7_200)),
  aKind('sparse 0.05/s', 'steady', () => () => 0.05),
  aKind('office hours, 6 days', 'steady', (chance) => {
    const busy = Array.from({ length: 6 }, () => 0.8 + 0.4 * chance())
    return (t) => {
      const hour = (t / 3_600) % 24
      const day = Math.floor(t / 86_400)
      const share = hour < 8 || hour > 18 ? 0.04 : hour > 12 && hour < 13 ? 0.4 : 1
      return 60 * share * (day % 7 > 4 ? 0.1 : busy[day % 6]!)
    }
  }),
]
