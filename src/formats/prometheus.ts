// Answers of the Prometheus query API: instant vector, range matrix and scalar; an error is a reason, not a value.
import type { Json } from '../kernel/index.ts'
import {
  listMember,
  objectMember,
  objectsMember,
  requireMember,
  textMember,
} from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { ReportMismatch } from './report.ts'
import type { Report, SampleSeries } from './report.ts'

const NUMBER = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/

/** @throws ReportMismatch for an answer of status `error`, and for results that hold no numbers (strings, histograms) */
export function readPrometheus(root: JsonMembers): Report {
  const status = requireMember(textMember(root, 'status'), 'status')
  if (status !== 'success') {
    const error = textMember(root, 'error') ?? 'no reason given'
    throw new ReportMismatch(
      `Prometheus answered ${(textMember(root, 'errorType') ?? status).slice(0, 40)}: ${error.slice(0, 160)}`,
    )
  }
  const answer = requireMember(objectMember(root, 'data'), 'data')
  return {
    format: 'prometheus',
    // A warning says that part of the data could not be asked for or does not fit together.
    doubts: (listMember(root, 'warnings') ?? [])
      .filter((each) => typeof each === 'string')
      .slice(0, 3)
      .map((each) => `Prometheus warns: ${each.slice(0, 120)}`),
    series: seriesOf(answer),
  }
}

function seriesOf(answer: JsonMembers): readonly SampleSeries[] {
  const type = requireMember(textMember(answer, 'resultType'), 'resultType')
  if (type === 'scalar') {
    return [{ points: [pointOf(requireMember(listMember(answer, 'result'), 'result'))] }]
  }
  if (type !== 'vector' && type !== 'matrix')
    throw new ReportMismatch(`expected a vector, a matrix or a scalar, got ${type.slice(0, 40)}`)
  return requireMember(objectsMember(answer, 'result'), 'result').map((series) => {
    const raw = type === 'vector' ? [listMember(series, 'value')] : listMember(series, 'values')
    const points = raw?.map((each) => pointOf(each ?? null))
    return { points: requireMember(points, 'values') }
  })
}

function pointOf(pair: Json): readonly [number, number] {
  const [at, value] = Array.isArray(pair) ? (pair as readonly Json[]) : []
  if (typeof at !== 'number' || typeof value !== 'string')
    throw new ReportMismatch('expected samples as [seconds, "value"]')
  return [at, numberOf(value)]
}

function numberOf(text: string): number {
  if (text === 'NaN') return Number.NaN
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  if (text.length > 64 || !NUMBER.test(text))
    throw new ReportMismatch(`expected a sample value, got ${JSON.stringify(text.slice(0, 40))}`)
  return Number(text)
}
