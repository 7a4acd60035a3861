// k6 summaries in both shapes: what `--summary-export` writes and what `handleSummary` is given.
import {
  flagMember,
  jsonMember,
  membersOf,
  objectMember,
  requireMember,
  textMember,
} from './json-members.ts'
import type { JsonMembers } from './json-members.ts'
import { NAME_LIMIT, ReportMismatch } from './report.ts'
import type { LoadMetric, MetricNumber, Report, ThresholdCounts } from './report.ts'

/** Trends that k6 itself measures in milliseconds; the export shape does not say so. */
const BUILT_IN_TIMES =
  /^(?:http_req_[a-z_]+|iteration_duration|group_duration|ws_(?:connecting|session_duration|ping)|grpc_req_duration)(?:\{|$)/
/** Counters of bytes. */
const BUILT_IN_SIZES = /^data_(?:sent|received)(?:\{|$)/

/** @throws ReportMismatch */
export function readK6(root: JsonMembers): Report {
  const metrics = requireMember(objectMember(root, 'metrics'), 'metrics')
  const read: LoadMetric[] = []
  const thresholds: [name: string, hasFailed: boolean][] = []
  for (const [name, value] of Object.entries(metrics)) {
    const metric = requireMember(membersOf(value), `metrics.${name.slice(0, 60)}`)
    read.push(metricOf(name, metric))
    thresholds.push(...thresholdsOf(name, metric))
  }
  return { format: 'k6', doubts: [], metrics: read, thresholds: countThresholds(thresholds) }
}

/** Whether an object has the metrics of k6 rather than of something else. */
export function looksLikeK6(root: JsonMembers): boolean {
  const metrics = membersOf(jsonMember(root, 'metrics'))
  if (metrics === undefined) return false
  return Object.values(metrics).some((each) => {
    const metric = membersOf(each)
    if (metric === undefined) return false
    const values = membersOf(jsonMember(metric, 'values')) ?? metric
    return ['avg', 'rate', 'passes', 'value', 'count'].some(
      (key) => typeof jsonMember(values, key) === 'number',
    )
  })
}

function metricOf(name: string, metric: JsonMembers): LoadMetric {
  const values = objectMember(metric, 'values') ?? metric
  const found = new Map<string, number>()
  for (const [key, value] of Object.entries(values)) {
    if (typeof value === 'number') found.set(key, value)
  }
  const passes = found.get('passes')
  const fails = found.get('fails')
  if (passes !== undefined && fails !== undefined) return shareOf(name, found, passes, fails)
  return found.has('avg') ? trendOf(name, metric, found) : countedOf(name, found)
}

/** How often something was true. The share comes as a fraction and is given in percent, so that no bound can be misread. */
function shareOf(
  name: string,
  found: ReadonlyMap<string, number>,
  passes: number,
  fails: number,
): LoadMetric {
  const share = found.get('rate') ?? found.get('value')
  for (const each of [passes, fails]) {
    if (!Number.isSafeInteger(each) || each < 0)
      throw new ReportMismatch(`expected whole numbers from 0 in ${name.slice(0, 60)}, got ${each}`)
  }
  return {
    name,
    numbers: new Map<string, MetricNumber>([
      ...(share === undefined
        ? []
        : [['rate', { value: Number((share * 100).toPrecision(12)), unit: '%' }] as const]),
      ['passes', { value: passes }],
      ['fails', { value: fails }],
    ]),
    sampleCount: passes + fails,
  }
}

function trendOf(
  name: string,
  metric: JsonMembers,
  found: ReadonlyMap<string, number>,
): LoadMetric {
  const contains = textMember(metric, 'contains')
  const isTime = contains === undefined ? BUILT_IN_TIMES.test(name) : contains === 'time'
  const unit = isTime ? 'ms' : contains === 'data' ? 'B' : undefined
  // A metric that a threshold names and nothing measured is all zeros; no measurement of anything is.
  const isSilent = [...found.values()].every((value) => value === 0)
  const sampleCount = isSilent ? 0 : found.get('count')
  return {
    name,
    numbers: new Map(
      [...found].map(([key, value]) => [
        key,
        unit === undefined || key === 'count' ? { value } : { value, unit },
      ]),
    ),
    ...(sampleCount === undefined ? {} : { sampleCount }),
  }
}

/** Counters, with their rate per second, and gauges. */
function countedOf(name: string, found: ReadonlyMap<string, number>): LoadMetric {
  const isSize = BUILT_IN_SIZES.test(name)
  return {
    name,
    numbers: new Map(
      [...found].map(([key, value]) => {
        if (key === 'rate') return [key, isSize ? { value } : { value, unit: '/s' }]
        return [key, isSize && key === 'count' ? { value, unit: 'B' } : { value }]
      }),
    ),
  }
}

/** In the export shape a threshold is `true` when it was crossed, in the other shape it is `{ "ok": true }` when it held. */
function thresholdsOf(
  name: string,
  metric: JsonMembers,
): readonly [name: string, hasFailed: boolean][] {
  const thresholds = objectMember(metric, 'thresholds') ?? {}
  return Object.entries(thresholds).map(([expression, value]) => {
    const members = membersOf(value)
    const hasFailed = members === undefined ? flagMember(thresholds, expression) : !isHeld(members)
    return [`${name}: ${expression}`, hasFailed === true]
  })
}

function isHeld(threshold: JsonMembers): boolean {
  return requireMember(flagMember(threshold, 'ok'), 'ok')
}

function countThresholds(
  thresholds: readonly (readonly [name: string, hasFailed: boolean])[],
): ThresholdCounts {
  const failed = thresholds.filter(([, hasFailed]) => hasFailed)
  return {
    total: thresholds.length,
    failed: failed.length,
    failedNames: failed.slice(0, NAME_LIMIT).map(([name]) => name),
  }
}
