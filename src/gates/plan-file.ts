// A plan as a YAML file that a person reads, edits and hands back.
import { Document, isMap, isSeq } from 'yaml'
import { canonicalize, parseStrictJson, utf8Text } from '../kernel/index.ts'
import type { SeaworthyError } from '../kernel/index.ts'
import { frameOf, readYamlText, singleLine } from '../document/index.ts'
import { parsePlan } from '../verdict/index.ts'
import type { Effect, Plan, PlanGate } from '../verdict/index.ts'
import { gatesFault } from './errors.ts'
import { isVersionHole } from './template-values.ts'
import { planFileSchema, planPlace } from './plan-schema.ts'

/** Largest plan file that is read, in bytes. */
export const PLAN_FILE_LIMIT_BYTES = 20 * 1024 * 1024

const HEADER = [
  ' A plan: what runs for each gate and how it is judged. Read every script before you review it.',
  ' Edit freely; unknown keys are refused. The review pins the whole plan by its hash.',
].join('\n')

const EFFECTS: Readonly<Record<Effect, string>> = {
  read: 'only reads',
  'write-staging': 'CHANGES STAGING: asks before it runs',
  'write-prod': 'CHANGES PRODUCTION: asks before it runs',
  unknown: 'may change things: asks before it runs',
}

/** YAML text of a plan, with a comment above each gate that says what a reviewer must know. */
export function formatPlanFile(plan: Plan): string {
  const document = new Document(inFileOrder(plan, []), { aliasDuplicateObjects: false })
  document.commentBefore = HEADER
  const gates = document.get('gates')
  if (isSeq(gates)) {
    for (const [index, item] of gates.items.entries()) {
      const gate = plan.gates[index]
      if (gate === undefined || !isMap(item)) continue
      item.spaceBefore = true
      item.commentBefore = commentOf(gate)
      for (const key of ['assertions', 'slots', 'toggles']) showOnOneLine(item.get(key))
      const source = item.get('source')
      if (isMap(source)) source.flow = true
    }
  }
  return document.toString({ lineWidth: 0, indentSeq: false })
}

/** The same values with the keys of every record in the order of the schema. */
function inFileOrder(value: unknown, path: readonly PropertyKey[]): unknown {
  if (Array.isArray(value))
    return value.map((entry: unknown, index) => inFileOrder(entry, [...path, index]))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
  const order = planPlace(path)?.keys ?? []
  const rank = new Map(order.map((key, index) => [key, index]))
  const sorted = entries.toSorted(
    ([a], [b]) => (rank.get(a) ?? order.length) - (rank.get(b) ?? order.length),
  )
  return Object.fromEntries(sorted.map(([key, entry]) => [key, inFileOrder(entry, [...path, key])]))
}

function showOnOneLine(list: unknown): void {
  if (!isSeq(list)) return
  for (const entry of list.items) if (isMap(entry)) entry.flow = true
}

function commentOf(gate: PlanGate): string {
  const lines = [`${gate.title}, line ${gate.source.line}`]
  if (gate.children !== undefined)
    lines.push(`as good as the worst of its ${gate.children.length} children`)
  else if (gate.check.type === 'manual') lines.push('a person answers')
  else if (gate.check.type === 'unsupported') lines.push(`BLOCKED: ${gate.check.reason}`)
  else if (gate.provenRead) lines.push('proven to only read: runs without review')
  else
    lines.push(
      gate.effect === 'read'
        ? 'reads as far as seen, not proven: asks before it runs'
        : EFFECTS[gate.effect],
    )
  if (gate.unsound.length > 0)
    lines.push(`UNSOUND, can succeed while the gate is false: ${gate.unsound.join(', ')}`)
  if (gate.holes.length > 0) lines.push(`BLOCKED until filled: ${gate.holes.join(', ')}`)
  if (gate.holes.some(isVersionHole))
    lines.push('the version is not known: plan again with --release-version')
  if (gate.parameters.length > 0) lines.push(`needs values for: ${gate.parameters.join(', ')}`)
  const isRun =
    gate.children === undefined && gate.check.type !== 'manual' && gate.check.type !== 'unsupported'
  if (isRun && gate.assertions.length === 0)
    lines.push('nothing is asserted: can end as INCONCLUSIVE at best')
  return lines.map((line) => ` ${singleLine(line)}`).join('\n')
}

/**
 * The plan in a YAML or JSON file.
 * @throws GATES_PLAN_FILE_REFUSED with line, column and the line itself, GATES_PLAN_FILE_EXCEEDED, and the VERDICT_PLAN_
 * codes for a plan that has the right shape and makes no sense
 */
export function parsePlanFile(bytes: Uint8Array, name: string): Plan {
  if (bytes.length > PLAN_FILE_LIMIT_BYTES) {
    throw gatesFault(
      'GATES_PLAN_FILE_EXCEEDED',
      `expected a plan of at most ${PLAN_FILE_LIMIT_BYTES} bytes, got ${bytes.length}`,
    )
  }
  const text = decodePlanText(bytes, name)
  const candidate = readYaml(text, name)
  return parsePlan(parseStrictJson(canonicalize(candidate)))
}

function refuse(name: string, message: string, cause?: unknown): SeaworthyError {
  return gatesFault(
    'GATES_PLAN_FILE_REFUSED',
    `${singleLine(name)}: ${message}`,
    cause === undefined ? {} : { cause },
  )
}

function decodePlanText(bytes: Uint8Array, name: string): string {
  try {
    const text = utf8Text(bytes)
    return text.startsWith('\ufeff') ? text.slice(1) : text
  } catch (cause) {
    throw refuse(name, 'expected UTF-8 text', cause)
  }
}

/** JSON is read as the YAML that it also is, so that both get the same places in their refusals. */
function readYaml(text: string, name: string): Plan {
  const read = readYamlText(text, { schema: planFileSchema, placeAt: planPlace })
  if (read.ok) return read.value as Plan
  const { stage, detail, place, cause } = read
  if (!claimsFormat(text)) {
    // Only what stops the reading is worth a word about a file that is something else altogether.
    const advice = notAPlan(name, stage === 'shape' ? undefined : detail)
    throw refuse(
      name,
      place === undefined || stage === 'shape' ? advice : frameOf(text, place, advice),
      cause,
    )
  }
  throw refuse(name, place === undefined ? detail : frameOf(text, place, detail), cause)
}

/** Whether the file says of itself that it is a plan; one of a newer format is still a plan. */
function claimsFormat(text: string): boolean {
  return /(?:^|[\n{,])\s*["']?format["']?\s*:\s*["']?seaworthy-plan/.test(text)
}

function notAPlan(name: string, detail?: string): string {
  const advice = /\.(?:md|markdown|txt)$/i.test(name)
    ? 'a checklist becomes one with: seaworthy plan FILE'
    : 'plan files are written by: seaworthy plan CHECKLIST'
  const reason = detail === undefined ? '' : `; read as YAML: ${detail}`
  return `this is no plan file: expected the line "format: seaworthy-plan/1", got none; ${advice}${reason}`
}
