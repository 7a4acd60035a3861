// The end-of-update report: objectives as measured, residual risk, checklist, watches, sign-offs, lessons.
import { isSatisfied } from '../verdict/index.ts'
import type { Operator, PlanSlot, Standings } from '../verdict/index.ts'
import type { Cell, ReportFacts, ReportPage, ReportTable } from './model.ts'
import { composePage, nameOf } from './page.ts'
import { textMemberOf } from './payload.ts'
import { conditionsTable, risksTable, signOffsTable, standingCell, waiversTable } from './tables.ts'
import { formatInstant, NO_DATA, shortText, statusCell } from './words.ts'

export function composeClosure(facts: ReportFacts, standings: Standings): ReportPage {
  return composePage('closure', facts, {
    tables: [
      objectivesTable(facts, standings),
      checklistTable(facts, standings),
      risksTable(facts, 'Residual risk', (risk) => risk.state !== 'CLOSED'),
      waiversTable(facts),
      conditionsTable(facts, standings),
      watchesTable(facts),
      signOffsTable(facts),
      lessonsTable(facts),
    ],
  })
}

/** Every measured value that the checklist asked for, with its bound and the gate that measured it. */
function objectivesTable({ plan }: ReportFacts, standings: Standings): ReportTable {
  const rows = plan.gates.flatMap((gate) =>
    gate.slots.map((slot): Cell[] => {
      const standing = standings.get(gate.id)
      const { slots = {} } = standing?.result ?? {}
      // A slot may be called as what every object has.
      const value = Object.hasOwn(slots, slot.id) ? slots[slot.id] : undefined
      return [
        statusCell(standing?.status ?? 'PENDING'),
        slot.label || gate.title,
        value === undefined || value === '' ? NO_DATA : withUnit(value, slot.unit),
        boundOf(slot),
        gate.title,
      ]
    }),
  )
  return {
    title: 'Objectives, as measured',
    columns: ['Status', 'Objective', 'Measured', 'Bound', 'Gate'],
    rows,
    empty: 'The checklist asks for no measured value.',
  }
}

const OPERATOR_WORDS: Readonly<Record<Operator, string>> = {
  eq: 'exactly',
  ne: 'anything but',
  lt: 'less than',
  le: 'at most',
  gt: 'more than',
  ge: 'at least',
  between: 'between',
  contains: 'contains',
  matches: 'matches',
  exists: 'any',
}

function boundOf({ bound, unit }: PlanSlot): string {
  return bound === undefined
    ? 'none stated'
    : `${OPERATOR_WORDS[bound.op]} ${withUnit(String(bound.value), unit)}`
}

function withUnit(value: string, unit: string | undefined): string {
  return unit === undefined || value.endsWith(unit) ? value : `${value} ${unit}`
}

function checklistTable(facts: ReportFacts, standings: Standings): ReportTable {
  const { plan } = facts
  return {
    title: 'Checklist',
    columns: ['Status', 'Section', 'Gate', 'Earned'],
    rows: plan.gates.map((gate) => {
      const standing = standings.get(gate.id)
      const status = standing?.status ?? 'PENDING'
      return [
        standingCell(facts, gate, standing),
        gate.section,
        gate.title,
        isSatisfied(status) ? '[x]' : '[ ]',
      ]
    }),
    empty: 'No gate.',
  }
}

function watchesTable({ facts }: ReportFacts): ReportTable {
  return {
    title: 'Watches after the deploy',
    columns: ['Recorded', 'What'],
    rows: facts
      .filter(({ type }) => type.startsWith('rollout.') || type.startsWith('probe.'))
      .map(({ atMs, type }) => [formatInstant(atMs), type]),
    empty: `${NO_DATA}: nothing that watches production is recorded for this release.`,
  }
}

function lessonsTable(report: ReportFacts): ReportTable {
  return {
    title: 'Lessons and follow-ups',
    lead: 'What people wrote into the ledger about this release.',
    columns: ['Recorded', 'By', 'Lesson', 'Follow-up'],
    rows: report.facts
      .filter(({ type }) => type.startsWith('note.'))
      .map((fact) => [
        formatInstant(fact.atMs),
        nameOf(report, fact.actor),
        shortText(textMemberOf(fact, 'text') ?? 'not disclosed'),
        shortText(textMemberOf(fact, 'followUp') ?? 'none recorded'),
      ]),
    empty: 'None is recorded. Record one: seaworthy ledger append TEXT --subject RELEASE.',
  }
}
