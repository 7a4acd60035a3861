// What assertions read of the samples of a promql answer, and whether the samples cover a window.
import type { Json } from '../kernel/index.ts'
import type { PromqlCapture } from './capture-model.ts'
import type { Assertion, SampleChoice } from './plan-model.ts'
import type { PromqlAnswer, Series } from './promql-answer.ts'
import type { Found } from './found.ts'

/** Steps without a sample that are no gap yet, unless the assertion says how long a gap may be. */
const GAP_STEPS = 2.5
/** However long the steps are, a longer part of the window is a gap unless the assertion says otherwise: one sample shows no window. */
const GAP_SHARE = 0.5

const absent = (why: string): Found => ({ state: 'absent', why })

/** One value, several values with what they are held to, or why there is none. */
export function chooseSamples(answer: PromqlAnswer, take: SampleChoice): Found {
  const values = answer.series.flatMap((series) => series.map((sample) => sample.value))
  const one = (value: number): Found => ({ state: 'value', value })
  if (take === 'seriesCount') return one(answer.series.length)
  if (take === 'sampleCount') return one(values.length)
  if (values.length === 0) return absent('the query found nothing')
  if (take === 'every' || take === 'any' || take === 'none')
    return { state: 'many', values: values.map(jsonOf), rows: take }
  const odd = values.filter((value) => !Number.isFinite(value))
  if (odd.length > 0)
    return absent(`${String(odd[0])} in ${odd.length} of ${values.length} samples`)
  switch (take) {
    case 'only':
      return values.length === 1
        ? one(values[0]!)
        : absent(`${values.length} values where one was expected`)
    case 'min':
      return one(values.reduce((least, value) => Math.min(least, value)))
    case 'max':
      return one(values.reduce((most, value) => Math.max(most, value)))
    case 'sum':
      return finite(sumOf(values))
    case 'avg':
      return finite(sumOf(values) / values.length)
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}

function finite(value: number): Found {
  return Number.isFinite(value)
    ? { state: 'value', value }
    : absent('the samples are too large to be added')
}

/** JSON has no NaN: as text it is no number, so that the assertion finds no data in it. */
function jsonOf(value: number): Json {
  return Number.isFinite(value) ? value : String(value)
}

/** Why the samples do not cover the assertion's window up to the end of the range; undefined when they do. */
export function windowProblem(
  assertion: Assertion,
  capture: PromqlCapture,
  answer: PromqlAnswer,
): string | undefined {
  const { windowMs } = assertion
  const { range } = capture
  if (windowMs === undefined) return undefined
  if (range === undefined) return 'one instant was observed where a window was expected'
  const gapMs = assertion.maxGapMs ?? Math.min(range.stepMs * GAP_STEPS, windowMs * GAP_SHARE)
  const fromMs = range.endMs - windowMs
  if (fromMs < range.startMs)
    return `${range.endMs - range.startMs} ms were observed where ${windowMs} ms are needed`
  for (const series of answer.series) {
    const gap = longestGap(series, fromMs, range.endMs)
    if (gap > gapMs)
      return `${gap} ms without a sample in the window of ${windowMs} ms, at most ${gapMs} ms may be`
  }
  return undefined
}

/** Longest time without a sample between two instants, the ends included. */
function longestGap(series: Series, fromMs: number, untilMs: number): number {
  let longest = 0
  let before = fromMs
  for (const { atMs } of series) {
    if (atMs <= fromMs) continue
    longest = Math.max(longest, atMs - before)
    before = atMs
  }
  return Math.max(longest, untilMs - before)
}
