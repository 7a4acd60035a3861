// Weighs one assertion against what was read: true, false, tolerated, or no data.
import type { Json } from '../kernel/index.ts'
import type { AssertionOutcome } from './model.ts'
import { compilePattern } from './pattern.ts'
import { matchesPattern } from './pattern-match.ts'
import type { Assertion, PlanGate, Reading } from './plan-model.ts'
import { parseQuantity, quantityIn } from './quantity.ts'
import type { Found, Observer } from './readings.ts'

/** Longest observed text shown in an outcome, in UTF-16 code units. */
export const OBSERVED_LENGTH_LIMIT = 160

/** An outcome with what the judge needs besides. */
export interface Weighed {
  readonly outcome: AssertionOutcome
  /** The stream was cut or masked: INCONCLUSIVE whatever `onNoData` says. */
  readonly isTainted: boolean
  /** What was expected and got, for the reason. */
  readonly text: string
  /** The whole observed value as text, for slots. */
  readonly value?: string
}

interface Answer {
  readonly is: AssertionOutcome['outcome']
  readonly why?: string
}

const yes = (holds: boolean): Answer => ({ is: holds ? 'true' : 'false' })
const noData = (why: string): Answer => ({ is: 'no-data', why })

/** Weighs one assertion of the gate. */
export function weighAssertion(gate: PlanGate, assertion: Assertion, observe: Observer): Weighed {
  const found = observe(assertion.read)
  const answer = answerOf(gate, assertion, found)
  const value = found.state === 'value' ? textOf(found.value) : undefined
  const observed = answer.is === 'no-data' || value === undefined ? undefined : shownText(value)
  const claim = describeAssertion(assertion)
  const got = observed ?? answer.why ?? 'nothing'
  return {
    outcome: { assertion, outcome: answer.is, ...(observed === undefined ? {} : { observed }) },
    isTainted: found.state === 'unreadable' && found.tainted,
    text: `expected ${claim}, got ${got}`,
    ...(value === undefined || answer.is === 'no-data' ? {} : { value }),
  }
}

function answerOf(gate: PlanGate, assertion: Assertion, found: Found): Answer {
  if (found.state === 'unreadable') return noData(found.why)
  if (assertion.op === 'exists') return existence(assertion, found)
  if (found.state === 'absent') return noData(found.why)
  const value = found.value
  if (isEmpty(value) && !(value === '' && assertion.op === 'eq' && assertion.value === '')) {
    return noData('an empty value')
  }
  switch (typeof assertion.value) {
    case 'number':
      return compareNumber(gate, assertion, value, assertion.value)
    case 'boolean':
      return compareBoolean(assertion, value, assertion.value)
    case 'string':
      return compareText(assertion, value, assertion.value)
    default:
      return noData('the assertion states no value')
  }
}

/** A slot that nothing was printed for is undecided; any other reading that is not there makes `exists` false. */
function existence(assertion: Assertion, found: Exclude<Found, { state: 'unreadable' }>): Answer {
  if (found.state === 'value' && !isEmpty(found.value)) return yes(true)
  const why = found.state === 'absent' ? found.why : 'an empty value'
  return assertion.read.from === 'slot' ? noData(why) : { is: 'false', why }
}

