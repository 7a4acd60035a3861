// Compares one value with a bound: true, false, tolerated, or no data.
import type { Json } from '../kernel/index.ts'
import type { AssertionOutcome } from './model.ts'
import { compilePattern } from './pattern.ts'
import { matchesPattern } from './pattern-match.ts'
import type { Assertion } from './plan-model.ts'
import { parseQuantity, quantityIn } from './quantity.ts'
import { shownText } from './shown-text.ts'

export interface Answer {
  readonly is: AssertionOutcome['outcome']
  readonly why?: string
}

/** What a value is compared with. */
export type Bound = Pick<
  Assertion,
  'op' | 'value' | 'upper' | 'unit' | 'tolerance' | 'tolerancePercent'
>

export const yes = (holds: boolean): Answer => ({ is: holds ? 'true' : 'false' })
export const noData = (why: string): Answer => ({ is: 'no-data', why })

/**
 * @param ownUnit the unit that a bare number of this reading is in
 * @param whyEmpty what is said of an empty value
 */
export function compareValue(
  value: Json,
  bound: Bound,
  ownUnit: string | undefined,
  whyEmpty = 'an empty value',
): Answer {
  if (isEmpty(value) && !(value === '' && bound.op === 'eq' && bound.value === '')) {
    return bound.op === 'exists' ? { is: 'false', why: whyEmpty } : noData(whyEmpty)
  }
  if (bound.op === 'exists') return yes(true)
  switch (typeof bound.value) {
    case 'number':
      return compareNumber(bound, value, bound.value, ownUnit)
    case 'boolean':
      return compareBoolean(bound, value, bound.value)
    case 'string':
      return compareText(bound, value, bound.value)
    default:
      return noData('the assertion states no value')
  }
}

/** Null, blank text, and empty lists and objects: nothing was measured. */
export function isEmpty(value: Json): boolean {
  if (value === null) return true
  if (typeof value === 'string') return value.trim() === ''
  return typeof value === 'object' && Object.keys(value).length === 0
}

function compareNumber(
  bound: Bound,
  value: Json,
  limit: number,
  ownUnit: string | undefined,
): Answer {
  if (bound.op === 'contains') return compareText(bound, value, String(limit))
  const unit = bound.unit ?? ownUnit
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
  const upper = bound.op === 'between' ? bound.upper : limit
  if (upper === undefined) return noData('the assertion states no upper bound')
  const holds = compareOrder(bound.op, number, limit, upper)
  if (holds === undefined) return noData(`no meaning of ${bound.op} for a number`)
  if (holds || bound.op === 'ne') return yes(holds)
  const isNear = [limit, upper].some((each) => isTolerated(bound, number, each))
  return isNear ? { is: 'tolerated' } : yes(false)
}

function isTolerated(bound: Bound, number: number, limit: number): boolean {
  const { tolerance, tolerancePercent } = bound
  // Rounded to 12 digits, as conversions are: 5 % of 0.3 must reach 0.315.
  const rounded = (distance: number): number => Number(distance.toPrecision(12))
  const distance = rounded(Math.abs(number - limit))
  if (tolerance !== undefined && distance <= tolerance) return true
  return (
    tolerancePercent !== undefined &&
    distance <= rounded((Math.abs(limit) * tolerancePercent) / 100)
  )
}

function compareOrder(
  op: Assertion['op'],
  number: number,
  bound: number,
  upper: number,
): boolean | undefined {
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
    case 'between':
      return number >= bound && number <= upper
    default:
      return undefined
  }
}

function compareBoolean(bound: Bound, value: Json, wanted: boolean): Answer {
  const text = textOf(value).trim().toLowerCase()
  if (typeof value === 'object' || (text !== 'true' && text !== 'false')) {
    return noData(`${shownText(textOf(value))}, which is neither true nor false`)
  }
  if (bound.op === 'eq') return yes((text === 'true') === wanted)
  if (bound.op === 'ne') return yes((text === 'true') !== wanted)
  return noData(`no meaning of ${bound.op} for true and false`)
}

function compareText(bound: Bound, value: Json, wanted: string): Answer {
  if (bound.op === 'contains' && Array.isArray(value)) {
    return yes(
      (value as readonly Json[]).some(
        (each) => typeof each !== 'object' && textOf(each) === wanted,
      ),
    )
  }
  if (typeof value === 'object') return noData('a list or an object where one value was expected')
  const text = textOf(value)
  switch (bound.op) {
    case 'eq':
      return yes(text === wanted)
    case 'ne':
      return yes(text !== wanted)
    case 'contains':
      return wanted === '' ? noData('an empty text is in every text') : yes(text.includes(wanted))
    case 'matches': {
      const matched = matchesPattern(compilePattern(wanted), text)
      return matched === undefined ? noData('the text is too long for this pattern') : yes(matched)
    }
    default:
      return noData(`no meaning of ${bound.op} for text`)
  }
}

export function textOf(value: Json): string {
  const text =
    typeof value === 'string'
      ? value
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  return text.toWellFormed()
}
