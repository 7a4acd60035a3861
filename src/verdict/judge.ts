// Judges one gate: evidence first, then the assertions of the plan; the only place where a status is made from a capture.
import type { Json } from '../kernel/index.ts'
import { admitGate } from './admission.ts'
import { weighAssertion } from './assertion.ts'
import { describeAssertion } from './assertion-text.ts'
import { shownText } from './shown-text.ts'
import type { Weighed } from './assertion.ts'
import { breakageOf } from './breakage.ts'
import type { Ruling } from './breakage.ts'
import { cautionOf, windowProblemOf } from './coverage.ts'
import type { Observer } from './found.ts'
import type {
  AttemptFacts,
  AttemptTimes,
  Capture,
  EvidenceBytes,
  Judgement,
  RunTerms,
} from './model.ts'
import type { Assertion, PlanGate } from './plan-model.ts'
import { observeCapture } from './readings.ts'
import { withReports } from './report-readings.ts'
import { judgeSoak } from './soak.ts'
import { SLOT_VALUE_LENGTH_LIMIT } from './slot-values.ts'

/** Reasons joined into one sentence. */
const REASON_LIMIT = 3

/** The claim that a manual gate's question is answered with yes; stands when the plan asserts nothing of the answer. */
const ANSWER_IS_YES: Assertion = { read: { from: 'answer' }, op: 'eq', value: true }

/**
 * The status that follows from a capture, its evidence and the plan's assertions. Never PASS unless a required
 * assertion is true; ERROR when the check broke; INCONCLUSIVE without data. Source: release semantics, section 2.
 * @param attempt what the attempt's statement says of it: captures that tell of other times are an ERROR, and what it
 *   consumed belongs to the judgement; whether that is true is for whoever knows the producers' results
 */
export function judgeGate(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
  terms: RunTerms,
  attempt?: AttemptFacts,
): Judgement {
  const judgement = judge(gate, capture, evidence, terms, attempt)
  return attempt?.consumed === undefined ? judgement : { ...judgement, consumed: attempt.consumed }
}

function judge(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
  terms: RunTerms,
  times: AttemptTimes | undefined,
): Judgement {
  const refused = refuseRun(gate, capture, terms)
  const { soak } = gate
  if (refused === undefined && soak !== undefined && capture.kind === 'soak')
    return judgeSoak({ ...gate, soak }, capture, evidence, times, (one, seen, streams) =>
      judge(one, seen, streams, terms, times),
    )
  const broken = refused ?? breakageOf(gate, capture, evidence, times)
  if (broken !== undefined) return { ...broken, assertions: [], slots: {}, toggles: {} }
  const observe = observeCapture(gate, capture, evidence)
  const weighed = assertionsOf(gate, capture).map((assertion) =>
    weighAssertion(gate, assertion, observe, windowProblemOf(gate, assertion, capture, evidence)),
  )
  const implied = impliedFailure(gate, capture, observe)
  const caution = cautionOf(gate, capture, evidence)
  const ruled = implied ?? warnOfLeftovers(withCaution(rule(gate, weighed), caution), capture)
  const ruling = withReports(gate, capture, ruled, () => observe({ from: 'report', of: 'summary' }))
  return {
    ...ruling,
    assertions: weighed.map((each) => each.outcome),
    slots: fillSlots(gate, weighed, observe),
    toggles: fillToggles(gate, weighed, implied !== undefined || ruling.status !== ruled.status),
  }
}

/** Green on an answer that may lack data would be a guess; on one with a warning it is said. */
function withCaution(ruling: Ruling, caution: Ruling | undefined): Ruling {
  const isGreen = ruling.status === 'PASS' || ruling.status === 'WARN'
  if (caution === undefined || !isGreen) return ruling
  return { status: caution.status, reason: `${ruling.reason}; ${caution.reason}` }
}

