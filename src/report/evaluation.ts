// The pre-update evaluation: what is missing, what it is contingent on, what already holds.
import { isSatisfied } from '../verdict/index.ts'
import type { Standings } from '../verdict/index.ts'
import type { Cell, ReportFacts, ReportPage, ReportTable } from './model.ts'
import { composePage, nameOf, titlesOf } from './page.ts'
import { ageOf, conditionsTable, risksTable, signOffsTable, waiversTable } from './tables.ts'
import { countOf, shortText, statusCell } from './words.ts'

export function composeEvaluation(facts: ReportFacts, standings: Standings): ReportPage {
  const { verdict, inputs } = facts
  return composePage('evaluation', facts, {
    facts: [
      ['Go or No-Go', `${verdict.value}, ${countOf(verdict.reasons.length, 'open reason')}`],
      ['Contingent on', countOf(inputs.conditions.length, 'condition')],
    ],
    tables: [
      gapsTable(facts, standings),
      conditionsTable(facts, standings),
      risksTable(facts, 'Risks', (risk) => risk.state !== 'CLOSED'),
      ...(inputs.waivers.length === 0 ? [] : [waiversTable(facts)]),
      strengthsTable(facts, standings),
      signOffsTable(facts),
    ],
  })
}

// A gap is whatever the decision counted against the release; the decision, not the author of a report, says so.
function gapsTable(facts: ReportFacts, standings: Standings): ReportTable {
  const { plan, verdict, inputs } = facts
  const titles = titlesOf(plan)
  const sections = new Map(plan.gates.map((gate) => [gate.id, gate.section]))
  const owners = new Map(inputs.conditions.map(({ gate, owner }) => [gate, owner]))
  return {
    title: 'Gaps and what closes them',
    columns: ['Standing', 'Area', 'Gap', 'What was found', 'What closes it', 'Owner'],
    rows: verdict.reasons.map(({ rule, gate, text, flip }) => {
      const status = gate === undefined ? undefined : standings.get(gate)?.status
      const owner = gate === undefined ? undefined : owners.get(gate)
      return [
        status === undefined ? `rule ${rule}` : statusCell(status),
        gate === undefined ? 'Release' : (sections.get(gate) ?? ''),
        gate === undefined ? `Rule ${rule}` : (titles.get(gate) ?? gate),
        shortText(text),
        flip,
        owner === undefined ? 'none named' : nameOf(facts, owner),
      ]
    }),
    empty: 'The decision found none.',
  }
}

function strengthsTable({ plan, inputs }: ReportFacts, standings: Standings): ReportTable {
  const rows = plan.gates.flatMap((gate): Cell[][] => {
    const standing = standings.get(gate.id)
    if (standing === undefined || gate.children !== undefined || !isSatisfied(standing.status))
      return []
    return [
      [
        statusCell(standing.status),
        gate.section,
        gate.title,
        shortText(standing.reason),
        ageOf(standing, inputs.asOfMs),
      ],
    ]
  })
  return {
    title: 'What holds, by evidence',
    columns: ['Status', 'Area', 'Gate', 'What was seen', 'Evidence age'],
    rows,
    empty: 'No gate is satisfied by evidence.',
  }
}
