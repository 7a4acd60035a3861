// Weighs one assertion against what was read: true, false, tolerated, or no data.
import { compareValue, isEmpty, noData, textOf } from './comparison.ts'
import type { Answer } from './comparison.ts'
import { describeAssertion, describeReading } from './assertion-text.ts'
import type { AssertionOutcome } from './model.ts'
import type { Assertion, PlanGate, Quantifier, Reading } from './plan-model.ts'
import type { Found, Observer } from './found.ts'
import { shownText } from './shown-text.ts'

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

/**
 * Weighs one assertion of the gate.
 * @param windowProblem why the evidence does not cover the assertion's window, if so
 */
export function weighAssertion(
  gate: PlanGate,
  assertion: Assertion,
  observe: Observer,
  windowProblem?: string,
): Weighed {
  const found = observe(assertion.read)
  const size = sampleSizeOf(assertion, observe)
  const lacking = size?.answer ?? (windowProblem === undefined ? undefined : noData(windowProblem))
  const { answer, value } =
    lacking === undefined ? answerOf(gate, assertion, found) : { answer: lacking, value: undefined }
  const observed = answer.is === 'no-data' || value === undefined ? undefined : shownText(value)
  const claim = describeAssertion(assertion)
  const got = observed ?? answer.why ?? 'nothing'
  return {
    outcome: { assertion, outcome: answer.is, ...(observed === undefined ? {} : { observed }) },
    isTainted: [found, size?.found].some((each) => each?.state === 'unreadable' && each.tainted),
    text: `expected ${claim}, got ${got}`,
    ...(value === undefined || answer.is === 'no-data' ? {} : { value }),
  }
}

interface Reply {
  readonly answer: Answer
  /** The value that decided, as text. */
  readonly value: string | undefined
}

function answerOf(gate: PlanGate, assertion: Assertion, found: Found): Reply {
  const ownUnit = unitOfReading(gate, assertion.read)
  switch (found.state) {
    case 'unreadable':
      return { answer: noData(found.why), value: undefined }
    case 'absent':
      return {
        answer:
          assertion.op === 'exists' && assertion.read.from !== 'slot'
            ? { is: 'false', why: found.why }
            : noData(found.why),
        value: undefined,
      }
    case 'value': {
      const value = textOf(found.value)
      // A slot that nothing was printed for is undecided; any other empty reading makes `exists` false.
      if (assertion.op === 'exists' && assertion.read.from === 'slot' && isEmpty(found.value))
        return { answer: noData('an empty value'), value }
      return { answer: compareValue(found.value, assertion, ownUnit, found.whyEmpty), value }
    }
    case 'many': {
      const replies = found.values.map((value) => ({
        answer: compareValue(value, assertion, ownUnit),
        value: textOf(value),
      }))
      return quantify(found.rows, replies)
    }
  }
}

/** One answer for several values; what decides comes first, and a value without data leaves open what it could decide. */
function quantify(
  rows: Quantifier,
  replies: readonly (Reply & { readonly value: string })[],
): Reply {
  const first = (...outcomes: readonly Answer['is'][]): Reply | undefined =>
    outcomes
      .map((outcome) => replies.find((each) => each.answer.is === outcome))
      .find((each) => each !== undefined)
  const deciding =
    rows === 'every'
      ? first('false', 'no-data', 'tolerated', 'true')
      : first('true', 'tolerated', 'no-data', 'false')
  if (deciding === undefined) return { answer: noData('no value at all'), value: undefined }
  const { answer, value } = deciding
  const count = replies.filter((each) => each.answer.is === answer.is).length
  const shown = `${value ?? ''} (${count} of ${replies.length})`
  const counted: Answer =
    answer.why === undefined
      ? answer
      : { ...answer, why: `${answer.why} (${count} of ${replies.length})` }
  if (rows !== 'none' || answer.is === 'no-data') return { answer: counted, value: shown }
  return { answer: { is: answer.is === 'false' ? 'true' : 'false' }, value: shown }
}

/** What says that too little was measured; undefined when nothing was asked of the size or it is enough. */
function sampleSizeOf(
  assertion: Assertion,
  observe: Observer,
): { readonly answer: Answer; readonly found: Found } | undefined {
  const { sampleSize } = assertion
  if (sampleSize === undefined) return undefined
  const found = observe(sampleSize.read)
  const what = describeReading(sampleSize.read)
  const { minimum } = sampleSize
  if (found.state === 'value') {
    const answer = compareValue(
      found.value,
      { op: 'ge', value: minimum },
      undefined,
      found.whyEmpty,
    )
    if (answer.is === 'true') return undefined
    const got = answer.why ?? shownText(textOf(found.value))
    return { found, answer: noData(`a sample of ${got} (${what}), at least ${minimum} are needed`) }
  }
  const why = found.state === 'many' ? 'several values' : found.why
  return { found, answer: noData(`no sample size (${what}): ${why}`) }
}

/** The unit a bare number of this reading is in. */
function unitOfReading(gate: PlanGate, read: Reading): string | undefined {
  if (read.from === 'durationMs') return 'ms'
  return read.from === 'slot' ? gate.slots.find((slot) => slot.id === read.slot)?.unit : undefined
}
