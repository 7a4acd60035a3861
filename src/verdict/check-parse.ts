// Reads what a check is and what is asserted of it, strictly: the part of a plan that decides.
import type { Assertion, Check, Operator, Reading, RowTest } from './plan-model.ts'
import {
  kindOf,
  readInteger,
  readList,
  readMap,
  readName,
  readNumber,
  readOneOf,
  readRecord,
  readText,
} from './shape.ts'
import type { Reader } from './shape.ts'

/** Longest time a check may ask for: 31 days, for soaks. */
export const CHECK_TIMEOUT_LIMIT_MS = 31 * 86_400_000
/** Longest life of evidence, and longest window, that a plan may state: 100 years. */
export const MAX_AGE_LIMIT_MS = 36_525 * 86_400_000

/** Reads an object whose `key` says which record it is. */
function readTagged<T>(key: string, variants: Readonly<Record<string, Reader<T>>>): Reader<T> {
  return (value, at) => {
    const tag: unknown =
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<string, unknown>)[key]
        : undefined
    const reader =
      typeof tag === 'string' && Object.hasOwn(variants, tag) ? variants[tag] : undefined
    if (reader !== undefined) return reader(value, at)
    const known = Object.keys(variants).join(', ')
    throw at.refuse(
      `expected the key "${key}" with one of ${known} at ${at.path}, got ${kindOf(tag)}`,
    )
  }
}

const readScalar: Reader<string | number | boolean> = (value, at) => {
  if (typeof value === 'boolean') return value
  return typeof value === 'number' ? readNumber(value, at) : readText(value, at)
}

export const readCheck: Reader<Check> = readTagged<Check>('type', {
  command: readRecord(
    { type: readOneOf(['command']), language: readOneOf(['bash', 'sh']), script: readText },
    { reports: readList(readName, 1) },
  ),
  http: readRecord(
    { type: readOneOf(['http']), method: readName, url: readName },
    { headers: readMap(readText), body: readText },
  ),
  sql: readRecord({ type: readOneOf(['sql']), connection: readName, text: readName }, {}),
  promql: readRecord(
    { type: readOneOf(['promql']), connection: readName, query: readName },
    {
      headers: readMap(readText),
      range: readRecord(
        {
          durationMs: readInteger(1, CHECK_TIMEOUT_LIMIT_MS),
          stepMs: readInteger(1_000, CHECK_TIMEOUT_LIMIT_MS),
        },
        {},
      ),
    },
  ),
  builtin: readRecord(
    { type: readOneOf(['builtin']), name: readName },
    { on: readOneOf(['runner']), with: readMap(readScalar) },
  ),
  document: readRecord({ type: readOneOf(['document']), path: readName }, {}),
  manual: readRecord({ type: readOneOf(['manual']), question: readText }, {}),
  unsupported: readRecord(
    { type: readOneOf(['unsupported']), language: readText, reason: readName },
    {},
  ),
})

export const readOperator: Reader<Operator> = readOneOf([
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'between',
  'contains',
  'matches',
  'exists',
])

const readRowTest: Reader<RowTest> = readRecord(
  { column: readName, op: readOperator },
  { value: readScalar, unit: readName },
)

const readReading: Reader<Reading> = readTagged<Reading>('from', {
  exitCode: readRecord({ from: readOneOf(['exitCode']) }, {}),
  stdout: readRecord({ from: readOneOf(['stdout']) }, {}),
  stderr: readRecord({ from: readOneOf(['stderr']) }, {}),
  body: readRecord({ from: readOneOf(['body']) }, {}),
  json: readRecord({ from: readOneOf(['json']), path: readName }, {}),
  percentile: readRecord(
    { from: readOneOf(['percentile']), path: readName, percent: readNumber },
    {},
  ),
  report: readRecord(
    { from: readOneOf(['report']), of: readName },
    { in: readName, product: readName },
  ),
  status: readRecord({ from: readOneOf(['status']) }, {}),
  header: readRecord({ from: readOneOf(['header']), name: readName }, {}),
  durationMs: readRecord({ from: readOneOf(['durationMs']) }, {}),
  rowCount: readRecord({ from: readOneOf(['rowCount']) }, {}),
  cell: readRecord({ from: readOneOf(['cell']), column: readName }, { row: readInteger(0) }),
  column: readRecord(
    { from: readOneOf(['column']), column: readName, rows: readOneOf(['every', 'any', 'none']) },
    {},
  ),
  matchingRows: readRecord(
    { from: readOneOf(['matchingRows']), where: readList(readRowTest, 1) },
    {},
  ),
  duplicates: readRecord({ from: readOneOf(['duplicates']), column: readName }, {}),
  samples: readRecord(
    {
      from: readOneOf(['samples']),
      take: readOneOf([
        'only',
        'every',
        'any',
        'none',
        'min',
        'max',
        'avg',
        'sum',
        'seriesCount',
        'sampleCount',
      ]),
    },
    {},
  ),
  text: readRecord({ from: readOneOf(['text']) }, {}),
  answer: readRecord({ from: readOneOf(['answer']) }, {}),
  slot: readRecord({ from: readOneOf(['slot']), slot: readName }, {}),
})

const readTolerance: Reader<number> = (value, at) => {
  const tolerance = readNumber(value, at)
  if (tolerance < 0)
    throw at.refuse(`expected a tolerance of at least 0 at ${at.path}, got ${tolerance}`)
  return tolerance
}

export const readAssertion: Reader<Assertion> = readRecord(
  { read: readReading, op: readOperator },
  {
    value: readScalar,
    upper: readNumber,
    unit: readName,
    tolerance: readTolerance,
    tolerancePercent: readTolerance,
    sampleSize: readRecord({ read: readReading, minimum: readNumber }, {}),
    windowMs: readInteger(1, MAX_AGE_LIMIT_MS),
    maxGapMs: readInteger(1, MAX_AGE_LIMIT_MS),
    severity: readOneOf(['required', 'advisory']),
    onNoData: readOneOf(['inconclusive', 'pass', 'fail']),
    fills: readList(readName),
  },
)
