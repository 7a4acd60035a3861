// A release's gates as JUnit XML: one test case per gate, one suite per section, nothing lost that a CI can show.
import type { GateStanding, Standings } from '../verdict/index.ts'
import type { ReportFacts } from './model.ts'
import { formatInstant } from './words.ts'

/** @returns UTF-8 XML; a required gate that does not hold is a failure, one that could not be decided an error */
export function renderJunit(facts: ReportFacts, standings: Standings): string {
  const { plan, release, inputs, verdict } = facts
  const later = new Set(verdict.notYetDue)
  const suites = new Map<string, GateStanding[]>()
  for (const gate of plan.gates) {
    const standing = standings.get(gate.id)
    // A gate of a later phase was not counted, so it is no test of this decision.
    if (standing === undefined || gate.children !== undefined || later.has(gate.id)) continue
    const members = suites.get(gate.section)
    if (members === undefined) suites.set(gate.section, [standing])
    else members.push(standing)
  }
  const all = [...suites.values()].flat()
  const parts = [...suites].map(([name, members]) => renderSuite(name, members, inputs.asOfMs))
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${escapeXml(release)}" ${countsOf(all)}>
${parts.join('\n')}
</testsuites>
`
}

type Outcome = 'passed' | 'failure' | 'error' | 'skipped'

function outcomeOf({ status, gate }: GateStanding): Outcome {
  switch (status) {
    case 'PASS':
    case 'WARN':
      return 'passed'
    case 'NOT_APPLICABLE':
      return 'skipped'
    case 'FAIL':
    case 'STALE':
      return gate.severity === 'required' ? 'failure' : 'skipped'
    // What was not decided must not look as if it had been: a required gate then breaks the build as an error.
    default:
      return gate.severity === 'required' ? 'error' : 'skipped'
  }
}

function renderSuite(name: string, members: readonly GateStanding[], asOfMs: number): string {
  const at = new Date(asOfMs).toISOString().slice(0, 19)
  const cases = members.map((member) => renderCase(name, member))
  const skipped = countOf(members, 'skipped')
  return `  <testsuite name="${escapeXml(name)}" ${countsOf(members)} skipped="${skipped}" timestamp="${at}">
${cases.join('\n')}
  </testsuite>`
}

function renderCase(section: string, member: GateStanding): string {
  const { gate, status, reason, result } = member
  const outcome = outcomeOf(member)
  const head = `    <testcase classname="${escapeXml(section)}" name="${escapeXml(gate.title)}"`
  const seen =
    result?.finishedAtMs === undefined ? '' : `, seen ${formatInstant(result.finishedAtMs)}`
  const text = escapeXml(`${status}: ${reason}${seen}`)
  if (outcome === 'passed') return `${head}><system-out>${text}</system-out></testcase>`
  if (outcome === 'skipped') return `${head}><skipped message="${text}"/></testcase>`
  return `${head}><${outcome} type="${status}" message="${text}"/></testcase>`
}

/** What both a suite and the whole may carry; the schema of Jenkins knows skipped cases of a suite only. */
function countsOf(members: readonly GateStanding[]): string {
  return `tests="${members.length}" failures="${countOf(members, 'failure')}" errors="${countOf(members, 'error')}"`
}

function countOf(members: readonly GateStanding[], wanted: Outcome): number {
  return members.filter((member) => outcomeOf(member) === wanted).length
}

/** Text as XML 1.0 may hold it; what it may not hold at all becomes U+FFFD. */
function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${String(character.codePointAt(0))};`)
}
