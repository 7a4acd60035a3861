// Assertions and readings in a few words, for reasons and reports.
import type { Assertion, Reading, RowTest, SampleChoice } from './plan-model.ts'
import { shownText } from './shown-text.ts'

const WORD_OF_OPERATOR: Readonly<Record<Assertion['op'], string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  between: 'between',
  contains: 'to contain',
  matches: 'to match',
  exists: 'to exist',
}

const WORD_OF_ROWS = { every: 'every', any: 'any', none: 'no' } as const

const WORD_OF_CHOICE: Readonly<Record<SampleChoice, string>> = {
  only: 'the value',
  every: 'every sample',
  any: 'any sample',
  none: 'no sample',
  min: 'the least sample',
  max: 'the greatest sample',
  avg: 'the average of samples',
  sum: 'the sum of samples',
  seriesCount: 'number of series',
  sampleCount: 'number of samples',
}

/** The claim in a few words: `stdout to contain "ok"`. */
export function describeAssertion(assertion: Assertion): string {
  const window =
    assertion.windowMs === undefined ? '' : ` over ${String(assertion.windowMs / 1_000)} s`
  return `${describeReading(assertion.read)} ${describeBound(assertion, assertion.upper)}${window}`
}

function describeBound(test: Omit<RowTest, 'column'>, upper: number | undefined): string {
  if (test.op === 'exists' || test.value === undefined) return WORD_OF_OPERATOR[test.op]
  const bound =
    typeof test.value === 'string' ? JSON.stringify(shownText(test.value)) : String(test.value)
  const end = test.op === 'between' && upper !== undefined ? ` and ${upper}` : ''
  const unit = test.unit === undefined ? '' : ` ${test.unit}`
  return `${WORD_OF_OPERATOR[test.op]} ${bound}${end}${unit}`
}

export function describeReading(read: Reading): string {
  switch (read.from) {
    case 'exitCode':
      return 'exit code'
    case 'report':
      return read.in === undefined ? read.of : `${read.of} in ${shownText(read.in)}`
    case 'json':
      return `JSON ${read.path}`
    case 'percentile':
      return `percentile ${read.percent} of ${read.path}`
    case 'header':
      return `header ${read.name}`
    case 'cell':
      return `cell ${read.column}[${read.row ?? 0}]`
    case 'column':
      return `${WORD_OF_ROWS[read.rows]} ${read.column}`
    case 'matchingRows': {
      const tests = read.where.map((test) => `${test.column} ${describeBound(test, undefined)}`)
      return `number of rows with ${tests.join(' and ')}`
    }
    case 'duplicates':
      return `duplicates in ${read.column}`
    case 'samples':
      return WORD_OF_CHOICE[read.take]
    case 'slot':
      return `slot ${read.slot}`
    case 'rowCount':
      return 'row count'
    case 'durationMs':
      return 'duration'
    default:
      return read.from
  }
}
