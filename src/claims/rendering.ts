// The audit for people at a terminal: each claim as its line, below it what speaks against it, both quoted.
import { harmlessLine } from '../kernel/index.ts'
import { CLAIM_VERDICTS, LADDER } from './model.ts'
import type { AuditReport, Claim, ClaimFinding, Quote } from './model.ts'
import type { LedgerLook } from './ledger-match.ts'
import { CLAIM_RULES } from './rules.ts'

/** Claims with findings that are shown; the JSON document has them all. */
const SHOWN_LIMIT_CLAIMS = 60
/** Characters of a quoted line. */
const LINE_LIMIT_CHARACTERS = 110

export function renderAudit(report: AuditReport, name: string): string {
  const groups = byClaim(report.findings)
  const width = String(report.read.lines).length
  const shown = groups.slice(0, SHOWN_LIMIT_CLAIMS).map((group) => renderGroup(group, width))
  const more = groups.length - shown.length
  return [
    ...shown,
    ...(more > 0 ? [`… and ${more} more claims with findings; --json has them all`] : []),
    renderSummary(report, name),
  ].join('\n\n')
}

/** Which release a report was held against. */
export function renderLedger({ release, gates, decision }: LedgerLook): string {
  const decided =
    decision === undefined
      ? 'no decision'
      : `newest decision ${decision.value}${decision.flaw === undefined ? '' : `, ${decision.flaw}`}`
  return harmlessLine(
    `Held against the ledger of ${release}: ${gates.length} ${gates.length === 1 ? 'gate' : 'gates'}, ${decided}`,
  )
}

/** Findings about one line, in the order of the document. */
export function byClaim(findings: readonly ClaimFinding[]): ClaimFinding[][] {
  const groups = new Map<string, ClaimFinding[]>()
  for (const finding of findings) {
    const key = `${finding.claim.line} ${finding.claim.text}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [finding])
    else group.push(finding)
  }
  return [...groups.values()]
}

function renderGroup(findings: readonly ClaimFinding[], width: number): string {
  const { claim } = findings[0]!
  const rows = findings.flatMap((finding) => {
    const kind = finding.level === 'note' ? 'note' : finding.verdict
    return [
      `${' '.repeat(width + 3)}${finding.rule} ${kind}: ${harmlessLine(finding.message)}.`,
      ...againstRows(finding, width),
    ]
  })
  return [quoted(claim, width), ...rows].join('\n')
}

function againstRows({ claim, against, also }: ClaimFinding, width: number): string[] {
  const isSame = against.line === claim.line && against.document === undefined
  const lines = also.map(({ line }) => line).sort((a, b) => a - b)
  const more = lines.length === 0 ? [] : [`${' '.repeat(width + 6)}also ${linesText(lines)}`]
  return isSame ? more : [`${' '.repeat(4)}${quoted(against, width)}`, ...more]
}

export function linesText(lines: readonly number[]): string {
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`
}

function quoted({ line, text, document }: Quote, width: number): string {
  const cut =
    text.length > LINE_LIMIT_CHARACTERS ? `${text.slice(0, LINE_LIMIT_CHARACTERS)}…` : text
  const place = document === undefined ? '' : `${harmlessLine(document)}: `
  return `${place}${String(line).padStart(width)} | ${harmlessLine(cut)}`
}

/** Claims that recorded evidence bears out, each with the gate or decision and its digest. */
function renderEvidence(claims: readonly Claim[]): string[] {
  const rows = claims.flatMap(({ line, evidence, verdict }) =>
    evidence === undefined || verdict !== 'SUPPORTED'
      ? []
      : [
          `  line ${line}: ${evidence.gate === undefined ? 'decision' : `gate ${evidence.gate}`} ${evidence.status}, ${evidence.digest}`,
        ],
  )
  if (rows.length === 0) return []
  const more = rows.length - SHOWN_LIMIT_CLAIMS
  return [
    'Borne out by evidence:',
    ...rows.slice(0, SHOWN_LIMIT_CLAIMS).map(harmlessLine),
    ...(more > 0 ? [`  … and ${more} more; --json has them all`] : []),
  ]
}

function renderSummary(
  { claims, counts, findings, areas, read }: AuditReport,
  name: string,
): string {
  const errors = findings.filter(({ level }) => level === 'error').length
  const notes = findings.length - errors
  const counted = CLAIM_VERDICTS.filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${counts[verdict]} ${verdict}`)
    .join(', ')
  const rules = [...new Set(findings.map(({ rule }) => rule))]
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)))
    .map((id) => `  ${id.padEnd(4)}${CLAIM_RULES.find((rule) => rule.id === id)?.title ?? ''}`)
  const lowest = areas.filter(({ level }) => level < 4).slice(0, 8)
  return [
    `${harmlessLine(name)}: ${read.lines} lines, ${claims.length} claims${counted === '' ? '' : `: ${counted}`}`,
    ...renderEvidence(claims),
    ...(read.isCut ? ['More claims were found than are listed.'] : []),
    ...(rules.length === 0 ? [] : ['Rules (docs/claims-rules.md):', ...rules]),
    ...(lowest.length === 0 || errors === 0
      ? []
      : [
          `Areas that reach no deployment: ${lowest.map(({ area, level }) => `${harmlessLine(area)} (${LADDER[level]})`).join('; ')}`,
        ]),
    `${errors} ${errors === 1 ? 'contradiction' : 'contradictions'}, ${notes} ${notes === 1 ? 'note' : 'notes'}`,
  ].join('\n')
}
