// Reads a plan strictly: every key known, every id unique, every reference resolved, every assertion judgeable.
import { shownText } from './shown-text.ts'
import { verdictFault } from './errors.ts'
import type {
  Assertion,
  Check,
  Operator,
  Plan,
  PlanGate,
  PlanSlot,
  PlanToggle,
  Reading,
  RowTest,
  SignOffRole,
} from './plan-model.ts'
import { orderGates } from './plan.ts'
import { checkReferences, refuseDuplicates } from './plan-references.ts'
import {
  kindOf,
  readBoolean,
  readDigest,
  readInteger,
  readList,
  readMap,
  readName,
  readNumber,
  readOneOf,
  readRecord,
  readText,
} from './shape.ts'
import type { Place, Reader } from './shape.ts'

/** Most gates one plan may have. */
export const PLAN_GATE_LIMIT = 10_000
/** Longest time a check may ask for: 31 days, for soaks. */
export const CHECK_TIMEOUT_LIMIT_MS = 31 * 86_400_000
/** Longest life of evidence that a plan may state: 100 years. */
const MAX_AGE_LIMIT_MS = 36_525 * 86_400_000
const SIGN_OFF_ROLE_LIMIT = 100
const RETRY_LIMIT = 100
const SIGN_OFF_MINIMUM_LIMIT = 1_000

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

const readCheck: Reader<Check> = readTagged<Check>('type', {
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
    { with: readMap(readScalar) },
  ),
  document: readRecord({ type: readOneOf(['document']), path: readName }, {}),
  manual: readRecord({ type: readOneOf(['manual']), question: readText }, {}),
  unsupported: readRecord(
    { type: readOneOf(['unsupported']), language: readText, reason: readName },
    {},
  ),
})

const readOperator: Reader<Operator> = readOneOf([
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

const readAssertion: Reader<Assertion> = readRecord(
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

const readSlot: Reader<PlanSlot> = readRecord(
  { id: readName, label: readText },
  { unit: readName, bound: readRecord({ op: readOperator, value: readNumber }, {}) },
)

const readToggle: Reader<PlanToggle> = readRecord({ id: readName, label: readText }, {})

const readGate: Reader<PlanGate> = readRecord(
  {
    id: readName,
    title: readText,
    section: readText,
    severity: readOneOf(['required', 'advisory', 'informational']),
    needs: readList(readName),
    check: readCheck,
    assertions: readList(readAssertion),
    effect: readOneOf(['read', 'write-staging', 'write-prod', 'unknown']),
    provenRead: readBoolean,
    parameters: readList(readName),
    holes: readList(readText),
    slots: readList(readSlot),
    toggles: readList(readToggle),
    timeoutMs: readInteger(1, CHECK_TIMEOUT_LIMIT_MS),
    retries: readInteger(0, RETRY_LIMIT),
    unsound: readList(readText),
    source: readRecord({ line: readInteger(0), sha256: readDigest }, {}),
  },
  {
    phase: readName,
    owner: readName,
    children: readList(readName, 1),
    maxAgeMs: readInteger(1, MAX_AGE_LIMIT_MS),
    exclusive: readName,
  },
)

const readSignOffRole: Reader<SignOffRole> = readRecord(
  { role: readName, minimum: readInteger(1, SIGN_OFF_MINIMUM_LIMIT) },
  { anyOf: readList(readName, 1) },
)

const readPlan: Reader<Plan> = readRecord(
  {
    format: readOneOf(['seaworthy-plan/1']),
    source: readRecord(
      { name: readText, sha256: readDigest },
      { gates: readList(readOneOf(['ordered-steps', 'headings']), 1) },
    ),
    service: readName,
    version: readName,
    environment: readName,
    gates: readList(readGate, 1),
    signOffs: readList(readSignOffRole),
  },
  {},
)

/**
 * The plan in a parsed JSON value.
 * @throws VERDICT_PLAN_SHAPE_REFUSED, …_ID_DUPLICATE, …_NEED_UNKNOWN, …_CHILD_UNKNOWN, …_CYCLE_FOUND (with the path),
 * …_ASSERTION_REFUSED, …_PATTERN_REFUSED, …_PATH_REFUSED; the message names the place.
 */
export function parsePlan(json: unknown): Plan {
  const place: Place = {
    path: 'plan',
    refuse: (message) => verdictFault('VERDICT_PLAN_SHAPE_REFUSED', message),
  }
  const plan = readPlan(json, place)
  if (plan.gates.length > PLAN_GATE_LIMIT) {
    throw place.refuse(`expected at most ${PLAN_GATE_LIMIT} gates, got ${plan.gates.length}`)
  }
  if (plan.signOffs.length > SIGN_OFF_ROLE_LIMIT) {
    throw place.refuse(
      `expected at most ${SIGN_OFF_ROLE_LIMIT} sign-off roles, got ${plan.signOffs.length}`,
    )
  }
  refuseDuplicates(
    'gate',
    plan.gates.map((gate) => gate.id),
  )
  // Two gates at once could each take the other's file for their own.
  refuseDuplicates(
    'report file',
    plan.gates.flatMap((gate) => (gate.check.type === 'command' ? (gate.check.reports ?? []) : [])),
  )
  refuseDuplicates(
    'sign-off role',
    plan.signOffs.map((role) => role.role),
  )
  const ids = new Set(plan.gates.map((gate) => gate.id))
  for (const gate of plan.gates) checkReferences(gate, ids)
  const order = orderGates(plan.gates)
  if (!order.ok) {
    const path = order.path.map(shownText).join(' → ')
    throw verdictFault('VERDICT_PLAN_CYCLE_FOUND', `expected gates without a circle, got ${path}`, {
      details: { path: order.path },
    })
  }
  return plan
}
