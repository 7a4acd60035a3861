// Proposes a plan from an imported checklist: nothing is asserted that the document or the lint does not state.
import type { Assertion, Check, Plan, PlanGate, PlanSlot } from '../verdict/index.ts'
import { bindBlocks } from './binding.ts'
import type { Binding } from './binding.ts'
import { PHASES } from '../verdict/index.ts'
import type { GateBlock, ImportedChecklist, ImportedGate } from './imported.ts'
import { checkOptions, fillHoles, valueForHole } from './template-values.ts'
import type { ProposalOptions } from './template-values.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long a check may take unless the plan says otherwise. */
export const DEFAULT_TIMEOUT_MS: Readonly<Record<Check['type'], number>> = {
  command: 600 * SECOND_MS,
  http: 10 * SECOND_MS,
  sql: 30 * SECOND_MS,
  promql: 30 * SECOND_MS,
  builtin: 60 * SECOND_MS,
  document: 5 * SECOND_MS,
  // Nothing runs; the time a person may take is not limited by it.
  manual: 600 * SECOND_MS,
  unsupported: SECOND_MS,
}

/** Longest proposed time for a command, for soaks that sleep: 31 days. */
const TIMEOUT_LIMIT_MS = 31 * DAY_MS

const MEASURED_MAX_AGE_MS = DAY_MS
const PROMQL_MAX_AGE_MS = HOUR_MS
const ROSTER_MAX_AGE_MS = 12 * HOUR_MS
const ANSWER_MAX_AGE_MS = 7 * DAY_MS

/**
 * A plan that a person can review. Holes that the options fill are filled; the others block their gate.
 * @throws GATES_PLAN_OPTION_REFUSED
 */
export function proposePlan(imported: ImportedChecklist, options: ProposalOptions): Plan {
  checkOptions(options)
  const needs = needsByPhase(imported.gates)
  return {
    format: 'seaworthy-plan/1',
    source: imported.source,
    service: options.service,
    version: options.version,
    environment: options.environment,
    gates: imported.gates.map((gate) => proposeGate(gate, options, needs)),
    signOffs: [...new Set(imported.signOffs.map((signOff) => signOff.role))].map((role) => ({
      role,
      minimum: 1,
    })),
  }
}

/** Required gates of the phase before, by phase: what has to hold before the phase begins. */
function needsByPhase(gates: readonly ImportedGate[]): ReadonlyMap<string, readonly string[]> {
  const rolledUp = new Set(gates.flatMap((gate) => gate.children ?? []))
  const needs = new Map<string, readonly string[]>()
  let before: readonly string[] = []
  for (const phase of PHASES) {
    needs.set(phase, before)
    const own = gates.filter(
      (gate) => gate.phase === phase && gate.severity === 'required' && !rolledUp.has(gate.id),
    )
    if (own.length > 0) before = own.map((gate) => gate.id)
  }
  return needs
}

function proposeGate(
  gate: ImportedGate,
  options: ProposalOptions,
  needs: ReadonlyMap<string, readonly string[]>,
): PlanGate {
  const values = new Map<string, string>()
  for (const hole of gate.holes) {
    const value = valueForHole(hole, options)
    if (value !== undefined) values.set(hole, value)
  }
  const title = fillHoles(gate.title, values)
  const blocks = gate.blocks.map((block): GateBlock => ({
    ...block,
    source: fillHoles(block.source, values),
  }))
  // Values change the text, so what the check does is proven again on what will run.
  const binding = bindBlocks(gate.children === undefined ? blocks : [], gate.id)
  const check = binding.check ?? { type: 'manual', question: questionOf(gate, title) }
  const maxAgeMs = maxAgeOf(gate, check)
  return {
    id: gate.id,
    title,
    section: gate.section,
    ...(gate.phase === undefined ? {} : { phase: gate.phase }),
    ...(gate.owner === undefined ? {} : { owner: gate.owner }),
    severity: gate.severity,
    needs:
      gate.children === undefined && gate.phase !== undefined ? (needs.get(gate.phase) ?? []) : [],
    check,
    assertions: gate.children === undefined ? proposeAssertions(gate, check, binding) : [],
    effect: binding.effect,
    provenRead: binding.provenRead,
    parameters: [...new Set([...binding.parameters, ...gate.parameters])],
    holes: gate.holes.filter((hole) => !values.has(hole)),
    slots: gate.slots.map(({ id, label, unit, bound }): PlanSlot => ({
      id,
      label,
      ...(unit === undefined ? {} : { unit }),
      ...(bound === undefined ? {} : { bound }),
    })),
    toggles: gate.toggles.map(({ id, label }) => ({ id, label })),
    ...(gate.children === undefined ? {} : { children: gate.children }),
    timeoutMs: timeoutOf(check),
    ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
    retries: binding.provenRead && check.type !== 'manual' ? 1 : 0,
    unsound: [
      ...new Set(
        binding.findings
          .filter((finding) => finding.level === 'error')
          .map((finding) => finding.rule),
      ),
    ],
    source: { line: gate.line, sha256: gate.sourceSha256 },
  }
}

