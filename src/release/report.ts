// The one-page report as plain rows: first the answer, then why, then everything it rests on.
import type { GateResult, PlanGate, Verdict, VerdictValue } from '../verdict/index.ts'
import type { ReportFacts } from './model.ts'

export interface ReportTable {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Said instead of the table when there is no row. */
  readonly empty: string
}

export interface ReportPage {
  readonly title: string
  readonly verdict: VerdictValue
  /** One sentence: may it go? */
  readonly answer: string
  /** One sentence: what next. */
  readonly next: string
  readonly facts: readonly (readonly [string, string])[]
  readonly tables: readonly ReportTable[]
}

const ANSWERS: Readonly<Record<VerdictValue, string>> = {
  GO: 'It may go: every required gate is satisfied by evidence and every role has signed off.',
  GO_WITH_WAIVERS: 'It may go, on waivers: without them it could not.',
  CONDITIONAL_GO: 'It may go only once the open conditions are met.',
  NOT_READY: 'It may not go yet: something has not been done.',
  NO_GO: 'It may not go.',
  INVALID: 'Nothing can be said: what the decision rests on did not verify.',
}

export function composeReport(facts: ReportFacts): ReportPage {
  const { review, verdict, checkpoint } = facts
  const { subject } = review
  return {
    title: `${subject.service} ${subject.version}`,
    verdict: verdict.value,
    answer: ANSWERS[verdict.value],
    next: nextStepOf(facts),
    facts: [
      ['Environment', subject.environment],
      ['Commit', subject.commit ?? 'none stated'],
      [facts.statement === undefined ? 'Provisional as of' : 'Decided', instantOf(verdict.asOfMs)],
      [
        'Holds until',
        verdict.expiresAtMs === undefined ? 'not a Go' : instantOf(verdict.expiresAtMs),
      ],
      ['Gates', countStatuses(review.results)],
      ['Run', review.runId],
    ],
    tables: [
      reasonsTable(facts),
      gateTable(facts),
      signOffTable(facts),
      notesTable(verdict),
      basisTable(facts, checkpoint),
    ],
  }
}

function nextStepOf({ verdict, review }: ReportFacts): string {
  const titles = new Map(review.plan.gates.map((gate) => [gate.id, gate.title]))
  const first = verdict.reasons[0]
  if (verdict.value === 'GO' || first === undefined)
    return 'Deploy before the Go expires; then regenerate the evidence on production.'
  const rest = verdict.reasons.length - 1
  const where = first.gate === undefined ? '' : `${titles.get(first.gate) ?? first.gate}: `
  return `${where}${first.flip}${rest === 0 ? '' : ` And ${rest} more, below.`}`
}

function reasonsTable({ verdict, review }: ReportFacts): ReportTable {
  const titles = new Map(review.plan.gates.map((gate) => [gate.id, gate.title]))
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

function gateTable(facts: ReportFacts): ReportTable {
  const results = new Map(facts.review.results.map((result) => [result.gate, result]))
  return {
    title: 'Gates',
    columns: ['Status', 'Section', 'Gate', 'What was seen', 'Evidence'],
    rows: facts.review.plan.gates.map((gate) => gateRow(gate, results.get(gate.id))),
    empty: 'No gate.',
  }
}

function gateRow(gate: PlanGate, result: GateResult | undefined): string[] {
  return [
    result?.status ?? 'PENDING',
    gate.section,
    gate.severity === 'required' ? gate.title : `${gate.title} (${gate.severity})`,
    shortText(result?.reason ?? ''),
    result?.statement === undefined ? 'none' : shortDigest(result.statement),
  ]
}

/** Longest reason of a gate in the table; the evidence has the whole of it. */
const REASON_LIMIT_CHARACTERS = 160

function shortText(text: string): string {
  return text.length > REASON_LIMIT_CHARACTERS
    ? `${text.slice(0, REASON_LIMIT_CHARACTERS).toWellFormed()}…`
    : text
}

function signOffTable({ review, names }: ReportFacts): ReportTable {
  const rows = review.plan.signOffs.map(({ role, minimum }) => {
    const given = review.signOffs.filter((signOff) => signOff.role === role)
    const people = given.map((signOff) => {
      const stale = signOff.reviewHash === review.reviewHash ? '' : ', over an earlier state'
      return `${names[signOff.principal] ?? signOff.principal}: ${signOff.decision} ${instantOf(signOff.atMs)}${stale}`
    })
    return [role, String(minimum), people.join('; ') || 'nobody yet']
  })
  return {
    title: 'Sign-offs',
    columns: ['Role', 'Needed', 'Given'],
    rows,
    empty: 'The plan asks for none.',
  }
}

function notesTable(verdict: Verdict): ReportTable {
  return {
    title: 'Notes',
    columns: ['Note'],
    rows: verdict.notes.map((note) => [note]),
    empty: 'None.',
  }
}

function basisTable(facts: ReportFacts, checkpoint: ReportFacts['checkpoint']): ReportTable {
  const { review, verdict, statement } = facts
  return {
    title: 'What this rests on',
    columns: ['What', 'Value'],
    rows: [
      ['Checklist', `${review.plan.source.name}, ${review.plan.source.sha256}`],
      ['Plan', review.planHash],
      ['What was signed', verdict.reviewHash],
      ['What was decided on', verdict.decisionHash],
      [
        'Decision statement',
        statement ?? 'none: this verdict is provisional until `seaworthy decide` records it',
      ],
      ['Ledger', `${checkpoint.origin}, ${checkpoint.size} entries, root ${checkpoint.root}`],
    ],
    empty: '',
  }
}

/** Counts per status, worst news first, so that no single number can flatter. */
function countStatuses(results: readonly GateResult[]): string {
  const counts = new Map<string, number>()
  for (const result of results) counts.set(result.status, (counts.get(result.status) ?? 0) + 1)
  const listed = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, count]) => `${count} ${status}`)
  return `${results.length}: ${listed.join(', ') || 'none'}`
}

function instantOf(ms: number): string {
  return new Date(ms).toISOString()
}

function shortDigest(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}
