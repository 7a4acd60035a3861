// The values that assertions may read from reports: their names, and what each is.
import { harmlessLine } from '../kernel/index.ts'
import { weighFindings } from './affected.ts'
import { FORMAT_TITLES, ReportMismatch } from './report.ts'
import type {
  FieldReading,
  FindingLevel,
  FindingSeverity,
  LoadMetric,
  Report,
  ReportFinding,
  TestOutcomes,
} from './report.ts'
import { readSamples, SAMPLE_FIELDS } from './samples.ts'

const TEST_FIELDS = ['total', 'passed', 'failed', 'errored', 'skipped', 'flaky'] as const
const SEVERITIES: readonly FindingSeverity[] = [
  'critical',
  'high',
  'medium',
  'low',
  'none',
  'unknown',
]
const LEVELS: readonly FindingLevel[] = ['error', 'warning', 'note']
const COMPONENT_FIELDS = ['total', 'withoutLicense', 'withoutVersion'] as const
const VEX_FIELDS = ['total', 'affected', 'notAffected', 'fixed', 'underInvestigation'] as const
const THRESHOLD_FIELDS = ['total', 'failed'] as const

/** Every field but the metrics of load tests, whose names are the test's own: `metrics.NAME.STATISTIC`. */
export const REPORT_FIELDS: readonly string[] = [
  ...TEST_FIELDS.map((each) => `tests.${each}`),
  ...['total', 'suppressed', ...SEVERITIES, ...LEVELS].map((each) => `findings.${each}`),
  'findings.affected',
  ...SEVERITIES.map((each) => `findings.affected.${each}`),
  ...COMPONENT_FIELDS.map((each) => `components.${each}`),
  ...VEX_FIELDS.map((each) => `vex.${each}`),
  ...THRESHOLD_FIELDS.map((each) => `thresholds.${each}`),
  ...SAMPLE_FIELDS.map((each) => `samples.${each}`),
]

const METRIC =
  /^metrics\.(.{1,300})\.(avg|min|med|max|count|rate|passes|fails|value|p\([0-9]{1,3}(?:\.[0-9]{1,4})?\)|p[0-9]{1,3})$/su

export function isReportField(field: string): boolean {
  return REPORT_FIELDS.includes(field) || METRIC.test(field)
}

/**
 * One value over all the given reports: counts of several reports of a kind are added up.
 * @param product what was scanned, as a package URL; VEX statements about it count for findings that name no product
 */
export function readField(
  field: string,
  reports: readonly Report[],
  product?: string,
): FieldReading {
  const metric = METRIC.exec(field)
  if (metric !== null) return readMetric(reports, metric[1]!, metric[2]!)
  const dot = field.indexOf('.')
  const section = field.slice(0, dot)
  const name = field.slice(dot + 1)
  switch (section) {
    case 'tests':
      return withSection(reports, 'tests', (found, used) => readTests(found, used, name))
    case 'findings':
      return readFindings(reports, name, product)
    case 'components':
      return withSection(reports, 'components', (found) => {
        const total = sumOf(found, (each) => each.total)
        if (total === 0) return absent('no component is listed')
        if (name === 'total') return valueOf(total)
        if (name === 'withoutVersion') return valueOf(sumOf(found, (each) => each.withoutVersion))
        return found.some((each) => each.withoutLicense === undefined)
          ? absent('licences of SPDX 3 are not read')
          : valueOf(sumOf(found, (each) => each.withoutLicense ?? 0))
      })
    case 'vex':
      return withSection(reports, 'statements', (found) => {
        const status =
          name === 'notAffected'
            ? 'not_affected'
            : name === 'underInvestigation'
              ? 'under_investigation'
              : name
        return valueOf(
          found.flat().filter((each) => name === 'total' || each.status === status).length,
        )
      })
    case 'thresholds':
      return withSection(reports, 'thresholds', (found) => {
        const total = sumOf(found, (each) => each.total)
        if (total === 0) return absent('the load test states no threshold')
        return valueOf(name === 'total' ? total : sumOf(found, (each) => each.failed))
      })
    case 'samples':
      return withSection(reports, 'series', (found) =>
        found.length > 1
          ? absent('several reports hold samples: say which with "in"')
          : readSamples(found[0]!, name),
      )
    default:
      return absent(`no report has the value ${field}`)
  }
}

type Section =
  | 'tests'
  | 'findings'
  | 'components'
  | 'statements'
  | 'thresholds'
  | 'series'
  | 'metrics'

const SECTION_WORDS: Readonly<Record<Section, string>> = {
  tests: 'tests',
  findings: 'findings',
  components: 'components',
  statements: 'VEX statements',
  thresholds: 'thresholds',
  series: 'samples',
  metrics: 'metrics',
}

