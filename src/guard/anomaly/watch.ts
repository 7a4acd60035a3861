// Decides second by second whether a tenant's rate is abnormal; what it learns from those that are not is in `baseline.ts`.
import { acceptLevel, learnHabit, learnSecond, passHabit, turnQuarter } from './baseline.ts'
import { logarithmOf } from './level-spread.ts'
import { ROW, RUN_S, SEASON_COUNT } from './row.ts'
import type { Row } from './row.ts'

/** Weight of the newest second in the pace and in the flow. */
const PACE_STEP = 1 / 6
const FLOW_STEP = 1 / 16
/** One second counts into the flow as at most so many times the busy pace: a lone peak is not a stream of them. */
const FLOW_CLIP = 16
/** The flow is abnormal above so many times the busy flow, the pace above the tenant's own factor. */
const FLOW_FACTOR = 2
/** And both above so many times what was seen at that time of day. */
const SEASON_FACTOR = 1.5
/** Seconds without any decision, and seconds until the factors have come down to their own. */
const FIRST_S = 30
const KNOWN_S = 300
const WARM_POWER = 0.8
/** An abnormal rate ends with so many calm seconds; one that is not costs two. */
const CALM_S = 6
const CALM_PACE_SHARE = 0.85
/** An episode that begins so soon after another goes on with it: on and off again is one burst, or one new level. */
const SAME_EPISODE_S = 180
const SHORTEST_HOLD_S = 62
const LONGEST_HOLD_S = 600
/** Of a tenant known for less time, nothing is held longer than a quarter of that time. */
const KNOWN_SHARE = 1 / 4
const FIRST_HOLD_S = 15
/** A run of seconds is abnormal when each is that far above what the pace may be, and above earlier runs. */
const RUN_FACTOR = 1.25
const RUN_BUSY_FACTOR = 1.5
/** What came back often enough may be exceeded by so much. */
const HABIT_FACTOR = 1.25
/** Empty seconds looked at one by one; after them only the means still fall. */
const IDLE_STEPS = 16

/** What one second changed. */
export type Turn = 'none' | 'began' | 'calm' | 'accepted'

export interface WatchTerms {
  /** A rate that is not above the busy one by that much is never abnormal. */
  readonly slackPerS: number
  /** Above it a tenant nobody knows yet is abnormal; Infinity = left alone. */
  readonly newcomerPerS: number
}

/** The pace above which a rate is abnormal now. */
export function abnormalAbovePerS(row: Row, { slackPerS, newcomerPerS }: WatchTerms): number {
  if (row[ROW.learned]! < FIRST_S) return Math.max(newcomerPerS, HABIT_FACTOR * row[ROW.habitPace]!)
  const busy = row[ROW.busyPace]!
  return Math.max(
    row[ROW.factor]! * warmth(row) * busy,
    busy + slackPerS,
    SEASON_FACTOR * seasonPerS(row),
    HABIT_FACTOR * row[ROW.habitPace]!,
  )
}

/** Within the least that every limit leaves: nearly every second is, and needs no limit worked out. */
function isPlain(row: Row, pace: number, run: number, slackPerS: number): boolean {
  const least = row[ROW.busyPace]! + slackPerS
  return pace <= least && run <= least && row[ROW.flow]! <= row[ROW.busyFlow]! + slackPerS
}

function isFlowAbnormal(row: Row, { slackPerS }: WatchTerms): boolean {
  const flow = row[ROW.flow]!
  const busy = row[ROW.busyFlow]!
  return (
    flow > busy + slackPerS &&
    flow > FLOW_FACTOR * warmth(row) * busy &&
    flow > SEASON_FACTOR * seasonPerS(row) &&
    flow > HABIT_FACTOR * row[ROW.habitFlow]!
  )
}

function isRunAbnormal(row: Row, run: number, above: number): boolean {
  return (
    run > RUN_FACTOR * above &&
    run > RUN_BUSY_FACTOR * row[ROW.busyRun]! &&
    run > HABIT_FACTOR * row[ROW.habitRun]!
  )
}

/** The less is known, the more is allowed. */
function warmth(row: Row): number {
  const learned = row[ROW.learned]!
  return learned >= KNOWN_S ? 1 : (KNOWN_S / learned) ** WARM_POWER
}

/** The most that earlier days saw around this time. */
function seasonPerS(row: Row): number {
  const quarter = row[ROW.quarter]!
  if (quarter < 0) return 0
  const next = quarter + 1 === SEASON_COUNT ? 0 : quarter + 1
  return Math.max(row[ROW.season + quarter]!, row[ROW.season + next]!, row[ROW.quarterBefore]!)
}

/** The pace as a rate. */
export function paceOf(row: Row): number {
  // Several times as fast as the power.
  return Math.exp(row[ROW.pace]! * Math.LN2) - 1
}

