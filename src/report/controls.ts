// Evidence per control of a framework: its gates with status, evidence and age, its risks, and what nothing shows.
import { isSatisfied } from '../verdict/index.ts'
import type { GateStanding, Risk, Standings } from '../verdict/index.ts'
import type { MappedControl } from '../register/index.ts'
import type { Cell, ReportFacts, ReportPage, ReportTable } from './model.ts'
import { composePage, nameOf, titlesOf } from './page.ts'
import { ageOf, standingCell } from './tables.ts'
import { countOf, formatInstant, shortDigest } from './words.ts'

/** Never a share: a control is shown by evidence, open, or without any. */
type ControlWord = 'EVIDENCED' | 'OPEN' | 'NO EVIDENCE'

export function composeControls(facts: ReportFacts, standings: Standings): ReportPage {
  const controls = facts.controls ?? []
  const words = new Map(controls.map((each) => [each, controlWordOf(facts, standings, each)]))
  const having = (word: ControlWord): readonly MappedControl[] =>
    controls.filter((each) => words.get(each) === word)
  const without = having('NO EVIDENCE')
  return composePage('controls', facts, {
    facts: [
      ['Controls mapped', countOf(controls.length, 'control')],
      ['Shown by evidence', countOf(having('EVIDENCED').length, 'control')],
      ['Open', countOf(having('OPEN').length, 'control')],
      ['Without evidence', countOf(without.length, 'control')],
    ],
    tables: [
      withoutTable(without),
      {
        title: 'Controls',
        lead: 'A control is EVIDENCED when each of its gates is satisfied by recorded evidence that was fresh at the decision, and each of its risks is closed or accepted. A waived gate leaves its control open: a waiver goes without the evidence. Whether the gates are enough for the control is for its auditor to say.',
        columns: ['Standing', 'Framework', 'Control', 'Title', 'Rests on'],
        rows: controls.map((each) => [
          wordCell(words.get(each)!),
          each.framework,
          each.id,
          each.title,
          [...each.gates, ...each.risks].join('; ') || 'nothing',
        ]),
        empty: 'No control is mapped: seaworthy controls import.',
      },
      evidenceTable(facts, standings, controls),
      risksOfControls(facts, controls),
    ],
  })
}

/** How a control stands by what is recorded of the release. */
export function controlWordOf(
  facts: ReportFacts,
  standings: Standings,
  control: MappedControl,
): ControlWord {
  const gates = control.gates.map((id) => standings.get(id))
  const risks = control.risks.map((id) => facts.inputs.risks.find((risk) => risk.id === id))
  const hasEvidence =
    gates.some((each) => statementsOf(each, standings).length > 0) ||
    risks.some((risk) => risk?.state === 'CLOSED')
  if (!hasEvidence) return 'NO EVIDENCE'
  const areGatesHeld = gates.every(
    (each) =>
      each !== undefined &&
      isSatisfied(each.status) &&
      each.status !== 'NOT_APPLICABLE' &&
      statementsOf(each, standings).length > 0,
  )
  const areRisksHeld = risks.every((risk) => risk !== undefined && isRiskHeld(facts, risk))
  return areGatesHeld && areRisksHeld ? 'EVIDENCED' : 'OPEN'
}

export function isRiskHeld({ inputs, verdict }: ReportFacts, risk: Risk): boolean {
  if (verdict.value === 'INVALID') return false
  if (risk.state === 'CLOSED') return true
  return risk.state === 'ACCEPTED' && inputs.asOfMs < (risk.acceptedUntilMs ?? 0)
}

type Standing = ReturnType<Standings['get']>

/** Statements a gate's status rests on; a roll-up rests on those of its children. */
function statementsOf(standing: Standing, standings: Standings): readonly string[] {
  if (standing === undefined) return []
  const { children } = standing.gate
  const own = standing.result?.statement
  if (children === undefined) return own === undefined ? [] : [own]
  return children.flatMap((id) => statementsOf(standings.get(id), standings))
}

function wordCell(text: ControlWord): Cell {
  return { text, tone: text === 'EVIDENCED' ? 'go' : text === 'OPEN' ? 'wait' : 'stop' }
}

function withoutTable(controls: readonly MappedControl[]): ReportTable {
  return {
    title: 'Controls without evidence',
    lead: 'Nothing recorded of this release shows them.',
    columns: ['Framework', 'Control', 'Title', 'Why'],
    rows: controls.map(({ framework, id, title, gates, risks }) => [
      framework,
      id,
      title,
      gates.length + risks.length === 0
        ? 'no gate and no risk is mapped to it'
        : 'what is mapped to it has no evidence in this release',
    ]),
    empty: 'None.',
  }
}

function evidenceTable(
  facts: ReportFacts,
  standings: Standings,
  controls: readonly MappedControl[],
): ReportTable {
  const titles = titlesOf(facts.plan)
  return {
    title: 'Evidence per control',
    columns: ['Control', 'Gate', 'Status', 'Evidence', 'Evidence age', 'Valid until'],
    rows: controls.flatMap(({ framework, id, gates }) =>
      gates.map((gate): Cell[] => {
        const standing = standings.get(gate)
        const name = `${framework} ${id}`
        if (standing === undefined)
          return [name, gate, { text: 'NOT IN THIS PLAN', tone: 'stop' }, 'none', '', '']
        const statements = statementsOf(standing, standings)
        return [
          name,
          `${titles.get(gate) ?? gate} (${gate})`,
          waivedCell(facts, standing),
          statements.map(shortDigest).join(', ') || 'none',
          ageOf(standing, facts.inputs.asOfMs),
          standing.expiresAtMs === undefined ? '' : formatInstant(standing.expiresAtMs),
        ]
      }),
    ),
    empty: 'No gate is mapped to a control.',
  }
}

/** The status as every table shows it, and beside one that does not hold the waiver that the verdict rests on instead. */
function waivedCell(facts: ReportFacts, standing: GateStanding): Cell {
  const { verdict, inputs } = facts
  const plain = standingCell(facts, standing.gate, standing)
  const waiver = isSatisfied(standing.status)
    ? undefined
    : inputs.waivers.find(
        ({ id, gates }) =>
          gates.includes(standing.gate.id) && verdict.usedWaivers?.includes(id) === true,
      )
  if (waiver === undefined || typeof plain === 'string') return plain
  return { text: `${plain.text}, waived by ${waiver.id}`, tone: 'wait' }
}

function risksOfControls(facts: ReportFacts, controls: readonly MappedControl[]): ReportTable {
  return {
    title: 'Risks per control',
    columns: ['Control', 'Risk', 'State', 'Level', 'Owner'],
    rows: controls.flatMap(({ framework, id, risks }) =>
      risks.map((riskId): Cell[] => {
        const risk = facts.inputs.risks.find((each) => each.id === riskId)
        const name = `${framework} ${id}`
        if (risk === undefined)
          return [name, riskId, { text: 'NOT IN THE REGISTER', tone: 'stop' }, '', '']
        return [
          name,
          `${risk.id}: ${risk.title}`,
          { text: risk.state, tone: isRiskHeld(facts, risk) ? 'go' : 'stop' },
          risk.level,
          nameOf(facts, risk.owner),
        ]
      }),
    ),
    empty: 'No risk is mapped to a control.',
  }
}
