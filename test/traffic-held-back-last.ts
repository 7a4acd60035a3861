// Traffic that the anomaly guard's constants were not chosen on: written down before its last rule was, and not used since.
import { aKind, gammaFrom, normalFrom, paretoFrom, switching } from './traffic.ts'
import type { Chance, TrafficKind } from './traffic.ts'

export const LAST_HELD_BACK_SEEDS: readonly number[] = [
  41_001, 41_002, 41_003, 41_004, 41_005, 41_006, 41_007, 41_008, 41_009, 41_010,
]

/** A crowd of users who work, pause and come back; each asks for something every few seconds while working. */
function crowd(chance: Chance): (tick: number) => number {
  const until = Array.from({ length: 120 }, () => 300 * chance())
  const isWorking = until.map(() => chance() < 0.4)
  return (tick) => {
    let working = 0
    for (let user = 0; user < until.length; user++) {
      if (tick >= until[user]!) {
        isWorking[user] = !isWorking[user]
        until[user] = tick + paretoFrom(chance, 1.6, isWorking[user] ? 60 : 90)
      }
      if (isWorking[user]) working++
    }
    return working * 0.6
  }
}

/** A random walk in the logarithm, kept within a factor of four. */
function walk(chance: Chance): (tick: number) => number {
  let level = 0
  return () => {
    level = Math.max(-0.7, Math.min(0.7, level + 0.02 * normalFrom(chance)))
    return 40 * Math.exp(level)
  }
}

/** A queue worker: idle, then full speed until its backlog is gone. */
function backlog(chance: Chance): (tick: number) => number {
  let left = 0
  return () => {
    if (chance() < 1 / 150) left += paretoFrom(chance, 1.7, 1_500)
    const done = Math.min(left, 50)
    left -= done
    return 5 + done
  }
}

/** Pages that poll, all on the same beat, and people beside them. */
function beat(chance: Chance): (tick: number) => number {
  const phase = Math.floor(10 * chance())
  return (tick) => 8 + ((tick + phase) % 10 === 0 ? 220 : 0)
}

export const LAST_HELD_BACK_TRAFFIC: readonly TrafficKind[] = [
  aKind('Poisson 24/s', 'steady', () => () => 24),
  aKind('negative binomial 1.2, 30/s', 'steady', (chance) => () => gammaFrom(chance, 1.2, 30)),
  aKind('Pareto 1.5, 45/s', 'heavy-tailed', (chance) => () => paretoFrom(chance, 1.5, 45)),
  aKind(
    'log-normal 1, no memory',
    'heavy-tailed',
    (chance) => () => 30 * Math.exp(normalFrom(chance) - 0.5),
  ),
  aKind('120 users who pause', 'steady', crowd),
  aKind('random walk 20 to 80/s', 'steady', walk),
  aKind('queue worker with a backlog', 'on/off', backlog),
  aKind('poll every 10 s', 'on/off', beat),
  aKind('on/off 3 to 45/s, 15 s of 75', 'on/off', () => (t) => (t % 75 < 60 ? 3 : 45)),
  aKind('on/off 8 to 90/s, random dwell', 'on/off', (chance) =>
    switching(chance, [
      { rate: 8, dwellS: 100 },
      { rate: 90, dwellS: 60 },
    ]),
  ),
  aKind(
    'hourly report +90/s for 2 min',
    'steady',
    () => (t) => (t % 3_600 < 3_300 || t % 3_600 >= 3_420 ? 30 : 120),
  ),
  aKind(
    'deploys: double every 20 min for 5 min',
    'steady',
    () => (t) => (t % 1_200 < 900 ? 25 : 50),
  ),
]
