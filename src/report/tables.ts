// Tables that more than one report has: reasons, gates, sign-offs, risks, waivers, conditions, notes.
import { conditionState, isSatisfied, refuseWaiver } from '../verdict/index.ts'
import type { GateStanding, PlanGate, Risk, Standings, Waiver } from '../verdict/index.ts'
import type { Cell, ReportFacts, ReportTable, Tone } from './model.ts'
import { nameOf, titlesOf } from './page.ts'
import { formatDuration, formatInstant, shortDigest, shortText, statusCell } from './words.ts'

export function reasonsTable({ verdict, plan }: ReportFacts): ReportTable {
  const titles = titlesOf(plan)
  return {
    title: 'Why, and what would flip it',
    columns: ['Rule', 'Gate', 'Reason', 'What would flip it'],
    rows: verdict.reasons.map((reason) => [
      reason.rule,
      reason.gate === undefined ? '' : (titles.get(reason.gate) ?? reason.gate),
      shortText(reason.text),
      reason.flip,
    ]),
    empty: 'Nothing stands against it.',
  }
}

/** Every gate as it stands at the decision's instant, with the age of its evidence then. */
export function gatesTable(facts: ReportFacts, standings: Standings): ReportTable {
  return {
    title: 'Gates',
    columns: ['Status', 'Section', 'Gate', 'What was seen', 'Evidence age', 'Evidence'],
    rows: facts.plan.gates.map((gate) => gateRow(facts, gate, standings.get(gate.id))),
    empty: 'No gate.',
  }
}

function gateRow(facts: ReportFacts, gate: PlanGate, standing: GateStanding | undefined): Cell[] {
  return [
    standingCell(facts, gate, standing),
    gate.section,
    gate.severity === 'required' ? gate.title : `${gate.title} (${gate.severity})`,
    shortText(standing?.reason ?? ''),
    ageOf(standing, facts.inputs.asOfMs),
    standing?.result?.statement === undefined ? 'none' : shortDigest(standing.result.statement),
  ]
}

/** The status, or that the decision's phase comes before the gate's. */
export function standingCell(
  { verdict }: ReportFacts,
  gate: PlanGate,
  standing: GateStanding | undefined,
): Cell {
  const status = standing?.status ?? 'PENDING'
  return verdict.notYetDue?.includes(gate.id) === true && !isSatisfied(status)
    ? { text: 'NOT YET DUE', tone: 'wait' }
    : statusCell(status)
}

/** How old a gate's evidence was at `asOfMs`; blank for what never ran. */
export function ageOf(standing: GateStanding | undefined, asOfMs: number): string {
  const finishedAtMs = standing?.result?.finishedAtMs
  return finishedAtMs === undefined ? '' : formatDuration(asOfMs - finishedAtMs)
}

export function signOffsTable(facts: ReportFacts): ReportTable {
  const { plan, inputs, verdict } = facts
  return {
    title: 'Sign-offs',
    lead: 'A signature counts only over what was decided, and only by somebody who holds the role.',
    columns: ['Role', 'Needed', 'Given'],
    rows: plan.signOffs.map(({ role, minimum, anyOf = [] }) => {
      const roles = [role, ...anyOf]
      const people = inputs.signOffs
        .filter((signOff) => roles.includes(signOff.role))
        .map((signOff) => {
          const as = signOff.role === role ? '' : ` as ${signOff.role}`
          const stale = signOff.reviewHash === verdict.reviewHash ? '' : ', over an earlier state'
          return `${nameOf(facts, signOff.principal)}: ${signOff.decision}${as} ${formatInstant(signOff.atMs)}${stale}`
        })
      return [roles.join(' or '), String(minimum), people.join('; ') || 'nobody yet']
    }),
    empty: 'The plan asks for none.',
  }
}

const RISK_TONES: Readonly<Record<Risk['state'], Tone>> = {
  OPEN: 'stop',
  ACCEPTED: 'wait',
  CLOSED: 'go',
}

export function risksTable(
  facts: ReportFacts,
  title: string,
  isShown: (risk: Risk) => boolean = () => true,
): ReportTable {
  const risks = facts.inputs.risks.filter(isShown)
  return {
    title,
    columns: ['State', 'Level', 'Risk', 'Grade', 'Mitigation', 'Owner', 'Due', 'Accepted'],
    rows: risks.map((risk) => [
      { text: risk.state, tone: riskTone(facts, risk) },
      risk.level,
      `${risk.id}: ${risk.title}`,
      gradeOf(risk),
      shortText(mitigationOf(facts, risk)),
      nameOf(facts, risk.owner),
      risk.dueAtMs === undefined ? 'no date' : formatInstant(risk.dueAtMs),
      acceptanceOf(facts, risk),
    ]),
    empty: 'No risk is registered. That nobody wrote one down does not say that there is none.',
  }
}

