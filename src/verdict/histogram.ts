// Histograms of times as evidence: recorded exactly within a known error, merged without loss, read again by anybody.
import type { Json } from '../kernel/index.ts'

/** Version of the format; a change of the buckets would be another one. */
const FORMAT = 'seaworthy-histogram/1'
/** Values below are kept exactly; above, each doubling has so many buckets of one width. */
const LINEAR_COUNT = 128
/** Longest time that is kept, in microseconds: 19 hours. What is longer counts as this. */
const VALUE_LIMIT_US = 2 ** 36
const BUCKET_COUNT = LINEAR_COUNT * (1 + Math.log2(VALUE_LIMIT_US / LINEAR_COUNT)) + 1
/** Decimals of a percentile that count: 99.999 is the finest. */
const PERCENT_SCALE = 1_000

/** A bucket is at most 1/128 of its values wide, and a percentile is the top of its bucket: never too small. */
export const HISTOGRAM_ERROR_SHARE = 1 / LINEAR_COUNT

/** JSON form: `buckets` are pairs of index and count, ascending. `minUs` and `maxUs` are exact; both 0 when empty. */
export interface HistogramRecord {
  readonly format: typeof FORMAT
  readonly count: number
  readonly minUs: number
  readonly maxUs: number
  readonly buckets: readonly (readonly [index: number, count: number])[]
  readonly [key: string]: Json
}

export interface Histogram {
  /** @param ms a time; below 0 counts as 0, fractions down to a microsecond, rounded up */
  record(ms: number): void
  readonly count: number
  toRecord(): HistogramRecord
}

export function makeHistogram(): Histogram {
  const counts = new Float64Array(BUCKET_COUNT)
  let count = 0
  let minUs = VALUE_LIMIT_US
  let maxUs = 0
  return {
    record(ms) {
      const us = Math.min(VALUE_LIMIT_US, Math.max(0, Math.ceil(ms * 1_000)))
      counts[bucketOf(us)]!++
      count++
      minUs = Math.min(minUs, us)
      maxUs = Math.max(maxUs, us)
    },
    get count() {
      return count
    },
    toRecord() {
      const buckets: [number, number][] = []
      for (const [index, each] of counts.entries()) if (each > 0) buckets.push([index, each])
      return { format: FORMAT, count, minUs: count === 0 ? 0 : minUs, maxUs, buckets }
    },
  }
}

function bucketOf(us: number): number {
  if (us < LINEAR_COUNT) return us
  const doublings = Math.floor(Math.log2(us)) - Math.log2(LINEAR_COUNT)
  return LINEAR_COUNT * doublings + Math.floor(us / 2 ** doublings)
}

/** Largest value that falls into the bucket, in microseconds. */
function topOf(index: number): number {
  if (index < LINEAR_COUNT) return index
  const doublings = Math.floor(index / LINEAR_COUNT) - 1
  return (index - LINEAR_COUNT * doublings + 1) * 2 ** doublings - 1
}

/** The sum of histograms, as if everything had been recorded in one. */
export function mergeHistograms(records: readonly HistogramRecord[]): HistogramRecord {
  const counts = new Map<number, number>()
  for (const { buckets } of records)
    for (const [index, count] of buckets) counts.set(index, (counts.get(index) ?? 0) + count)
  const filled = records.filter(({ count }) => count > 0)
  return {
    format: FORMAT,
    count: filled.reduce((sum, { count }) => sum + count, 0),
    minUs: filled.length === 0 ? 0 : Math.min(...filled.map(({ minUs }) => minUs)),
    maxUs: Math.max(0, ...filled.map(({ maxUs }) => maxUs)),
    buckets: [...counts].sort(([a], [b]) => a - b),
  }
}

/**
 * Reads a histogram that somebody else wrote. Undefined for anything that could not have been recorded: indices out of
 * order, counts that do not add up, a least or greatest value outside its bucket.
 */
export function readHistogram(value: Json | undefined): HistogramRecord | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const { format, count, minUs, maxUs, buckets } = value as Readonly<Record<string, Json>>
  if (format !== FORMAT || !isCount(count) || !isCount(minUs) || !isCount(maxUs)) return undefined
  if (!Array.isArray(buckets) || buckets.length > BUCKET_COUNT) return undefined
  const pairs: (readonly [number, number])[] = []
  let sum = 0
  for (const pair of buckets as readonly Json[]) {
    const [index, each] = Array.isArray(pair) && pair.length === 2 ? (pair as Json[]) : []
    if (!isCount(index) || !isCount(each) || each === 0) return undefined
    if (index >= BUCKET_COUNT || index <= (pairs.at(-1)?.[0] ?? -1)) return undefined
    pairs.push([index, each])
    sum += each
  }
  const [first, last] = [pairs[0]?.[0], pairs.at(-1)?.[0]]
  const isEmpty = count === 0 && minUs === 0 && maxUs === 0
  const ends =
    first === undefined || last === undefined
      ? isEmpty
      : minUs <= maxUs &&
        maxUs <= VALUE_LIMIT_US &&
        bucketOf(minUs) === first &&
        bucketOf(maxUs) === last
  return sum === count && ends ? { format: FORMAT, count, minUs, maxUs, buckets: pairs } : undefined
}

function isCount(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/**
 * The nearest-rank percentile in milliseconds, at most 1/128 too large and never too small; undefined when fewer than one
 * value lies above it: nobody knows the 99th percentile of 50 values. 100 is the greatest value, exact.
 * @param percent above 0, at most 100; three decimals count
 */
export function percentileOf(histogram: HistogramRecord, percent: number): number | undefined {
  const { count, buckets, maxUs } = histogram
  const scaled = Math.round(percent * PERCENT_SCALE)
  const whole = 100 * PERCENT_SCALE
  if (count === 0 || scaled < 1 || scaled > whole) return undefined
  if (scaled === whole) return maxUs / 1_000
  if (count * (whole - scaled) < whole) return undefined
  const rank = Math.ceil((count * scaled) / whole)
  let seen = 0
  for (const [index, each] of buckets) {
    seen += each
    if (seen >= rank) return Math.min(topOf(index), maxUs) / 1_000
  }
  return undefined
}
