// What makes a gate ERROR: the check itself broke, or its capture cannot be about this attempt.
import type { BuiltinCapture, PromqlCapture } from './capture-model.ts'
import type { AttemptTimes, Capture, EvidenceBytes, StoredStatus } from './model.ts'
import type { PlanGate } from './plan-model.ts'
import { readPromqlAnswer } from './promql-answer.ts'
import { shownText } from './shown-text.ts'
import { CLOCK_SKEW_LIMIT_MS } from './staleness.ts'

/** Exit codes by which a shell says that it could not run a command (POSIX XCU 2.8.2). */
const EXIT_NOT_EXECUTABLE = 126
const EXIT_NOT_FOUND = 127
/** A status with its reason. */
export interface Ruling {
  readonly status: StoredStatus
  readonly reason: string
}

/** @param times when the statement says that the attempt began and ended */
export function breakageOf(
  gate: PlanGate,
  capture: Capture,
  evidence: EvidenceBytes,
  times: AttemptTimes | undefined,
): Ruling | undefined {
  const error = (reason: string): Ruling => ({ status: 'ERROR', reason: shownText(reason) })
  switch (capture.kind) {
    case 'command':
      return commandBreakage(capture)
    case 'http':
      if (capture.error !== undefined) return error(`no HTTP answer: ${capture.error}`)
      return capture.status === null ? error('no HTTP answer') : undefined
    case 'promql':
      return promqlBreakage(gate, capture, evidence, times)
    case 'builtin':
      return builtinBreakage(gate, capture, times)
    case 'sql':
      if (capture.error !== undefined) return error(`the database refused: ${capture.error}`)
      return capture.rowCount === null ? error('the database gave no answer') : undefined
    case 'document':
      return capture.error === undefined
        ? undefined
        : error(`the file could not be read: ${capture.error}`)
    case 'manual':
    case 'soak':
      return undefined
  }
}

function commandBreakage(capture: Extract<Capture, { kind: 'command' }>): Ruling | undefined {
  const error = (reason: string): Ruling => ({ status: 'ERROR', reason: shownText(reason) })
  if (capture.startError !== undefined)
    return error(`the command did not start: ${capture.startError}`)
  if (capture.timedOut)
    return error(`the command did not end within its time (${capture.durationMs} ms)`)
  if (capture.exitCode === null)
    return error(`the command was ended by ${capture.signal ?? 'a signal'}`)
  const step = capture.steps.find((each) => isShellFailure(each.exitCode))
  if (step !== undefined)
    return error(`the step in line ${step.line} could not be run (exit ${step.exitCode})`)
  return isShellFailure(capture.exitCode)
    ? error(`a command could not be run (exit ${capture.exitCode})`)
    : undefined
}

function isShellFailure(exitCode: number): boolean {
  return exitCode === EXIT_NOT_EXECUTABLE || exitCode === EXIT_NOT_FOUND
}

/** A cut or masked answer is no data, not a broken check: the readings say so. */
function promqlBreakage(
  gate: PlanGate,
  capture: PromqlCapture,
  evidence: EvidenceBytes,
  times: AttemptTimes | undefined,
): Ruling | undefined {
  const error = (reason: string): Ruling => ({ status: 'ERROR', reason: shownText(reason) })
  if (capture.error !== undefined) return error(`no answer to the query: ${capture.error}`)
  if (capture.status === null) return error('no answer to the query')
  if (!isWithin(capture.queriedAtMs, times))
    return error('the query is dated outside the attempt that its statement tells of')
  const body = capture.streams['body']
  if (gate.check.type !== 'promql' || body === undefined || body.truncated || body.maskedCount > 0)
    return undefined
  const reading = readPromqlAnswer(gate.check, capture, evidence['body'] ?? new Uint8Array())
  return reading.ok ? undefined : error(`no usable answer to the query: ${reading.why}`)
}

function builtinBreakage(
  gate: PlanGate,
  capture: BuiltinCapture,
  times: AttemptTimes | undefined,
): Ruling | undefined {
  const error = (reason: string): Ruling => ({ status: 'ERROR', reason: shownText(reason) })
  const { check } = gate
  if (check.type === 'builtin' && check.name !== capture.name)
    return error(`expected a record of ${check.name}, got one of ${capture.name}`)
  if (capture.error !== undefined) return error(`nothing was collected: ${capture.error}`)
  return isWithin(capture.collectedAtMs, times)
    ? undefined
    : error('the record is dated outside the attempt that its statement tells of')
}

/** Whether an instant of the capture lies in the attempt, give or take the difference of clocks. */
function isWithin(atMs: number, times: AttemptTimes | undefined): boolean {
  if (times === undefined) return true
  return (
    atMs >= times.startedAtMs - CLOCK_SKEW_LIMIT_MS &&
    atMs <= times.finishedAtMs + CLOCK_SKEW_LIMIT_MS
  )
}