/** Null, blank text, and empty lists and objects: nothing was measured. */
function isEmpty(value: Json): boolean {
  if (value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return typeof value === 'object' && Object.keys(value).length === 0
}

function compareNumber(gate: PlanGate, assertion: Assertion, value: Json, bound: number): Answer {
  if (assertion.op === 'contains') return compareText(assertion, value, String(bound))
  const ownUnit = unitOfReading(gate, assertion.read)
  const unit = assertion.unit ?? ownUnit
  const bare =
    typeof value === 'number'
      ? { value }
      : typeof value === 'string'
        ? parseQuantity(value)
        : undefined
  if (bare === undefined) return noData(`${shownText(textOf(value))}, which is not a number`)
  const quantity =
    bare.unit === undefined && ownUnit !== undefined ? { value: bare.value, unit: ownUnit } : bare
  const number = quantityIn(quantity, unit)
  if (number === undefined) {
    return noData(
      `${shownText(textOf(value))}, whose unit does not fit ${unit ?? 'a bound without a unit'}`,
    )
  }
  const holds = compareOrder(assertion.op, number, bound)
  if (holds === undefined) return noData(`no meaning of ${assertion.op} for a number`)
  const isNear =
    assertion.tolerance !== undefined && Math.abs(number - bound) <= assertion.tolerance
  return !holds && isNear && assertion.op !== 'ne' ? { is: 'tolerated' } : yes(holds)
}

function compareOrder(op: Assertion['op'], number: number, bound: number): boolean | undefined {
  switch (op) {
    case 'eq':
      return number === bound
    case 'ne':
      return number !== bound
    case 'lt':
      return number < bound
    case 'le':
      return number <= bound
    case 'gt':
      return number > bound
    case 'ge':
      return number >= bound
    default:
      return undefined
  }
}

/** The unit a bare number of this reading is in. */
function unitOfReading(gate: PlanGate, read: Reading): string | undefined {
  if (read.from === 'durationMs') return 'ms'
  return read.from === 'slot' ? gate.slots.find((slot) => slot.id === read.slot)?.unit : undefined
}

function compareBoolean(assertion: Assertion, value: Json, bound: boolean): Answer {
  const text = textOf(value).trim().toLowerCase()
  if (typeof value === 'object' || (text !== 'true' && text !== 'false')) {
    return noData(`${shownText(textOf(value))}, which is neither true nor false`)
  }
  if (assertion.op === 'eq') return yes((text === 'true') === bound)
  if (assertion.op === 'ne') return yes((text === 'true') !== bound)
  return noData(`no meaning of ${assertion.op} for true and false`)
}

function compareText(assertion: Assertion, value: Json, bound: string): Answer {
  if (assertion.op === 'contains' && Array.isArray(value)) {
    return yes(
      (value as readonly Json[]).some((each) => typeof each !== 'object' && textOf(each) === bound),
    )
  }
  if (typeof value === 'object') return noData('a list or an object where one value was expected')
  const text = textOf(value)
  switch (assertion.op) {
    case 'eq':
      return yes(text === bound)
    case 'ne':
      return yes(text !== bound)
    case 'contains':
      return bound === '' ? noData('an empty text is in every text') : yes(text.includes(bound))
    case 'matches': {
      const matched = matchesPattern(compilePattern(bound), text)
      return matched === undefined ? noData('the text is too long for this pattern') : yes(matched)
    }
    default:
      return noData(`no meaning of ${assertion.op} for text`)
  }
}

function textOf(value: Json): string {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  return text.toWellFormed()
}

/** Short, one line, without control characters. */
export function shownText(text: string): string {
  const head = text.slice(0, OBSERVED_LENGTH_LIMIT + 1).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
  if (head.length <= OBSERVED_LENGTH_LIMIT) return head.toWellFormed()
  return `${head.slice(0, OBSERVED_LENGTH_LIMIT - 1)}…`.toWellFormed()
}

const WORD_OF_OPERATOR: Readonly<Record<Assertion['op'], string>> = {
  eq: '=',
  ne: '≠',
  lt: '<',
  le: '≤',
  gt: '>',
  ge: '≥',
  contains: 'to contain',
  matches: 'to match',
  exists: 'to exist',
}

/** The claim in a few words: `stdout to contain "ok"`. */
export function describeAssertion(assertion: Assertion): string {
  const what = describeReading(assertion.read)
  if (assertion.op === 'exists' || assertion.value === undefined)
    return `${what} ${WORD_OF_OPERATOR[assertion.op]}`
  const bound =
    typeof assertion.value === 'string'
      ? JSON.stringify(shownText(assertion.value))
      : String(assertion.value)
  const unit = assertion.unit === undefined ? '' : ` ${assertion.unit}`
  return `${what} ${WORD_OF_OPERATOR[assertion.op]} ${bound}${unit}`
}

function describeReading(read: Reading): string {
  switch (read.from) {
    case 'exitCode':
      return 'exit code'
    case 'json':
      return `JSON ${read.path}`
    case 'header':
      return `header ${read.name}`
    case 'cell':
      return `cell ${read.column}[${read.row ?? 0}]`
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
