// What a person reads of a checklist or a plan on a terminal.
import { harmlessLine } from '../kernel/index.ts'
import type { CheckDescription } from '../kernel/index.ts'
import type { PlanGate } from '../verdict/index.ts'
import type { Finding } from '../soundness/index.ts'
import type { ImportedChecklist } from './imported.ts'
import { nameRelease } from './naming.ts'
import type { RecordedPlan } from './service.ts'

/** Findings and holes shown before the rest is only counted. */
const SHOWN_LIMIT_COUNT = 20

export function renderImport(checklist: ImportedChecklist): string {
  const { counts } = checklist
  const name = nameRelease(checklist, {})
  const lines = [
    checklist.title,
    `release ${name.service}@${name.version} for ${name.environment}, unless you say otherwise`,
    [
      counted(counts.gates, 'gate'),
      counted(counts.blocks, 'block'),
      counted(counts.slots, 'slot'),
      counted(counts.toggles, 'toggle'),
      counted(counts.signoffs, 'sign-off row'),
    ].join(', '),
  ]
  let section = ''
  for (const gate of checklist.gates) {
    if (gate.section !== section) {
      section = gate.section
      lines.push('', section)
    }
    const runs =
      gate.children !== undefined
        ? `the worst of ${gate.children.length}`
        : gate.provenRead
          ? 'proven read'
          : gate.check === 'manual'
            ? 'a person answers'
            : gate.effect
    const owner = gate.owner === undefined ? '' : `, ${gate.owner}`
    const check = gate.children === undefined ? gate.check : 'roll-up'
    lines.push(
      `  ${String(gate.line).padStart(4)}  ${check.padEnd(9)} ${gate.title}  (${runs}, ${gate.severity}${owner})`,
    )
  }
  lines.push('', ...findingLines(checklist, 'error', 'these can be green while false'))
  lines.push(...findingLines(checklist, 'warning', 'read them before you plan'))
  const holes = [...new Set(checklist.holes.map((hole) => hole.text))]
  if (holes.length > 0) {
    lines.push(
      `holes to fill: ${holes.slice(0, SHOWN_LIMIT_COUNT).join(', ')}${holes.length > SHOWN_LIMIT_COUNT ? ' …' : ''}`,
    )
  }
  return lines.map(harmlessLine).join('\n')
}

function findingLines(
  checklist: ImportedChecklist,
  level: Finding['level'],
  meaning: string,
): readonly string[] {
  const found = checklist.findings.filter((finding) => finding.level === level)
  if (found.length === 0) return []
  const shown = found
    .slice(0, SHOWN_LIMIT_COUNT)
    .map(({ line, column, rule, message }) => `  ${line}:${column} ${rule}: ${message}`)
  const rest = found.length - shown.length
  const count =
    found.length === 1
      ? `1 finding of level ${level}`
      : `${found.length} findings of level ${level}`
  return [
    `${count}: ${meaning}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest} more: seaworthy lint FILE`] : []),
  ]
}

export function renderPlanSummary(recorded: RecordedPlan): string {
  const { plan } = recorded
  const runnable = plan.gates.filter((gate) => gate.children === undefined)
  const count = (test: (gate: PlanGate) => boolean): number => runnable.filter(test).length
  const asking = count((gate) => !gate.provenRead && gate.check.type !== 'manual')
  return [
    `${plan.service}@${plan.version} for ${plan.environment}: ${counted(plan.gates.length, 'gate')}`,
    `  without anybody’s word: ${counted(
      count((gate) => gate.provenRead),
      'proven read',
    )}`,
    `  after review or confirmation: ${counted(asking, 'check')}`,
    `  answered by people: ${counted(
      count((gate) => gate.check.type === 'manual'),
      'gate',
    )}`,
    `  plan hash ${recorded.planHash}`,
  ]
    .map(harmlessLine)
    .join('\n')
}

/** What a check does to the service it asks, in the words of plan and documents. */
export const OUTWARD_WORDS: Readonly<Record<NonNullable<CheckDescription['outward']>, string>> = {
  reads: 'reads files of the runner’s workspace and touches no service',
  asks: 'sends requests that are meant to change nothing: runs once the plan is reviewed',
  acts: 'burdens or changes the service it asks: asks for a person’s word each time it runs',
}

/** What a plan may name as a built-in check, and what its assertions may read of it. */
export function renderChecks(checks: readonly CheckDescription[]): string {
  const lines = checks.flatMap(({ name, summary, outward, parameters, fields }) => [
    name,
    `  ${summary}`,
    ...(outward === undefined ? [] : [`  on: runner; ${OUTWARD_WORDS[outward]}`]),
    ...Object.entries(parameters).map(
      ([key, parameter]) =>
        `  with ${key}: ${parameter.type}${parameter.isRequired ? '' : ', optional'}; ${parameter.summary}`,
    ),
    ...Object.entries(fields).map(([key, meaning]) => `  $.${key}  ${meaning}`),
    '',
  ])
  return [
    ...lines,
    'In a plan:  check: { type: builtin, name: NAME }  assertions: [{ read: { from: json, path: $.FIELD }, … }]',
  ]
    .map(harmlessLine)
    .join('\n')
}

/** A number with its noun. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
