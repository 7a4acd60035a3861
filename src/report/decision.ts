// The release report: one page on one decision.
import type { Standings } from '../verdict/index.ts'
import type { ReportFacts, ReportPage } from './model.ts'
import { composePage } from './page.ts'
import {
  conditionsTable,
  gatesTable,
  notesTable,
  reasonsTable,
  risksTable,
  signOffsTable,
  waiversTable,
} from './tables.ts'

export function composeDecision(facts: ReportFacts, standings: Standings): ReportPage {
  const { inputs } = facts
  return composePage('decision', facts, {
    facts: [['Gates', countStatuses(standings)]],
    tables: [
      reasonsTable(facts),
      gatesTable(facts, standings),
      signOffsTable(facts),
      ...(inputs.risks.length === 0 ? [] : [risksTable(facts, 'Risks')]),
      ...(inputs.waivers.length === 0 ? [] : [waiversTable(facts)]),
      ...(inputs.conditions.length === 0 ? [] : [conditionsTable(facts, standings)]),
      notesTable(facts),
    ],
  })
}

/** Counts per status, so that no single number can flatter. */
function countStatuses(standings: Standings): string {
  const counts = new Map<string, number>()
  for (const { status } of standings.values()) counts.set(status, (counts.get(status) ?? 0) + 1)
  const listed = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, count]) => `${count} ${status}`)
  return `${standings.size}: ${listed.join(', ') || 'none'}`
}
