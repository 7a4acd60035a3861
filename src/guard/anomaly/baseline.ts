// What a tenant's baseline learns: every ordinary second, new levels, habits, and what somebody says is legitimate.
import {
  LEVEL_COUNT,
  spreadLevelOf,
  levelsBetween,
  moveSpread,
  rateExceededBy,
} from './level-spread.ts'
import { ROW } from './row.ts'
import type { Row } from './row.ts'

/** Share of active seconds that may lie above the busy rates. */
const BUSY_SHARE = 0.01
/** Active seconds after which the spread has forgotten all but a third. */
const MEMORY_S = 1_800
/** Beyond it the weights are scaled down, before 32 bits lose the small ones. */
const STEP_LIMIT = 1e6
/** A young baseline is read anew each second, a known one each so many. */
const YOUNG_S = 300
const READ_EVERY_S = 16
/** The factor of a pace that hardly varies, and of one whose busy rate is at least three times its median. */
const EVEN_FACTOR = 2
const UNEVEN_FACTOR = 1.5
/** Active seconds for which a new level is on trial; seconds in a row at the old one that take it back. */
const TRIAL_S = 1_800
const RETURN_S = 600
const RETURN_FACTOR = 1.25
/** While a first baseline is on trial: seconds in a row below a third of it that begin it anew. */
const FIRST_RETURN_S = 300
const FIRST_RETURN_SHARE = 1 / 3
/** So many shorter runs below it mean that the tenant goes up and down by itself: nothing is taken back. */
const ALTERNATIONS = 2
const ALTERNATION_S = 10
/** Seconds of a low run that still hold what went before. */
const SETTLE_S = 20
/** Episodes alike make a habit: two that are mild and short, three that are either, six of any size. */
const HABIT_APART_S = 60
const HABIT_LIKENESS = 1.5
const MILD_RATIO = 5
const SHORT_S = 45
const HABIT_COUNTS = [6, 3, 2] as const
/** A habit counts for a day and two hours after it was seen last. */
const HABIT_S = 26 * 3_600
const HABIT_SEEN_SHARE = 0.75
const SEASON_FADE = 0.8

/** An ordinary active second. */
export function learnSecond(row: Row, pace: number, run: number): void {
  const learned = row[ROW.learned]! + 1
  row[ROW.learned] = learned
  addWeight(row, row[ROW.step]!, row[ROW.pace]!, Math.log2(1 + row[ROW.flow]!))
  row[ROW.step]! *= 1 + 1 / MEMORY_S
  if (row[ROW.step]! > STEP_LIMIT) scaleDown(row)
  row[ROW.busyRun] = Math.max(run, row[ROW.busyRun]! * (1 - 1 / MEMORY_S))
  if (row[ROW.habitLeft]! > 0 && pace > HABIT_SEEN_SHARE * row[ROW.habitPace]!)
    row[ROW.habitLeft] = HABIT_S
  if (learned < YOUNG_S || learned % READ_EVERY_S === 0) readBusy(row)
  if (row[ROW.trialLeft]! > 0) judgeTrial(row, pace)
  else if (pace > row[ROW.quarterPeak]!) row[ROW.quarterPeak] = pace
}

/** Pace and flow by their logarithms. */
function addWeight(row: Row, weight: number, pace: number, flow: number): void {
  row[ROW.paceSpread + spreadLevelOf(pace)]! += weight
  row[ROW.flowSpread + spreadLevelOf(flow)]! += weight
  row[ROW.weight]! += weight
}

function scaleDown(row: Row): void {
  const scale = 1 / row[ROW.step]!
  let total = 0
  for (let index = 0; index < 2 * LEVEL_COUNT; index++) {
    row[index]! *= scale
    if (index < LEVEL_COUNT) total += row[index]!
  }
  row[ROW.weight] = total
  row[ROW.step] = 1
}

function readBusy(row: Row): void {
  const weight = row[ROW.weight]!
  const busy = rateExceededBy(row, ROW.paceSpread, weight, BUSY_SHARE)
  row[ROW.busyPace] = busy
  row[ROW.busyFlow] = rateExceededBy(row, ROW.flowSpread, weight, BUSY_SHARE)
  const unevenness = (1 + busy) / (1 + rateExceededBy(row, ROW.paceSpread, weight, 0.5))
  const evenness = Math.min(1, Math.max(0, (3 - unevenness) / 2))
  row[ROW.factor] = UNEVEN_FACTOR + (EVEN_FACTOR - UNEVEN_FACTOR) * evenness
}

/** Both spreads move with their form to where the rate is now; nothing of the tenant's unevenness has to be learned again. */
export function acceptLevel(row: Row): void {
  const busy = row[ROW.busyPace]!
  const move = Math.max(1, levelsBetween(busy, row[ROW.peak]!))
  if (row[ROW.trialBusy] === 0) row[ROW.trialBusy] = busy
  moveBoth(row, move)
  row[ROW.trialMove]! += move
  row[ROW.trialLeft] = TRIAL_S
  forgetRuns(row)
  noteSeason(row, row[ROW.peak]!)
}

/**
 * A level accepted at this time of day: the first time it is only noted, below zero; when it comes again on a later day it is
 * expected from then on.
 */
