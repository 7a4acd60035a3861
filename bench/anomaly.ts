// What the anomaly guard finds, wrongly finds and lets go of, beside the textbook rule and the one it began from.
import { cpus, loadavg } from 'node:os'
import { makeAnomalyGuard } from '../src/guard/index.ts'
import { nodeGuardClock } from '../src/guard/node.ts'
import {
  combinedDetector,
  medianOf,
  naiveDetector,
  ourDetector,
  runTrial,
} from '../test/anomaly-trial.ts'
import type { Trial } from '../test/anomaly-trial.ts'
import { TUNING_SEEDS, TUNING_TRAFFIC } from '../test/traffic.ts'
import type { Change, TrafficKind } from '../test/traffic.ts'
import { HELD_BACK_SEEDS, HELD_BACK_TRAFFIC } from '../test/traffic-held-back.ts'
import {
  SECOND_HELD_BACK_SEEDS,
  SECOND_HELD_BACK_TRAFFIC,
} from '../test/traffic-held-back-again.ts'
import { LAST_HELD_BACK_SEEDS, LAST_HELD_BACK_TRAFFIC } from '../test/traffic-held-back-last.ts'

const DETECTORS = [
  ['naive z > 3', naiveDetector],
  ['combined rule', combinedDetector],
  ['Seaworthy', ourDetector],
] as const

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** `median (worst)`. */
function shown(trials: readonly Trial[], of: (trial: Trial) => number): string {
  const values = trials.map(of)
  return `${medianOf(values)} (${Math.max(...values)})`
}

function table(kinds: readonly TrafficKind[], seeds: readonly number[], burst: Change['of']): void {
  say(
    '| traffic | rule | false, % of seconds: mean (worst) | found after s | second burst s | over after s | 5 x shift let go after s | throttled of it s |',
  )
  say('| --- | --- | --- | --- | --- | --- | --- | --- |')
  for (const kind of kinds) {
    for (const [name, detector] of DETECTORS) {
      const trials = seeds.map((seed) => runTrial({ kind, seed, burst, detector }))
      const shares = trials.map(({ falseShare }) => 100 * falseShare)
      const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
      say(
        `| ${kind.name} | ${name} | ${mean.toFixed(3)} (${Math.max(...shares).toFixed(2)}) | ${shown(trials, (t) => t.detectS)} | ${shown(trials, (t) => t.secondDetectS)} | ${shown(trials, (t) => t.recoverS)} | ${shown(trials, (t) => t.releaseS)} | ${shown(trials, (t) => t.throttledS)} |`,
      )
    }
  }
}

const REQUESTS = 2_000_000
const TENANTS = 10_000
const SECONDS = 2_000_000
const ROUNDS = 5
const MEMORY_TENANTS = 20_000

/** Processor time counts: the machine may be shared. */
function perSecond(count: number, work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (count / (user + system)) * 1e6
}

function speeds(): void {
  const names = Array.from({ length: TENANTS }, (_, index) => `tenant-${index}`)
  const requests: number[] = []
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const guard = makeAnomalyGuard({ clock: nodeGuardClock })
    requests.push(
      perSecond(REQUESTS, () => {
        for (let index = 0; index < REQUESTS; index++) guard.observe(names[index % TENANTS]!)
      }),
    )
    const detect = ourDetector()
    ours.push(perSecond(SECONDS, () => drive(detect)))
    const combined = combinedDetector()
    theirs.push(perSecond(SECONDS, () => drive(combined)))
  }
  const shown = (values: readonly number[]): string => `${(medianOf(values) / 1e6).toFixed(1)} M/s`
  say(
    `\nRequests counted, ${TENANTS} tenants: ${shown(requests)}; seconds decided: ${shown(ours)}, combined rule ${shown(theirs)}`,
  )
}

function drive(detect: (count: number) => boolean): void {
  for (let second = 0; second < SECONDS; second++)
    detect(15 + ((Math.imul(second, 7_919) >>> 7) % 11))
}

function memory(): void {
  let us = 0
  const clock = { monotonicUs: () => us, epochMs: () => us / 1_000, wait: () => Promise.resolve() }
  const held = (): number => {
    globalThis.gc?.()
    globalThis.gc?.()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = held()
  const guard = makeAnomalyGuard({ clock, tenantLimit: MEMORY_TENANTS })
  for (let second = 0; second < 40; second++) {
    us = second * 1_000_000
    for (let index = 0; index < MEMORY_TENANTS; index++)
      guard.observe(`workspace-${index}-of-a-company`)
  }
  const bytes = (held() - before) / guard.size
  say(
    `Memory of a tenant, its name included: ${Math.round(bytes)} bytes${globalThis.gc === undefined ? ' (run with --expose-gc)' : ''}`,
  )
}

const SETS = {
  tuning: ['chosen on', TUNING_TRAFFIC, TUNING_SEEDS],
  first: ['held back at first, then used', HELD_BACK_TRAFFIC, HELD_BACK_SEEDS],
  second: [
    'held back from the second rule, then used',
    SECOND_HELD_BACK_TRAFFIC,
    SECOND_HELD_BACK_SEEDS,
  ],
  last: ['held back from the last rule', LAST_HELD_BACK_TRAFFIC, LAST_HELD_BACK_SEEDS],
} as const
const asked = Object.entries(SETS).filter(
  ([name]) => process.argv.length < 3 || process.argv.includes(name),
)
say(
  `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}, load ${loadavg()[0]?.toFixed(1)}`,
)
if (process.argv.includes('speed') || process.argv.length < 3) {
  memory()
  speeds()
}
for (const [, [what, kinds, seeds]] of asked) {
  for (const burst of ['mean', 'level'] as const) {
    say(
      `\nTraffic ${what}, burst of 10 times the ${burst}, median (worst) of ${seeds.length} seeds\n`,
    )
    table(kinds, seeds, burst)
  }
}
