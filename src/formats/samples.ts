// Values of an answer of Prometheus: what a vector, a matrix or a scalar says as one number.
import type { FieldReading, SampleSeries } from './report.ts'

export const SAMPLE_FIELDS = [
  'series',
  'total',
  'value',
  'min',
  'max',
  'avg',
  'last',
  'window',
] as const

/** Anything that is not a finite number among the samples makes every number but the counts and the window no data. */
export function readSamples(series: readonly SampleSeries[], name: string): FieldReading {
  const points = series.flatMap((each) => each.points)
  if (points.length === 0) return { state: 'absent', why: 'the answer holds no sample' }
  if (name === 'series') return { state: 'value', value: series.length }
  if (name === 'total') return { state: 'value', value: points.length }
  if (name === 'window') return { state: 'value', value: `${windowSecondsOf(points)} s` }
  const odd = points.find(([, value]) => !Number.isFinite(value))
  if (odd !== undefined) return { state: 'absent', why: `a sample is ${odd[1]}` }
  const values = points.map(([, value]) => value)
  switch (name) {
    case 'min':
      return numberOfAll(values, Math.min)
    case 'max':
      return numberOfAll(values, Math.max)
    case 'avg':
      return { state: 'value', value: values.reduce((sum, each) => sum + each, 0) / values.length }
    default:
      if (series.length > 1)
        return { state: 'absent', why: `${series.length} series: read min, max or avg of them` }
      if (name === 'value' && values.length > 1)
        return {
          state: 'absent',
          why: `${values.length} samples: read min, max, avg or last of them`,
        }
      return { state: 'value', value: values.at(-1)! }
  }
}

function numberOfAll(
  values: readonly number[],
  choose: (a: number, b: number) => number,
): FieldReading {
  return { state: 'value', value: values.reduce((found, each) => choose(found, each)) }
}

/** Between the first and the last instant, to the millisecond. */
function windowSecondsOf(points: readonly (readonly [number, number])[]): number {
  const instants = points.map(([at]) => at)
  const first = instants.reduce((found, each) => Math.min(found, each))
  const last = instants.reduce((found, each) => Math.max(found, each))
  return Number((last - first).toFixed(3))
}
