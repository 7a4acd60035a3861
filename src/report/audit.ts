// The audit closure: risk register, every decision on the way, and a heat map of areas before and after.
import type { Risk, VerdictValue } from '../verdict/index.ts'
import type { AreaStanding } from './area.ts'
import type { Cell, ReportFacts, ReportPage, ReportTable, Tone } from './model.ts'
import { composePage } from './page.ts'
import { textMemberOf } from './payload.ts'
import { reasonsTable, risksTable, waiversTable } from './tables.ts'
import { formatInstant, NO_DATA, toneOfVerdict } from './words.ts'

/** @param before areas at the release's first decision; absent when this is the only one */
export function composeAudit(
  facts: ReportFacts,
  areas: readonly AreaStanding[],
  before: readonly AreaStanding[] | undefined,
): ReportPage {
  return composePage('audit', facts, {
    facts: [
      [
        'Compared with',
        facts.first === undefined
          ? `${NO_DATA}: this is the first decision`
          : `the first decision, ${formatInstant(facts.first.verdict.asOfMs)}`,
      ],
    ],
    tables: [
      reasonsTable(facts),
      heatMapTable(areas, before),
      levelMapTable(facts),
      gradeMapTable(facts),
      risksTable(facts, 'Risk register'),
      waiversTable(facts),
      decisionsTable(facts),
    ],
  })
}

function heatMapTable(
  areas: readonly AreaStanding[],
  before: readonly AreaStanding[] = [],
): ReportTable {
  const earlier = new Map(before.map((area) => [area.area, area]))
  return {
    title: 'Heat map by area, before and after',
    lead: 'Required gates held, of those required; the word is that of the worst of them. Counts, no percentages: a share of gates is no measure of safety.',
    isHeatMap: true,
    columns: ['Area', 'Before', 'After', 'Change'],
    rows: areas.map((area) => {
      const then = earlier.get(area.area)
      return [area.area, heatCell(then), heatCell(area), changeOf(then, area)]
    }),
    empty: 'No gate.',
  }
}

function heatCell(area: AreaStanding | undefined): Cell {
  if (area === undefined) return NO_DATA
  const { heldCount, requiredCount, worst } = area
  if (worst === undefined) return 'none required'
  const tone: Tone = heldCount === requiredCount ? 'go' : heldCount === 0 ? 'stop' : 'wait'
  return { text: `${heldCount} of ${requiredCount}, worst ${worst}`, tone }
}

function changeOf(before: AreaStanding | undefined, after: AreaStanding): string {
  if (before === undefined) return NO_DATA
  const change = after.heldCount - before.heldCount
  if (change === 0) return 'same'
  return change > 0 ? `${change} more held` : `${-change} fewer held`
}

const LEVELS = ['P0', 'P1', 'P2', 'P3'] as const
const STATES = ['OPEN', 'ACCEPTED', 'CLOSED'] as const

function levelMapTable({ inputs, first }: ReportFacts): ReportTable {
  const rows = LEVELS.map((level): Cell[] => [
    level,
    ...STATES.map((state): Cell => {
      const count = (risks: typeof inputs.risks): number =>
        risks.filter((risk) => risk.level === level && risk.state === state).length
      const before = first === undefined ? NO_DATA : String(count(first.inputs.risks))
      const after = count(inputs.risks)
      const text = `${before} → ${after}`
      if (after === 0 || state === 'CLOSED') return text
      return { text, tone: state === 'ACCEPTED' || level === 'P3' ? 'wait' : 'stop' }
    }),
  ])
  return {
    title: 'Risks by level, before → after',
    isHeatMap: true,
    columns: ['Level', 'Open', 'Accepted', 'Closed'],
    rows: inputs.risks.length + (first?.inputs.risks.length ?? 0) === 0 ? [] : rows,
    empty: 'No risk was registered at either time.',
  }
}

const GRADES = ['high', 'medium', 'low'] as const

function gradeMapTable({ inputs, first }: ReportFacts): ReportTable {
  const openAt = (risks: readonly Risk[], likelihood: string, impact: string): number =>
    risks.filter(
      (risk) => risk.state !== 'CLOSED' && risk.likelihood === likelihood && risk.impact === impact,
    ).length
  const graded = [...inputs.risks, ...(first?.inputs.risks ?? [])].filter(
    ({ likelihood, impact }) => likelihood !== undefined && impact !== undefined,
  )
  const rows = GRADES.map((likelihood, row): Cell[] => [
    likelihood,
    ...GRADES.toReversed().map((impact, column): Cell => {
      const before = first === undefined ? NO_DATA : openAt(first.inputs.risks, likelihood, impact)
      const after = openAt(inputs.risks, likelihood, impact)
      const text = `${before} → ${after}`
      // From low and low at one corner to high and high at the other.
      const heat = 2 - row + column
      if (after === 0) return text
      return { text, tone: heat >= 3 ? 'stop' : 'wait' }
    }),
  ])
  return {
    title: 'Risks not closed by likelihood and impact, before → after',
    isHeatMap: true,
    columns: ['Likelihood', 'Impact low', 'Impact medium', 'Impact high'],
    rows: graded.length === 0 ? [] : rows,
    empty: 'No risk was graded by likelihood and impact.',
  }
}

function decisionsTable({ facts }: ReportFacts): ReportTable {
  return {
    title: 'Decisions on the way',
    columns: ['Verdict', 'Recorded', 'Run', 'Ledger entry'],
    rows: facts
      .filter(({ type }) => type === 'release.decided')
      .map((fact) => [
        verdictCell(textMemberOf(fact, 'verdict')),
        formatInstant(fact.atMs),
        textMemberOf(fact, 'run') ?? 'not disclosed',
        String(fact.seq),
      ]),
    empty: 'None is recorded.',
  }
}

function verdictCell(value: string | undefined): Cell {
  return value === undefined
    ? 'not disclosed'
    : { text: value, tone: toneOfVerdict(value as VerdictValue) }
}