function assertionsOf(gate: PlanGate, capture: Capture): readonly Assertion[] {
  const isImplied =
    capture.kind === 'manual' && !gate.assertions.some((each) => each.read.from === 'answer')
  return isImplied ? [...gate.assertions, ANSWER_IS_YES] : gate.assertions
}

/** A capture of a gate that was not allowed to run proves nothing, whoever made it. */
function refuseRun(gate: PlanGate, capture: Capture, terms: RunTerms): Ruling | undefined {
  const admission = admitGate(gate, terms)
  if (!admission.admitted && (admission.status === 'BLOCKED' || gate.check.type !== 'manual')) {
    return { status: 'BLOCKED', reason: admission.reason }
  }
  const wanted = gate.soak === undefined ? gate.check.type : 'soak'
  if (capture.kind !== wanted) {
    return {
      status: 'ERROR',
      reason: `expected a ${wanted} capture, got a ${capture.kind} capture`,
    }
  }
  return undefined
}

/** A check that leaves processes behind did something it was not asked for, however well it passed. */
function warnOfLeftovers(ruling: Ruling, capture: Capture): Ruling {
  if (ruling.status !== 'PASS' || capture.kind !== 'command' || capture.leftovers === undefined)
    return ruling
  const { count, survivedCount, names } = capture.leftovers
  const what = `${count} ${count === 1 ? 'process' : 'processes'} running (${[...new Set(names)].slice(0, REASON_LIMIT).join(', ')})`
  const fate = survivedCount === 0 ? 'killed' : `not killed: ${survivedCount}`
  return {
    status: 'WARN',
    reason: `it passed and left ${shownText(what)}, ${fate}; ${ruling.reason}`,
  }
}

/** What is false without anybody asserting it: a failed command, step or answer, or a file that is not there. */
function impliedFailure(gate: PlanGate, capture: Capture, observe: Observer): Ruling | undefined {
  const fail = (reason: string): Ruling => ({ status: 'FAIL', reason })
  const asserts = (from: string): boolean => gate.assertions.some((each) => each.read.from === from)
  switch (capture.kind) {
    case 'command': {
      if (capture.exitCode !== 0 && !asserts('exitCode'))
        return fail(`expected exit code 0, got ${capture.exitCode}`)
      const step = capture.steps.find(
        (each) => each.exitCode !== 0 && !isExcused(gate, each.exitCode, observe),
      )
      if (step === undefined) return undefined
      return fail(
        `expected every step to succeed, got exit code ${step.exitCode} in line ${step.line}`,
      )
    }
    case 'http':
      if (asserts('status') || capture.status === null || capture.status < 400) return undefined
      return fail(`expected an HTTP status below 400, got ${capture.status}`)
    case 'document':
      return capture.found ? undefined : fail('expected the file, found none')
    default:
      return undefined
  }
}

/** A failed step is excused when everything asserted of the exit code holds for its exit code as well. */
function isExcused(gate: PlanGate, exitCode: number, observe: Observer): boolean {
  const claims = gate.assertions.filter((each) => each.read.from === 'exitCode')
  const seeStep: Observer = (reading) =>
    reading.from === 'exitCode' ? { state: 'value', value: exitCode } : observe(reading)
  return (
    claims.length > 0 &&
    claims.every((each) => weighAssertion(gate, each, seeStep).outcome.outcome === 'true')
  )
}