/** One second with `count` requests in it has ended, in that quarter of an hour of the day. */
export function closeSecond(row: Row, count: number, quarter: number, terms: WatchTerms): Turn {
  row[ROW.sinceRepeat]! += 1
  row[ROW.sinceEnd]! += 1
  if (row[ROW.habitLeft]! > 0) passHabit(row, 1)
  if (row[ROW.quarter] !== quarter) turnQuarter(row, quarter)
  const isKnown = row[ROW.learned]! >= FIRST_S
  row[ROW.pace]! += (logarithmOf(count) - row[ROW.pace]!) * PACE_STEP
  const clip = FLOW_CLIP * Math.max(row[ROW.busyPace]!, terms.slackPerS)
  row[ROW.flow]! += ((isKnown && count > clip ? clip : count) - row[ROW.flow]!) * FLOW_STEP
  const pace = paceOf(row)
  const run = noteRun(row, count)
  if (row[ROW.abnormal] === 0 && isKnown && isPlain(row, pace, run, terms.slackPerS)) {
    if (pace >= ACTIVE_PACE) learnSecond(row, pace, run)
    return 'none'
  }
  const above = abnormalAbovePerS(row, terms)
  if (row[ROW.abnormal] === 1) return goOn(row, count, pace, run, above)
  if (pace > above || isRunAbnormal(row, run, above) || (isKnown && isFlowAbnormal(row, terms))) {
    begin(row, pace, run)
    return 'began'
  }
  if (pace >= ACTIVE_PACE) learnSecond(row, pace, run)
  return 'none'
}

/** Below it nothing worth learning from came lately, in requests a second. */
const ACTIVE_PACE = 0.05

/** Seconds without a request: the same as closing each of them, at a bounded price. */
export function passIdle(row: Row, seconds: number, quarter: number, terms: WatchTerms): Turn {
  let turn: Turn = 'none'
  const steps = Math.min(seconds, IDLE_STEPS)
  for (let step = 0; step < steps; step++) {
    const next = closeSecond(row, 0, quarter, terms)
    if (next !== 'none') turn = next
  }
  const rest = seconds - steps
  if (rest > 0) {
    row[ROW.pace]! *= (1 - PACE_STEP) ** rest
    row[ROW.flow]! *= (1 - FLOW_STEP) ** rest
    row[ROW.sinceRepeat]! += rest
    row[ROW.sinceEnd]! += rest
    if (row[ROW.habitLeft]! > 0) passHabit(row, rest)
  }
  return turn
}

/** The fewest requests of the last few seconds. */
function noteRun(row: Row, count: number): number {
  const at = ROW.recent
  let least = count
  for (let index = at + RUN_S - 1; index > at; index--) {
    const earlier = row[index - 1]!
    row[index] = earlier
    if (earlier < least) least = earlier
  }
  row[at] = count
  return least
}

function begin(row: Row, pace: number, run: number): void {
  const isNew = row[ROW.sinceEnd]! > SAME_EPISODE_S
  row[ROW.abnormal] = 1
  row[ROW.calm] = 0
  row[ROW.held] = isNew ? 0 : row[ROW.held]!
  row[ROW.peak] = isNew ? pace : Math.max(pace, row[ROW.peak]!)
  row[ROW.flowPeak] = isNew ? row[ROW.flow]! : Math.max(row[ROW.flow]!, row[ROW.flowPeak]!)
  row[ROW.runPeak] = isNew ? run : Math.max(run, row[ROW.runPeak]!)
}

function goOn(row: Row, count: number, pace: number, run: number, above: number): Turn {
  row[ROW.held]! += 1
  if (pace > row[ROW.peak]!) row[ROW.peak] = pace
  if (row[ROW.flow]! > row[ROW.flowPeak]!) row[ROW.flowPeak] = row[ROW.flow]!
  if (run > row[ROW.runPeak]!) row[ROW.runPeak] = run
  row[ROW.calm] = count <= above ? row[ROW.calm]! + 1 : Math.max(0, row[ROW.calm]! - 2)
  if (row[ROW.calm]! >= CALM_S && pace <= CALM_PACE_SHARE * above) {
    learnHabit(row)
    stop(row)
    return 'calm'
  }
  if (row[ROW.held]! < holdS(row)) return 'none'
  acceptLevel(row)
  stop(row)
  row[ROW.held] = 0
  return 'accepted'
}

/** How long the rate is held before it is taken for the new level: the wilder, the longer. */
function holdS(row: Row): number {
  const ratio = row[ROW.peak]! / Math.max(row[ROW.busyPace]!, 1)
  const hold = Math.min(LONGEST_HOLD_S, Math.max(SHORTEST_HOLD_S, 7.5 * ratio ** 1.5))
  return Math.min(hold, Math.max(FIRST_HOLD_S, row[ROW.learned]! * KNOWN_SHARE))
}

/** Ends an abnormal stretch; its peaks stay, for whoever marks it as legitimate. */
export function endAbnormal(row: Row): void {
  if (row[ROW.abnormal] === 1) stop(row)
}

function stop(row: Row): void {
  row[ROW.abnormal] = 0
  row[ROW.sinceEnd] = 0
  // What went by is not held against the tenant a second time.
  row[ROW.flow] = Math.min(row[ROW.flow]!, row[ROW.busyFlow]!)
}
