// Checks what the shape of a plan cannot show: ids once, references that lead somewhere, assertions that can be judged.
import { shownText } from './shown-text.ts'
import { dataEdgeProblem } from './data-edges.ts'
import { verdictFault } from './errors.ts'
import { parseJsonPath } from './json-path.ts'
import { compilePattern } from './pattern.ts'
import type { Assertion, PlanGate, Reading } from './plan-model.ts'
import { offersReading } from './readings.ts'
import { reportPathsProblem } from './report-paths.ts'
import { reportReadingProblem } from './report-readings.ts'

/** @throws VERDICT_PLAN_ID_DUPLICATE for the first id that occurs twice. */
export function refuseDuplicates(what: string, ids: readonly string[]): void {
  const seen = new Set<string>()
  for (const id of ids) {
    if (seen.has(id)) {
      throw verdictFault(
        'VERDICT_PLAN_ID_DUPLICATE',
        `expected each ${what} once, got "${shownText(id)}" twice`,
      )
    }
    seen.add(id)
  }
}

/** @throws when a need, a child, a consumed value, a fill or an assertion of the gate leads nowhere. */
export function checkReferences(gate: PlanGate, ids: ReadonlyMap<string, PlanGate>): void {
  const shown = shownText(gate.id)
  const need = gate.needs.find((id) => !ids.has(id))
  if (need !== undefined) {
    throw verdictFault(
      'VERDICT_PLAN_NEED_UNKNOWN',
      `the gate ${shown} needs "${shownText(need)}", which is not in the plan`,
    )
  }
  const child = gate.children?.find((id) => !ids.has(id))
  if (child !== undefined) {
    throw verdictFault(
      'VERDICT_PLAN_CHILD_UNKNOWN',
      `the gate ${shown} rolls up "${shownText(child)}", which is not in the plan`,
    )
  }
  const edge = dataEdgeProblem(gate, ids)
  if (edge !== undefined)
    throw verdictFault('VERDICT_PLAN_EDGE_REFUSED', `the gate ${shown} ${edge}`)
  refuseDuplicates(`child of ${shown}`, gate.children ?? [])
  const soak = soakProblem(gate)
  if (soak !== undefined)
    throw verdictFault('VERDICT_PLAN_SOAK_REFUSED', `the soak of the gate ${shown}: ${soak}`)
  const places = [...gate.slots, ...gate.toggles].map((each) => each.id)
  refuseDuplicates(`slot or toggle of ${shown}`, places)
  const reportProblem = reportPathsProblem(gate)
  if (reportProblem !== undefined)
    throw verdictFault('VERDICT_PLAN_SHAPE_REFUSED', `the gate ${shown} ${reportProblem}`)
  const fillable = new Set(places)
  for (const [index, assertion] of gate.assertions.entries()) {
    const problem = problemOf(gate, assertion, fillable)
    if (problem !== undefined) {
      throw verdictFault(
        'VERDICT_PLAN_ASSERTION_REFUSED',
        `assertion ${index + 1} of the gate ${shown}: ${problem}`,
      )
    }
  }
}

function problemOf(
  gate: PlanGate,
  assertion: Assertion,
  fillable: ReadonlySet<string>,
): string | undefined {
  const { read, op, value } = assertion
  const unknown = assertion.fills?.find((id) => !fillable.has(id))
  if (unknown !== undefined)
    return `fills "${shownText(unknown)}", which is neither a slot nor a toggle of the gate`
  const { check } = gate
  if (check.type === 'builtin' && check.on === undefined && gate.effect !== 'read')
    return `belongs to a check of the control plane, which only reads, and says ${gate.effect}; one that asks another service has on: runner`
  if (gate.children === undefined && !offersReading(gate.check.type, read.from)) {
    return `a ${gate.check.type} check has no ${read.from}`
  }
  if (read.from === 'slot' && !gate.slots.some((slot) => slot.id === read.slot)) {
    return `reads the slot "${shownText(read.slot)}", which the gate does not have`
  }
  if (read.from === 'json' || read.from === 'percentile') parseJsonPath(read.path)
  if (read.from === 'percentile' && !(read.percent > 0 && read.percent <= 100))
    return `expected a percentile above 0 and at most 100, got ${read.percent}`
  if (op === 'matches' && typeof value === 'string') compilePattern(value)
  return (
    reportReadingProblem(gate, read) ??
    rowTestProblem(read) ??
    operandProblem(assertion) ??
    sampleSizeProblem(gate, assertion) ??
    windowProblem(gate, assertion)
  )
}