function rule(gate: PlanGate, weighed: readonly Weighed[]): Ruling {
  const required = weighed.filter((each) => each.outcome.assertion.severity !== 'advisory')
  const failed = required.filter((each) => {
    const { outcome, assertion } = each.outcome
    return (
      outcome === 'false' ||
      (outcome === 'no-data' && assertion.onNoData === 'fail' && !each.isTainted)
    )
  })
  if (failed.length > 0) return { status: 'FAIL', reason: sentenceOf(failed) }
  const undecided = required.filter((each) => {
    const { outcome, assertion } = each.outcome
    return outcome === 'no-data' && (each.isTainted || assertion.onNoData !== 'pass')
  })
  if (undecided.length > 0) return { status: 'INCONCLUSIVE', reason: sentenceOf(undecided) }
  const held = required.filter(
    (each) => each.outcome.outcome === 'true' || each.outcome.outcome === 'tolerated',
  )
  if (held.length === 0)
    return { status: 'INCONCLUSIVE', reason: describeNothingAsserted(gate, weighed.length) }
  const band = weighed.filter((each) => each.outcome.outcome === 'tolerated')
  const advice = weighed.filter(
    (each) =>
      each.outcome.assertion.severity === 'advisory' &&
      (each.outcome.outcome === 'false' || isSilent(each)),
  )
  if (band.length + advice.length > 0)
    return { status: 'WARN', reason: sentenceOf([...band, ...advice]) }
  return { status: 'PASS', reason: describeHeld(held) }
}

function isSilent(weighed: Weighed): boolean {
  const { outcome, assertion } = weighed.outcome
  return outcome === 'no-data' && (weighed.isTainted || assertion.onNoData !== 'pass')
}

function describeNothingAsserted(gate: PlanGate, count: number): string {
  const unsound =
    gate.unsound.length === 0 ? '' : `; the check is unsound: ${gate.unsound.join(', ')}`
  return count === 0
    ? `it ran and nothing is asserted of it${unsound}`
    : `no required assertion had data to be true on${unsound}`
}

function describeHeld(held: readonly Weighed[]): string {
  const first = held[0]!.outcome
  const rest = held.length === 1 ? '' : ` and ${held.length - 1} more`
  return `${describeAssertion(first.assertion)} holds (${first.observed ?? 'seen'})${rest}`
}

function sentenceOf(weighed: readonly Weighed[]): string {
  const texts = weighed.slice(0, REASON_LIMIT).map((each) => each.text)
  const rest = weighed.length > REASON_LIMIT ? `; and ${weighed.length - REASON_LIMIT} more` : ''
  return texts.join('; ') + rest
}

/** Slots named by `fills` first, in order of the assertions; then whatever the slot convention or a person offers. */
function fillSlots(
  gate: PlanGate,
  weighed: readonly Weighed[],
  observe: Observer,
): Readonly<Record<string, string>> {
  const out = new Map<string, string>()
  for (const slot of gate.slots) {
    const filling = weighed.find(
      (each) => each.value !== undefined && each.outcome.assertion.fills?.includes(slot.id),
    )
    const claimed = weighed.some((each) => each.outcome.assertion.fills?.includes(slot.id) === true)
    const found = claimed ? undefined : observe({ from: 'slot', slot: slot.id })
    const value = filling?.value ?? (found?.state === 'value' ? scalarText(found.value) : undefined)
    const text = value?.trim()
    if (text !== undefined && text !== '' && text.length <= SLOT_VALUE_LENGTH_LIMIT) {
      out.set(slot.id, text.toWellFormed())
    }
  }
  return Object.fromEntries(out)
}

/** Slot readings are texts or numbers already; anything else fills nothing. */
function scalarText(value: Json): string | undefined {
  return typeof value === 'object' ? undefined : String(value)
}

/** A toggle is false when any assertion filling it is, true when all are; undecided when one had no data. */
function fillToggles(
  gate: PlanGate,
  weighed: readonly Weighed[],
  hasFailed: boolean,
): Readonly<Record<string, boolean>> {
  const out = new Map<string, boolean>()
  for (const toggle of gate.toggles) {
    const outcomes = weighed
      .filter((each) => each.outcome.assertion.fills?.includes(toggle.id))
      .map((each) => each.outcome.outcome)
    if (outcomes.includes('false')) out.set(toggle.id, false)
    // A check that failed as a whole shows no green toggle, even where one assertion happened to hold.
    else if (outcomes.length > 0 && !outcomes.includes('no-data') && !hasFailed)
      out.set(toggle.id, true)
  }
  return Object.fromEntries(out)
}
