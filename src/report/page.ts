// The part that every report has: the answer first, then why, then what next, then what it all rests on.
import type { Plan, Reason, VerdictValue } from '../verdict/index.ts'
import type { ReportFacts, ReportKind, ReportPage, ReportTable } from './model.ts'
import { countOf, formatInstant, shortText } from './words.ts'

const ANSWERS: Readonly<Record<VerdictValue, string>> = {
  GO: 'It may go: every required gate is satisfied by evidence and every role has signed off.',
  GO_WITH_WAIVERS: 'It may go, on waivers: without them it could not.',
  CONDITIONAL_GO: 'It may go only once the open conditions are met.',
  NOT_READY: 'It may not go yet: something has not been done.',
  NO_GO: 'It may not go.',
  INVALID: 'Nothing can be said: what the decision rests on did not verify.',
}

const BROKEN_GLASS_ANSWER =
  'It may go only because somebody broke the glass and answers for it: without that it could not.'

const NAMES: Readonly<Record<ReportKind, string>> = {
  decision: 'Release report',
  evaluation: 'Pre-update evaluation',
  readiness: 'Readiness by area',
  closure: 'End-of-update report',
  audit: 'Audit closure',
  metrics: 'Release metrics',
  diff: 'Evidence, before and after',
  controls: 'Evidence per control',
}

/** Reasons on the first screen; the tables below have all of them. */
export const WHY_LIMIT_COUNT = 3

/** A page of this kind; `facts` and `tables` come after what every report says first. */
export function composePage(
  kind: ReportKind,
  facts: ReportFacts,
  own: { readonly facts?: ReportPage['facts']; readonly tables: readonly ReportTable[] },
): ReportPage {
  const { inputs, verdict, plan } = facts
  const { subject } = inputs
  return {
    kind,
    name: NAMES[kind],
    title: `${subject.service} ${subject.version}`,
    verdict: verdict.value,
    answer: verdict.breakGlass === undefined ? ANSWERS[verdict.value] : BROKEN_GLASS_ANSWER,
    why: whyOf(plan, verdict.reasons),
    next: nextStepOf(facts),
    facts: [
      ['Environment', subject.environment],
      ...(inputs.phase === undefined ? [] : ([['Decided for the phase', inputs.phase]] as const)),
      ['Commit', subject.commit ?? 'none stated'],
      [
        facts.statement === undefined ? 'Provisional as of' : 'Decided',
        formatInstant(verdict.asOfMs),
      ],
      [
        'Holds until',
        verdict.expiresAtMs === undefined ? 'not a Go' : formatInstant(verdict.expiresAtMs),
      ],
      ...(verdict.raw === verdict.value ? [] : ([['Without waivers', verdict.raw]] as const)),
      ...brokenGlassOf(facts),
      ...(own.facts ?? []),
    ],
    tables: [...own.tables, basisTable(facts)],
  }
}

// A Go in spite of everything must be seen as one wherever the Go is.
function brokenGlassOf(facts: ReportFacts): ReportPage['facts'] {
  const glass = facts.verdict.breakGlass
  if (glass === undefined) return []
  const review =
    glass.reviewedBy === undefined
      ? `to be reviewed by ${formatInstant(glass.reviewDueAtMs)}`
      : `reviewed by ${nameOf(facts, glass.reviewedBy)}`
  return [
    ['Glass broken', `${nameOf(facts, glass.principal)}: ${shortText(glass.reason)}, ${review}`],
  ]
}

export function titlesOf(plan: Plan): ReadonlyMap<string, string> {
  return new Map(plan.gates.map((gate) => [gate.id, gate.title]))
}

/** Owners and people who attended are free text, and a text such as `constructor` is nobody's id. */
export function nameOf({ names }: ReportFacts, principal: string): string {
  return (Object.hasOwn(names, principal) ? names[principal] : undefined) ?? principal
}

function whyOf(plan: Plan, reasons: readonly Reason[]): readonly string[] {
  const titles = titlesOf(plan)
  const shown = reasons.slice(0, WHY_LIMIT_COUNT).map(({ gate, text }) => {
    const where = gate === undefined ? '' : `${titles.get(gate) ?? gate}: `
    return `${where}${shortText(text)}`
  })
  const hiddenCount = reasons.length - shown.length
  return hiddenCount === 0
    ? shown
    : [...shown, `${countOf(hiddenCount, 'further reason')}, in the tables below.`]
}

function nextStepOf({ verdict, plan, statement }: ReportFacts): string {
  const first = verdict.reasons[0]
  if (verdict.value === 'GO' || first === undefined) {
    return statement === undefined
      ? 'Record the decision: seaworthy decide.'
      : 'Deploy before the Go expires; then regenerate the evidence on production.'
  }
  const rest = verdict.reasons.length - 1
  const where = first.gate === undefined ? '' : `${titlesOf(plan).get(first.gate) ?? first.gate}: `
  return `${where}${first.flip}${rest === 0 ? '' : ` And ${rest} more, below.`}`
}

function basisTable({ inputs, plan, verdict, statement }: ReportFacts): ReportTable {
  const { checkpoint } = inputs
  return {
    title: 'What this rests on',
    lead: 'Rendered from these frozen inputs and the ledger alone: the same ledger gives the same bytes.',
    columns: ['What', 'Value'],
    rows: [
      ['Checklist', `${plan.source.name}, ${plan.source.sha256}`],
      ['Plan', inputs.plan],
      ['Run', inputs.run],
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