function questionOf(gate: ImportedGate, title: string): string {
  const parts = gate.toggles.map((toggle) => toggle.label).filter((label) => label !== '')
  const covers = parts.length === 0 ? '' : ` It covers: ${parts.join(', ')}.`
  return `Does this hold: ${title}?${covers}`
}

/** What the document and the lint state, as assertions; a gate without any can end as INCONCLUSIVE at best. */
function proposeAssertions(gate: ImportedGate, check: Check, binding: Binding): Assertion[] {
  if (check.type === 'unsupported') return []
  const stated: Assertion[] = []
  if (check.type === 'command' && binding.selfChecking)
    stated.push({ read: { from: 'exitCode' }, op: 'eq', value: 0 })
  if (check.type === 'http') {
    stated.push(
      { read: { from: 'status' }, op: 'ge', value: 200 },
      { read: { from: 'status' }, op: 'lt', value: 400 },
    )
  }
  if (check.type === 'manual') stated.push({ read: { from: 'answer' }, op: 'eq', value: true })
  const bounded = gate.slots.flatMap((slot) =>
    slot.bound === undefined ? [] : [boundAssertion(gate, slot, slot.bound)],
  )
  const outcome = outcomeToggle(gate)
  const all = [...stated, ...bounded]
  if (outcome === undefined) return all
  // The outcome toggle is true only when every assertion is, so each of them fills it.
  return all.map((assertion) => ({
    ...assertion,
    fills: [...new Set([...(assertion.fills ?? []), outcome])],
  }))
}

function boundAssertion(
  gate: ImportedGate,
  slot: PlanSlot,
  bound: NonNullable<PlanSlot['bound']>,
): Assertion {
  const beside = gate.toggles
    .filter((toggle) => toggle.label === slot.label && slot.label !== '')
    .map((toggle) => toggle.id)
  return {
    read: { from: 'slot', slot: slot.id },
    op: bound.op,
    value: bound.value,
    ...(slot.unit === undefined ? {} : { unit: slot.unit }),
    fills: [slot.id, ...beside],
  }
}

/** The toggle that stands for the whole gate: the first one called Result or Status, or the only one. */
function outcomeToggle(gate: ImportedGate): string | undefined {
  const named = gate.toggles.find((toggle) => /^(?:result|status|.+ status)$/i.test(toggle.label))
  return (named ?? (gate.toggles.length === 1 ? gate.toggles[0] : undefined))?.id
}

function timeoutOf(check: Check): number {
  const base = DEFAULT_TIMEOUT_MS[check.type]
  if (check.type !== 'command') return base
  return Math.min(TIMEOUT_LIMIT_MS, base + sleptMs(check.script))
}

const SLEEP_UNIT_MS: Readonly<Record<string, number>> = {
  '': SECOND_MS,
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: HOUR_MS,
  d: DAY_MS,
}

/** A soak that sleeps as the document says must not run into the time limit. */
function sleptMs(script: string): number {
  let total = 0
  for (const match of script.matchAll(
    /(?:^|[\s;&|])sleep[ \t]+(\d{1,7}(?:\.\d{1,3})?)([smhd]?)(?![\w.])/g,
  )) {
    total += Number(match[1]) * SLEEP_UNIT_MS[match[2]!]!
  }
  return Math.ceil(total)
}

/** Release semantics section 4: tests, scans and other measurements a day, PromQL an hour, a roster 12 hours, other answers a week. */
function maxAgeOf(gate: ImportedGate, check: Check): number | undefined {
  if (gate.children !== undefined || check.type === 'unsupported') return undefined
  if (check.type === 'promql') return PROMQL_MAX_AGE_MS
  if (check.type !== 'manual') return MEASURED_MAX_AGE_MS
  return /\bon-?call\b|\broster\b/i.test(`${gate.section} ${gate.title}`)
    ? ROSTER_MAX_AGE_MS
    : ANSWER_MAX_AGE_MS
}