function noteSeason(row: Row, peak: number): void {
  const place = ROW.season + row[ROW.quarter]!
  const before = row[place]!
  const isNoted = before < 0 && peak <= -before * HABIT_LIKENESS
  if (isNoted) row[ROW.quarterPeak] = peak
  if (isNoted) row[place] = peak
  else if (peak > before) row[place] = -peak
}

function moveBoth(row: Row, levels: number): void {
  moveSpread(row, ROW.paceSpread, levels)
  moveSpread(row, ROW.flowSpread, levels)
  readBusy(row)
}

/** A level that came from a long burst, or from the first minutes, is given back when the rate does not stay there. */
function judgeTrial(row: Row, pace: number): void {
  const isFirst = row[ROW.trialBusy] === 0
  const bound = isFirst
    ? row[ROW.busyPace]! * FIRST_RETURN_SHARE
    : row[ROW.trialBusy]! * RETURN_FACTOR
  if (pace <= bound) {
    row[ROW.lowRun]! += 1
    if (row[ROW.lowRun]! > SETTLE_S && pace > row[ROW.lowPeak]!) row[ROW.lowPeak] = pace
  } else {
    if (row[ROW.lowRun]! >= ALTERNATION_S) row[ROW.lowRunCount]! += 1
    row[ROW.lowRun] = 0
    row[ROW.lowPeak] = 0
  }
  row[ROW.trialLeft]! -= 1
  if (row[ROW.lowRun]! >= (isFirst ? FIRST_RETURN_S : RETURN_S)) {
    if (isFirst) beginAnew(row)
    else moveBoth(row, -row[ROW.trialMove]!)
    row[ROW.trialLeft] = 0
  }
  if (row[ROW.lowRunCount]! >= ALTERNATIONS) row[ROW.trialLeft] = 0
  if (row[ROW.trialLeft]! > 0) return
  row[ROW.trialBusy] = 0
  row[ROW.trialMove] = 0
  forgetRuns(row)
}

function forgetRuns(row: Row): void {
  row[ROW.lowRun] = 0
  row[ROW.lowPeak] = 0
  row[ROW.lowRunCount] = 0
}

/** Only the run of low seconds stays, at its largest rate. */
function beginAnew(row: Row): void {
  row.fill(0, 0, 2 * LEVEL_COUNT)
  row[ROW.weight] = 0
  row[ROW.step] = 1
  const level = Math.log2(1 + row[ROW.lowPeak]!)
  addWeight(row, row[ROW.lowRun]!, level, level)
  row[ROW.learned] = row[ROW.lowRun]!
  readBusy(row)
}

/** What comes back in the same size and ends by itself is a job, not an attack; one that does it once teaches nothing. */
export function learnHabit(row: Row): void {
  const peak = row[ROW.peak]!
  const before = row[ROW.repeatPeak]!
  const isAlike = peak <= before * HABIT_LIKENESS && peak >= before / HABIT_LIKENESS
  if (isAlike && row[ROW.sinceRepeat]! < HABIT_APART_S) return
  row[ROW.repeatCount] = isAlike ? row[ROW.repeatCount]! + 1 : 1
  row[ROW.repeatPeak] = isAlike ? Math.max(peak, before) : peak
  row[ROW.sinceRepeat] = 0
  const isMild = peak <= MILD_RATIO * row[ROW.busyPace]!
  const isShort = row[ROW.held]! <= SHORT_S
  const needed = HABIT_COUNTS[isMild && isShort ? 2 : isMild || isShort ? 1 : 0]
  if (row[ROW.repeatCount]! >= needed) teachPeaks(row)
}

/** From now on what the last episode saw are rates that the tenant may have. */
export function teachPeaks(row: Row): void {
  row[ROW.habitPace] = Math.max(row[ROW.peak]!, row[ROW.habitPace]!)
  row[ROW.habitFlow] = Math.max(row[ROW.flowPeak]!, row[ROW.habitFlow]!)
  row[ROW.habitRun] = Math.max(row[ROW.runPeak]!, row[ROW.habitRun]!)
  row[ROW.habitLeft] = HABIT_S
  if (row[ROW.peak]! > row[ROW.quarterPeak]!) row[ROW.quarterPeak] = row[ROW.peak]!
}

/** Time goes by; what has not been seen for long enough is no habit any more. */
export function passHabit(row: Row, seconds: number): void {
  row[ROW.habitLeft]! -= seconds
  if (row[ROW.habitLeft]! > 0) return
  row[ROW.habitLeft] = 0
  row[ROW.habitPace] = 0
  row[ROW.habitFlow] = 0
  row[ROW.habitRun] = 0
}

/** The day has come to another quarter of an hour: what the last one saw is kept for tomorrow. */
export function turnQuarter(row: Row, quarter: number): void {
  const left = row[ROW.quarter]!
  if (left >= 0) {
    const before = row[ROW.season + left]!
    row[ROW.quarterBefore] = before
    const seen = row[ROW.quarterPeak]!
    const faded = before * SEASON_FADE
    // A note below zero waits for its second day, unless as much was seen without being held.
    row[ROW.season + left] =
      before < 0 && seen * HABIT_LIKENESS < -before ? faded : Math.max(seen, faded)
  }
  row[ROW.quarterPeak] = 0
  row[ROW.quarter] = quarter
}
