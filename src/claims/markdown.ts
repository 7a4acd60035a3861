// The audit as Markdown, for a job summary or a pull request; the report's text is quoted as code and cannot act.
import { harmlessLine } from '../kernel/index.ts'
import { CLAIM_VERDICTS, LADDER } from './model.ts'
import type { AuditReport, Claim, ClaimFinding, Quote } from './model.ts'
import { byClaim, linesText } from './rendering.ts'

/** Claims with findings that are written; job summaries are bounded. */
const WRITTEN_LIMIT_CLAIMS = 200

export function auditMarkdown(report: AuditReport, name: string): string {
  const { findings, counts, claims, areas } = report
  const errors = findings.filter(({ level }) => level === 'error').length
  const groups = byClaim(findings)
  const more = groups.length - WRITTEN_LIMIT_CLAIMS
  return [
    `## Claims audit of ${code(name)}\n`,
    `**${errors === 0 ? 'No contradiction' : `${errors} ${errors === 1 ? 'contradiction' : 'contradictions'}`}**, ${findings.length - errors} notes, ${claims.length} claims.\n`,
    `| ${CLAIM_VERDICTS.join(' | ')} |\n|${' ---: |'.repeat(CLAIM_VERDICTS.length)}\n| ${CLAIM_VERDICTS.map((verdict) => counts[verdict]).join(' | ')} |\n`,
    ...groups.slice(0, WRITTEN_LIMIT_CLAIMS).map(groupMarkdown),
    ...(more > 0 ? [`… and ${more} more claims with findings.\n`] : []),
    ...evidenceRows(claims),
    ...(areas.length === 0
      ? []
      : [
          '| area | line | reaches |\n| --- | ---: | --- |',
          ...areas
            .slice(0, 50)
            .map(({ area, line, level }) => `| ${code(area)} | ${line} | ${LADDER[level]} |`),
          '',
        ]),
  ].join('\n')
}

/** Claims that a release's recorded evidence bears out. */
function evidenceRows(claims: readonly Claim[]): string[] {
  const rows = claims.flatMap(({ line, evidence, verdict }) =>
    evidence === undefined || verdict !== 'SUPPORTED'
      ? []
      : [
          `| ${line} | ${evidence.gate === undefined ? 'the decision' : code(evidence.gate)} | ${evidence.status} | ${code(evidence.digest)} |`,
        ],
  )
  if (rows.length === 0) return []
  const more = rows.length - WRITTEN_LIMIT_CLAIMS
  return [
    '| line | borne out by | status | evidence |\n| ---: | --- | --- | --- |',
    ...rows.slice(0, WRITTEN_LIMIT_CLAIMS),
    '',
    ...(more > 0 ? [`… and ${more} more claims with evidence.\n`] : []),
  ]
}

function groupMarkdown(findings: readonly ClaimFinding[]): string {
  const rows = findings.flatMap(({ rule, level, verdict, message, against, also }) => [
    `- ${rule} **${level === 'note' ? 'note' : verdict}**: ${plain(message)}.`,
    `  - ${place(against)} ${code(against.text)}`,
    ...(also.length === 0 ? [] : [`  - also ${linesText(also.map(({ line }) => line))}`]),
  ])
  return [`Line ${findings[0]!.claim.line}: ${code(findings[0]!.claim.text)}\n`, ...rows, ''].join(
    '\n',
  )
}

function place({ line, document }: Quote): string {
  return document === undefined ? `line ${line}:` : `${code(document)} line ${line}:`
}

/** A code span that the text cannot end: its fence is longer than any run of backticks inside; a pipe ends no cell. */
function code(text: string): string {
  const line = harmlessLine(text).replaceAll('|', '¦')
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = line.startsWith('`') || line.endsWith('`') || line === '' ? ' ' : ''
  return `${fence}${pad}${line}${pad}${fence}`
}

/** Our own sentences quote titles of the report. */
function plain(text: string): string {
  return harmlessLine(text).replace(/[\\`*_{}[\]<>#|~@]/g, (mark) => `\\${mark}`)
}
