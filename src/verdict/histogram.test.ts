// Histograms: the error they promise, merging, and what is refused of a histogram that somebody else wrote.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parseStrictJson } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import {
  HISTOGRAM_ERROR_SHARE,
  makeHistogram,
  mergeHistograms,
  percentileOf,
  readHistogram,
} from './histogram.ts'
import type { HistogramRecord } from './histogram.ts'

function histogramOf(values: readonly number[]): HistogramRecord {
  const histogram = makeHistogram()
  for (const value of values) histogram.record(value)
  return histogram.toRecord()
}

const times = fc.array(fc.integer({ min: 0, max: 90_000_000_000 }), {
  minLength: 1,
  maxLength: 300,
})

test('a percentile is never below the exact one and at most 1/128 above it', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 100_000 }), (us, thousandths) => {
      const capped = us.map((each) => Math.min(each, 2 ** 36)).sort((a, b) => a - b)
      const percent = thousandths / 1_000
      const got = percentileOf(histogramOf(us.map((each) => each / 1_000)), percent)
      if (got === undefined) return us.length * (100_000 - thousandths) < 100_000
      const exact = capped[Math.ceil((us.length * thousandths) / 100_000) - 1]! / 1_000
      return got >= exact && got <= exact * (1 + HISTOGRAM_ERROR_SHARE) + 1e-9
    }),
    { numRuns: 200 },
  )
})

test('merged histograms are the histogram of everything, and survive JSON', () => {
  fc.assert(
    fc.property(times, times, (a, b) => {
      const [one, two] = [histogramOf(a), histogramOf(b)]
      const merged = mergeHistograms([one, histogramOf([]), two])
      assert.deepEqual(merged, histogramOf([...a, ...b]))
      assert.deepEqual(readHistogram(parseStrictJson(JSON.stringify(merged))), merged)
    }),
    { numRuns: 50 },
  )
})

test('a percentile that too few values speak for is not known; the greatest value always is', () => {
  const few = histogramOf(Array.from({ length: 99 }, (_, index) => index))
  assert.equal(percentileOf(few, 99), undefined)
  assert.ok((percentileOf(few, 98) ?? 0) >= 97)
  assert.equal(percentileOf(few, 100), 98)
  assert.equal(percentileOf(histogramOf([]), 50), undefined)
  const hundred = histogramOf(Array.from({ length: 100 }, () => 7))
  assert.equal(percentileOf(hundred, 99), 7)
})

test('a histogram that could not have been recorded is not read', () => {
  const good = histogramOf([1, 2, 3, 500, 9_000])
  const [first, ...rest] = good.buckets
  const broken: readonly (readonly [string, Json])[] = [
    ['a count too many', { ...good, count: 6 }],
    ['a greatest value outside its bucket', { ...good, maxUs: good.maxUs * 2 }],
    ['a least value outside its bucket', { ...good, minUs: 0 }],
    ['buckets out of order', { ...good, buckets: [...rest, first!] }],
    ['an empty bucket', { ...good, buckets: [[0, 0], ...good.buckets] }],
    ['a negative count', { ...good, buckets: [[first![0], -1], ...rest] }],
    [
      'a bucket that does not exist',
      { ...good, buckets: [...good.buckets.slice(0, -1), [1e6, 1]] },
    ],
    ['another format', { ...good, format: 'seaworthy-histogram/2' }],
    ['a list', []],
    ['nothing', null],
  ]
  assert.notEqual(readHistogram(good), undefined)
  for (const [what, value] of broken) assert.equal(readHistogram(value), undefined, what)
})