function riskTone({ verdict }: ReportFacts, { state }: Risk): Tone {
  const tone = RISK_TONES[state]
  return tone === 'go' && verdict.value === 'INVALID' ? 'wait' : tone
}

function gradeOf({ likelihood, impact }: Risk): string {
  if (likelihood === undefined && impact === undefined) return 'not graded'
  return `likelihood ${likelihood ?? 'not graded'}, impact ${impact ?? 'not graded'}`
}

function mitigationOf({ plan }: ReportFacts, risk: Risk): string {
  const closes = plan.gates.find(({ id }) => id === risk.closureTest)?.title ?? risk.closureTest
  const closed = closes === undefined ? '' : ` Closed by: ${closes}`
  return `${risk.mitigation ?? 'none stated.'}${closed}`
}

function acceptanceOf(facts: ReportFacts, risk: Risk): string {
  if (risk.acceptedBy === undefined || risk.acceptedBy.length === 0) return 'by nobody'
  const people = risk.acceptedBy.map((person) => nameOf(facts, person)).join(', ')
  return risk.acceptedUntilMs === undefined
    ? `by ${people}`
    : `by ${people} until ${formatInstant(risk.acceptedUntilMs)}`
}

export function waiversTable(facts: ReportFacts): ReportTable {
  const titles = titlesOf(facts.plan)
  return {
    title: 'Waivers',
    columns: ['State', 'Waiver', 'Gates', 'Reason', 'Instead', 'Asked by', 'Granted by', 'Ends'],
    rows: facts.inputs.waivers.map((waiver) => [
      waiverState(facts, waiver),
      waiver.id,
      waiver.gates.map((gate) => titles.get(gate) ?? gate).join('; '),
      shortText(waiver.reason),
      shortText(waiver.compensatingControl ?? 'none stated'),
      nameOf(facts, waiver.requester),
      waiver.approvers.map((person) => nameOf(facts, person)).join(', ') || 'nobody',
      formatInstant(waiver.expiresAtMs),
    ]),
    empty: 'None was asked for.',
  }
}

/** As the verdict counts it: what two people approved may be used up, or have been approved by the wrong ones. */
function waiverState({ inputs, plan }: ReportFacts, waiver: Waiver): Cell {
  if (waiver.revoked) return { text: 'REVOKED', tone: 'stop' }
  if (waiver.expiresAtMs <= inputs.asOfMs) return { text: 'EXPIRED', tone: 'stop' }
  const why = refuseWaiver(waiver, inputs, plan)
  return why === undefined
    ? { text: 'IN FORCE', tone: 'wait' }
    : { text: `NO FORCE: ${why}`, tone: 'stop' }
}

export function conditionsTable(facts: ReportFacts, standings: Standings): ReportTable {
  const titles = titlesOf(facts.plan)
  return {
    title: 'Conditions',
    columns: ['State', 'Condition', 'Gate', 'Owner', 'Due', 'Blocks', 'When missed'],
    rows: facts.inputs.conditions.map((condition) => [
      conditionCell(facts, condition, standings),
      `${condition.id}: ${condition.text}`,
      titles.get(condition.gate) ?? condition.gate,
      nameOf(facts, condition.owner),
      formatInstant(condition.dueAtMs),
      condition.blocks,
      condition.onMiss,
    ]),
    empty: 'The decision is contingent on nothing.',
  }
}

const CONDITION_TONES: Readonly<Record<string, Tone>> = { OPEN: 'wait', MET: 'go', MISSED: 'stop' }

function conditionCell(
  { inputs }: ReportFacts,
  condition: ReportFacts['inputs']['conditions'][number],
  standings: Standings,
): Cell {
  const state = conditionState(condition, standings, inputs.asOfMs)
  return { text: state, tone: CONDITION_TONES[state] ?? 'wait' }
}

export function notesTable({ verdict }: ReportFacts): ReportTable {
  return {
    title: 'Notes',
    columns: ['Note'],
    rows: verdict.notes.map((note) => [note]),
    empty: 'None.',
  }
}
