// The report on a bundle in plain words, for people at a terminal.
import type { EntryProofReport } from './entry-proof.ts'
import { FINDING_TITLES } from './findings.ts'
import type { VerifyReport } from './model.ts'

/** Reasons and gates beyond this many are counted, not listed; `--json` has them all. */
const LINE_LIMIT = 60

const HEADLINES = {
  INTACT: 'INTACT: nothing changed, and the signer is the one you trust.',
  INTACT_SIGNER_UNKNOWN:
    'INTACT, SIGNER UNKNOWN: nothing changed since it was sealed; who sealed it is not shown.',
  INTACT_DECISION_INVALID:
    'INTACT, DECISION INVALID: nothing changed since it was sealed, and what was decided is that nothing can be trusted.',
  INVALID: 'INVALID: this bundle proves nothing.',
} as const

/** What a report says first: a true bundle of a decision that is INVALID is none to be glad of, as its exit code says too. */
export function headlineOfReport({
  verdict,
  release,
}: Pick<VerifyReport, 'verdict' | 'release'>): keyof typeof HEADLINES {
  return verdict !== 'INVALID' && release === 'INVALID' ? 'INTACT_DECISION_INVALID' : verdict
}

/** Text with lines of their own for verdict, findings, what was proven and what was not. Ends with a line feed. */
export function renderVerifyReport(report: VerifyReport): string {
  const lines: string[] = [HEADLINES[headlineOfReport(report)]]
  if (report.signer !== null) lines.push(`Signed by the key ${report.signer}`)
  if (report.findings.length > 0) {
    lines.push('', `What is wrong (${report.findings.length}):`)
    for (const finding of report.findings.slice(0, LINE_LIMIT)) {
      lines.push(`  ${finding.code}${finding.path === undefined ? '' : `  ${finding.path}`}`)
      lines.push(`    ${FINDING_TITLES[finding.code]}.`, `    ${finding.text}`)
    }
    pushRest(lines, report.findings.length)
  }
  if (report.decision !== null) pushRelease(lines, report.decision)
  if (report.regenerated !== null) pushRegenerated(lines, report.regenerated)
  pushProven(lines, report)
  if (report.verdict === 'INTACT_SIGNER_UNKNOWN') {
    lines.push(
      '',
      'To know whose it is, run again with --trust FILE or --trust KEY from a source you trust.',
    )
  }
  return `${lines.map(escapeControls).join('\n')}\n`
}

const PROOF_HEADLINES = {
  INTACT: 'INTACT: the entry is in the log, and the log is the one you trust.',
  INTACT_SIGNER_UNKNOWN:
    'INTACT, SIGNER UNKNOWN: the proof fits together; whose log it is is not shown.',
  INVALID: 'INVALID: this file proves nothing.',
} as const

/** What one entry's proof file shows, in plain words. Ends with a line feed. */
export function renderEntryProof(report: EntryProofReport): string {
  const lines: string[] = [PROOF_HEADLINES[report.verdict]]
  for (const { code, text } of report.findings)
    lines.push('', `  ${code}`, `    ${FINDING_TITLES[code]}.`, `    ${text}`)
  if (report.entry !== null) {
    const { time, body } = report.entry
    lines.push('', `${time}  ${body.type}  ${body.subject}  by ${body.actor}`)
  }
  if (report.leafHash !== null) lines.push(`leaf hash: ${report.leafHash}`)
  pushProven(lines, report)
  if (report.verdict === 'INTACT_SIGNER_UNKNOWN')
    lines.push('', "To know whose it is, run again with --trust and the log's key or a trust file.")
  return `${lines.map(escapeControls).join('\n')}\n`
}

function pushProven(
  lines: string[],
  { proven, notProven }: Pick<VerifyReport, 'proven' | 'notProven'>,
): void {
  if (proven.length > 0) lines.push('', 'What was proven:', ...proven.map((line) => `  ✓ ${line}`))
  if (notProven.length > 0)
    lines.push('', 'What was not proven:', ...notProven.map((line) => `  · ${line}`))
}

function pushRelease(lines: string[], release: NonNullable<VerifyReport['decision']>): void {
  lines.push(
    '',
    `${release.service} ${release.version} in ${release.environment}: ${release.verdict}, decided ${release.decidedAt}`,
  )
  if (release.raw !== release.verdict) lines.push(`  without waivers it would be ${release.raw}`)
  if (release.expiresAt !== undefined) lines.push(`  void from ${release.expiresAt}`)
  for (const { rule, gate, text, flip } of release.reasons.slice(0, LINE_LIMIT)) {
    lines.push(
      `  ${gate === undefined ? '' : `${gate}: `}${text} (rule ${rule})`,
      `    to flip it: ${flip}`,
    )
  }
  pushRest(lines, release.reasons.length)
  lines.push('', `Gates (${release.gates.length}), as their evidence shows them:`)
  for (const gate of release.gates.slice(0, LINE_LIMIT))
    lines.push(`  ${gate.status.padEnd(14)} ${gate.title}  [${gate.gate}]`)
  pushRest(lines, release.gates.length)
}

/** The bad news first, in words that need no table. */
function pushRegenerated(
  lines: string[],
  { run, environment, gates }: NonNullable<VerifyReport['regenerated']>,
): void {
  const alarms = gates.filter(({ isAlarming }) => isAlarming)
  lines.push(
    '',
    `Evidence made again by run ${run} in ${environment}:`,
    alarms.length === 0
      ? '  no required gate is worse than when it was decided, and none is missing'
      : `  ${alarms.length} required gates are worse than when it was decided, or missing: roll back within the rollback window, or open an incident`,
  )
  const sorted = [...alarms, ...gates.filter(({ isAlarming }) => !isAlarming)]
  for (const { gate, title, word, before, after } of sorted.slice(0, LINE_LIMIT))
    lines.push(
      `  ${word.toUpperCase().padEnd(8)} ${before ?? 'no result'} → ${after ?? 'no result'}  ${title}  [${gate}]`,
    )
  pushRest(lines, sorted.length)
}

function pushRest(lines: string[], count: number): void {
  if (count > LINE_LIMIT) lines.push(`  and ${count - LINE_LIMIT} more; --json lists them all`)
}

/** Titles and texts come from strangers: no control character and no direction mark reaches the terminal. */
export function escapeControls(line: string): string {
  return line.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`,
  )
}
