// Whether evidence covers what an assertion claims: its window, and all the data there was.
import type { Ruling } from './breakage.ts'
import type { Capture, EvidenceBytes } from './model.ts'
import type { Assertion, PlanGate } from './plan-model.ts'
import { readPromqlAnswer } from './promql-answer.ts'
import type { PromqlAnswer } from './promql-answer.ts'
import { windowProblem } from './samples.ts'
import { shownText } from './shown-text.ts'

/** Why the evidence does not cover the assertion's window; undefined when it does, or none is asked for. */
export function windowProblemOf(
  gate: PlanGate,
  assertion: Assertion,
  capture: Capture,
  evidence: EvidenceBytes,
): string | undefined {
  if (assertion.windowMs === undefined) return undefined
  const answer = answerIn(gate, capture, evidence)
  if (capture.kind !== 'promql') return 'one instant was observed where a window was expected'
  // What cannot be read is said by the reading itself.
  return answer === undefined ? undefined : windowProblem(assertion, capture, answer)
}

/** What a green status on this evidence must not hide; undefined for an answer without reservations. */
export function cautionOf(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
): Ruling | undefined {
  const answer = answerIn(gate, capture, evidence)
  const [partial] = answer?.partial ?? []
  if (partial !== undefined)
    return { status: 'INCONCLUSIVE', reason: shownText(`the server may lack data: ${partial}`) }
  const [warning] = answer?.warnings ?? []
  return warning === undefined ? undefined : { status: 'WARN', reason: shownText(warning) }
}

function answerIn(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
): PromqlAnswer | undefined {
  const { check } = gate
  const body = evidence['body']
  if (capture.kind !== 'promql' || check.type !== 'promql' || body === undefined) return undefined
  const reading = readPromqlAnswer(check, capture, body)
  return reading.ok ? reading.answer : undefined
}
