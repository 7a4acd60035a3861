// What a person reads of a checklist or a plan on a terminal.
import { harmlessLine } from '../kernel/index.ts'
import type { PlanGate } from '../verdict/index.ts'
import type { ImportedChecklist } from './imported.ts'
import type { RecordedPlan } from './service.ts'

/** Findings and holes shown before the rest is only counted. */
const SHOWN_LIMIT_COUNT = 20

export function renderImport(checklist: ImportedChecklist): string {
  const { counts } = checklist
  const lines = [
    checklist.title,
    `${counts.gates} gates, ${counts.blocks} blocks, ${counts.slots} slots, ${counts.toggles} toggles, ${counts.signoffs} sign-off rows`,
  ]
  let section = ''
  for (const gate of checklist.gates) {
    if (gate.section !== section) {
      section = gate.section
      lines.push('', section)
    }
    const runs = gate.provenRead
      ? 'proven read'
      : gate.check === 'manual'
        ? 'a person answers'
        : gate.effect
    lines.push(
      `  ${String(gate.line).padStart(4)}  ${gate.check.padEnd(9)} ${gate.title}  (${runs}, ${gate.severity})`,
    )
  }
  lines.push('')
  const errors = checklist.findings.filter((finding) => finding.level === 'error')
  if (errors.length > 0)
    lines.push(`${errors.length} findings of level error: these can be green while false`)
  for (const finding of errors.slice(0, SHOWN_LIMIT_COUNT)) {
    lines.push(`  ${finding.line}:${finding.column} ${finding.rule}: ${finding.message}`)
  }
  if (errors.length > SHOWN_LIMIT_COUNT)
    lines.push(`  and ${errors.length - SHOWN_LIMIT_COUNT} more: seaworthy lint FILE`)
  const holes = [...new Set(checklist.holes.map((hole) => hole.text))]
  if (holes.length > 0) {
    lines.push(
      `holes to fill: ${holes.slice(0, SHOWN_LIMIT_COUNT).join(', ')}${holes.length > SHOWN_LIMIT_COUNT ? ' …' : ''}`,
    )
  }
  return lines.map(harmlessLine).join('\n')
}

export function renderPlanSummary(recorded: RecordedPlan): string {
  const { plan } = recorded
  const runnable = plan.gates.filter((gate) => gate.children === undefined)
  const count = (test: (gate: PlanGate) => boolean): number => runnable.filter(test).length
  return [
    `${plan.service}@${plan.version} for ${plan.environment}: ${plan.gates.length} gates`,
    `  ${count((gate) => gate.provenRead)} proven reads run at once`,
    `  ${count((gate) => gate.check.type === 'manual')} wait for a person’s answer`,
    `  ${count((gate) => !gate.provenRead && gate.check.type !== 'manual')} need review or confirmation`,
    `  plan hash ${recorded.planHash}`,
  ]
    .map(harmlessLine)
    .join('\n')
}