/** Reads a section of every report that has it; a doubt about any of these is a doubt about the answer. */
function withSection<S extends Section>(
  reports: readonly Report[],
  section: S,
  read: (found: readonly NonNullable<Report[S]>[], used: readonly Report[]) => FieldReading,
): FieldReading {
  const used = reports.filter((report) => report[section] !== undefined)
  if (used.length === 0) {
    const got = [...new Set(reports.map((report) => FORMAT_TITLES[report.format]))].join(', ')
    return absent(`no report with ${SECTION_WORDS[section]}${got === '' ? '' : `, only ${got}`}`)
  }
  return (
    doubtOf(used) ??
    read(
      used.map((report) => report[section]!),
      used,
    )
  )
}

function doubtOf(reports: readonly Report[]): FieldReading | undefined {
  const doubt = reports.flatMap((report) => report.doubts)[0]
  return doubt === undefined
    ? undefined
    : { state: 'unreadable', why: harmlessLine(doubt), tainted: true }
}

function readTests(
  found: readonly TestOutcomes[],
  used: readonly Report[],
  name: string,
): FieldReading {
  const field = TEST_FIELDS.find((each) => each === name) ?? 'total'
  const skipped = sumOf(found, (each) => each.skipped)
  const ran = sumOf(found, (each) => each.passed + each.failed)
  if (ran + skipped === 0) return absent('the report lists no test')
  if (field === 'total') return valueOf(ran + skipped)
  if (field === 'skipped') return valueOf(skipped)
  if (ran === 0) return absent(`no test ran: ${skipped} skipped`)
  if (field === 'flaky' && used.some((report) => report.format === 'tap'))
    return absent('TAP does not say which tests are flaky')
  return valueOf(sumOf(found, (each) => each[field]))
}

function readFindings(
  reports: readonly Report[],
  name: string,
  product: string | undefined,
): FieldReading {
  return withSection(reports, 'findings', (found) => {
    const open = found.flatMap((each) => each.open)
    if (name === 'total') return valueOf(open.length)
    if (name === 'suppressed') return valueOf(sumOf(found, (each) => each.suppressedCount))
    if (!name.startsWith('affected')) return countFindings(open, name)
    const doubt = doubtOf(reports.filter((report) => report.statements !== undefined))
    if (doubt !== undefined) return doubt
    const statements = reports.flatMap((report) => report.statements ?? [])
    try {
      const { affected } = weighFindings(open, statements, product)
      return name === 'affected'
        ? valueOf(affected.length)
        : countFindings(affected, name.slice('affected.'.length))
    } catch (thrown) {
      if (thrown instanceof ReportMismatch)
        return { state: 'unreadable', why: harmlessLine(thrown.message), tainted: true }
      throw thrown
    }
  })
}

/** A finding without a severity may be of any: then nothing can be said of one severity. */
function countFindings(findings: readonly ReportFinding[], word: string): FieldReading {
  if (LEVELS.some((each) => each === word)) {
    const bare = findings.filter((each) => each.level === undefined).length
    return bare > 0
      ? absent(`${bare} of ${findings.length} findings have no level`)
      : valueOf(findings.filter((each) => each.level === word).length)
  }
  const unrated = findings.filter((each) => each.severity === 'unknown').length
  if (word === 'unknown') return valueOf(unrated)
  return unrated > 0
    ? absent(`${unrated} of ${findings.length} findings have no severity`)
    : valueOf(findings.filter((each) => each.severity === word).length)
}

function readMetric(reports: readonly Report[], name: string, word: string): FieldReading {
  return withSection(reports, 'metrics', (found) => {
    const all = found.flat().filter((each) => each.name === name)
    const [metric, another] = all
    if (metric === undefined) return absent(`no metric is called ${name.slice(0, 80)}`)
    if (another !== undefined)
      return absent(`several reports have ${name.slice(0, 80)}: say which with "in"`)
    return numberOfMetric(metric, word)
  })
}

function numberOfMetric(metric: LoadMetric, word: string): FieldReading {
  const statistic = /^p[0-9]/.test(word) ? `p(${word.slice(1)})` : word
  if (metric.sampleCount === 0) return absent(`${metric.name.slice(0, 80)} has no measurement`)
  const number = metric.numbers.get(statistic)
  if (number === undefined) {
    const known = [...metric.numbers.keys()].slice(0, 12).join(', ')
    return absent(`${metric.name.slice(0, 80)} has ${known}, not ${statistic}`)
  }
  return valueOf(number.unit === undefined ? number.value : `${number.value} ${number.unit}`)
}

function sumOf<T>(list: readonly T[], count: (each: T) => number): number {
  return list.reduce((sum, each) => sum + count(each), 0)
}

function valueOf(value: number | string): FieldReading {
  return { state: 'value', value }
}

/** Names of metrics are the report's own. */
function absent(why: string): FieldReading {
  return { state: 'absent', why: harmlessLine(why) }
}