const SOAKED_CHECKS: ReadonlySet<string> = new Set(['http', 'promql', 'command', 'sql'])

/** Samples of a soak without interruption at most. */
const PLANNED_SAMPLE_LIMIT = 1_000

function soakProblem(gate: PlanGate): string | undefined {
  const { soak, check } = gate
  if (soak === undefined) return undefined
  if (gate.children !== undefined || !SOAKED_CHECKS.has(check.type))
    return `needs a check of type ${[...SOAKED_CHECKS].join(', ')}, got ${check.type}`
  if (gate.effect !== 'read') return `repeats its check, which has the effect ${gate.effect}`
  if (soak.everyMs > soak.forMs) return 'takes its second sample after the window is over'
  return soak.forMs / soak.everyMs > PLANNED_SAMPLE_LIMIT
    ? `takes more than ${PLANNED_SAMPLE_LIMIT} samples: lengthen everyMs`
    : undefined
}

function rowTestProblem(read: Reading): string | undefined {
  if (read.from !== 'matchingRows') return undefined
  for (const { op, value, unit } of read.where) {
    if (op === 'between') return 'a row is tested with ge and le, not with between'
    if (op === 'matches' && typeof value === 'string') compilePattern(value)
    const problem = operandProblem({
      read,
      op,
      ...(value === undefined ? {} : { value }),
      ...(unit === undefined ? {} : { unit }),
    })
    if (problem !== undefined) return problem
  }
  return undefined
}

function sampleSizeProblem(gate: PlanGate, { sampleSize }: Assertion): string | undefined {
  if (sampleSize === undefined) return undefined
  const { read } = sampleSize
  if (read.from === 'json') parseJsonPath(read.path)
  return gate.children === undefined && !offersReading(gate.check.type, read.from)
    ? `takes its sample size from ${read.from}, which a ${gate.check.type} check does not have`
    : (reportReadingProblem(gate, read) ?? rowTestProblem(read))
}

/** What was asked about a day says nothing about a month, however it comes out. */
function windowProblem(gate: PlanGate, assertion: Assertion): string | undefined {
  const { windowMs, maxGapMs } = assertion
  if (windowMs === undefined) return maxGapMs === undefined ? undefined : 'maxGapMs needs windowMs'
  const rangeMs = gate.check.type === 'promql' ? gate.check.range?.durationMs : undefined
  const observedMs = rangeMs ?? gate.soak?.forMs
  if (observedMs === undefined) return 'windowMs needs a promql check with a range, or a soak'
  return observedMs < windowMs
    ? `needs a window of ${windowMs} ms, and the check observes ${observedMs} ms`
    : undefined
}

function operandProblem(assertion: Assertion): string | undefined {
  const { op, value } = assertion
  const kind = typeof value
  if ((op === 'between') !== (assertion.upper !== undefined))
    return 'between, and nothing else, takes an upper bound beside its value'
  if (op === 'exists') return value === undefined ? undefined : 'exists takes no value'
  if (value === undefined) return `${op} needs a value`
  if (op === 'matches' && kind !== 'string') return 'matches takes a text'
  if (op === 'contains' && (kind === 'boolean' || value === ''))
    return 'contains takes a text that is not empty, or a number'
  if ((op === 'lt' || op === 'le' || op === 'gt' || op === 'ge') && kind !== 'number')
    return `${op} takes a number`
  if (op === 'between' && (typeof value !== 'number' || value > assertion.upper!))
    return 'between takes a lower bound and an upper one that is not below it'
  if (assertion.unit !== undefined && kind !== 'number') return 'a unit needs a number'
  const isTolerant = assertion.tolerance !== undefined || assertion.tolerancePercent !== undefined
  if (isTolerant && (kind !== 'number' || op === 'ne'))
    return 'a tolerance needs a number and a bound'
  return undefined
}
