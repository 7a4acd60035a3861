// What came of things over time, gathered for a chart: how many went well or not in each span, and how it goes now.

export interface Outcome {
  readonly atMs: number
  readonly isWell: boolean
}

/** What came of things within one span of time. */
export interface Span {
  readonly fromMs: number
  readonly wellCount: number
  readonly badCount: number
}

export interface OutcomeView {
  readonly stepMs: number
  /** Up to the last outcome without a hole, the earliest first. */
  readonly spans: readonly Span[]
  readonly wellCount: number
  readonly badCount: number
  /** The last so many ended alike. */
  readonly lastCount: number
  readonly lastIsWell: boolean
}

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Spans that people know; the shortest that makes few enough of them is taken. */
const STEPS_MS = [
  MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  6 * HOUR_MS,
  DAY_MS,
  7 * DAY_MS,
  30 * DAY_MS,
  365 * DAY_MS,
] as const
/** As many bars as can be told apart at 320 pixels. */
const SPAN_LIMIT_COUNT = 40
/** Fewer would be drawn as broad as a door. */
const SPAN_LEAST_COUNT = 12

/**
 * @param isCut there are older ones; else the time before the first was empty, and is shown so where there are few spans
 * @returns undefined where there are too few to say anything of
 */
export function viewOutcomes(
  outcomes: readonly Outcome[],
  isCut: boolean,
): OutcomeView | undefined {
  const inOrder = outcomes.toSorted((one, other) => one.atMs - other.atMs)
  const [first, last] = [inOrder[0], inOrder.at(-1)]
  if (first === undefined || last === undefined || inOrder.length < 2) return undefined
  const countIn = (stepMs: number): number =>
    Math.floor(last.atMs / stepMs) - Math.floor(first.atMs / stepMs) + 1
  const stepMs = STEPS_MS.find((each) => countIn(each) <= SPAN_LIMIT_COUNT) ?? STEPS_MS.at(-1)!
  const end = Math.floor(last.atMs / stepMs)
  const spanCount = Math.max(countIn(stepMs), isCut ? 0 : SPAN_LEAST_COUNT)
  const bySpan = Map.groupBy(inOrder, ({ atMs }) => Math.floor(atMs / stepMs))
  const spans = Array.from({ length: spanCount }, (_, nth): Span => {
    const place = end - spanCount + 1 + nth
    const within = bySpan.get(place) ?? []
    const wellCount = within.filter(({ isWell }) => isWell).length
    return { fromMs: place * stepMs, wellCount, badCount: within.length - wellCount }
  })
  const turn = inOrder.findLastIndex(({ isWell }) => isWell !== last.isWell)
  const wellCount = inOrder.filter(({ isWell }) => isWell).length
  return {
    stepMs,
    spans,
    wellCount,
    badCount: inOrder.length - wellCount,
    lastCount: inOrder.length - turn - 1,
    lastIsWell: last.isWell,
  }
}
