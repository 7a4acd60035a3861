// What is kept of one tenant: one flat array of 32-bit numbers, and the names of the places in it.
import { LEVEL_COUNT } from './level-spread.ts'

/** Quarters of an hour of a day. */
export const SEASON_COUNT = 96

/** Seconds in a row that a lasting burst shows in, before the pace has got there. */
export const RUN_S = 5

const SINGLES_AT = 2 * LEVEL_COUNT + SEASON_COUNT

/**
 * Places of a tenant's row. Rates are requests a second. An active second is one whose pace is not nothing. The *pace* is the
 * geometric mean of the last seconds: it follows a lasting change within a few seconds and hardly sees a lone peak. The *flow*
 * is a slower arithmetic mean: it sees what comes in beats.
 */
export const ROW = {
  paceSpread: 0,
  flowSpread: LEVEL_COUNT,
  /** Largest pace of each quarter of an hour on earlier days, fading by a fifth a day; below 0 one that was held then. */
  season: 2 * LEVEL_COUNT,
  /** The pace as the binary logarithm of one more than the rate. */
  pace: SINGLES_AT,
  flow: SINGLES_AT + 1,
  /** Weight of both spreads, and of the next second in them: later ones weigh more, which is forgetting. */
  weight: SINGLES_AT + 2,
  step: SINGLES_AT + 3,
  /** Active seconds learned from. */
  learned: SINGLES_AT + 4,
  /** Pace and flow that one active second in a hundred exceeds. */
  busyPace: SINGLES_AT + 5,
  busyFlow: SINGLES_AT + 6,
  /** How many times the busy pace is abnormal: less for a tenant whose pace varies by itself. */
  factor: SINGLES_AT + 7,
  /** The quarter of an hour it is, the largest pace in it so far, and yesterday's of the one before. */
  quarter: SINGLES_AT + 8,
  quarterPeak: SINGLES_AT + 9,
  quarterBefore: SINGLES_AT + 10,
  /** Seconds a baseline is still on trial, the busy pace to go back to (0 = none), levels it was moved by. */
  trialLeft: SINGLES_AT + 11,
  trialBusy: SINGLES_AT + 12,
  trialMove: SINGLES_AT + 13,
  /** Active seconds in a row far below what is on trial, the largest pace in them, and how many such runs ended. */
  lowRun: SINGLES_AT + 14,
  lowPeak: SINGLES_AT + 15,
  lowRunCount: SINGLES_AT + 16,
  /** 1 while the rate is abnormal; for how many seconds, its peaks, how calm it has become, seconds since it was. */
  abnormal: SINGLES_AT + 17,
  held: SINGLES_AT + 18,
  peak: SINGLES_AT + 19,
  flowPeak: SINGLES_AT + 20,
  calm: SINGLES_AT + 21,
  sinceEnd: SINGLES_AT + 22,
  /** Episodes like the last one: their peak, how many, seconds since. */
  repeatPeak: SINGLES_AT + 23,
  repeatCount: SINGLES_AT + 24,
  sinceRepeat: SINGLES_AT + 25,
  /** Requests of the last seconds, newest first, and the most that each of so many in a row has had, fading. */
  recent: SINGLES_AT + 26,
  busyRun: SINGLES_AT + 26 + RUN_S,
  runPeak: SINGLES_AT + 27 + RUN_S,
  /** Pace, flow and run that came back often enough, or that somebody vouched for; seconds for which they count. */
  habitPace: SINGLES_AT + 28 + RUN_S,
  habitFlow: SINGLES_AT + 29 + RUN_S,
  habitRun: SINGLES_AT + 30 + RUN_S,
  habitLeft: SINGLES_AT + 31 + RUN_S,
} as const

export const ROW_LENGTH = SINGLES_AT + 32 + RUN_S

export type Row = Float32Array

/** Active seconds for which a first baseline is on trial. */
const FIRST_TRIAL_S = 1_800
const LONG_AGO_S = 1e6

/** Of a tenant that nothing is known of. */
export function newRow(): Row {
  const row = new Float32Array(ROW_LENGTH)
  row[ROW.step] = 1
  row[ROW.factor] = 2
  row[ROW.quarter] = -1
  row[ROW.trialLeft] = FIRST_TRIAL_S
  row[ROW.sinceEnd] = LONG_AGO_S
  return row
}

/** The least that each place can be: what lies below was not written by this guard. */
export function leastAt(place: number): number {
  if (place === ROW.quarter) return -1
  return place >= ROW.season && place < SINGLES_AT ? -MOST_PER_S : 0
}

const MOST_PER_S = 1e9
