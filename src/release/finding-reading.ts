// Reads the findings of an audit or a penetration test, and proposes them as risks; nothing is recorded here.
import { parseStrictJson } from '../kernel/index.ts'
import { singleLine } from '../document/index.ts'
import type { MarkdownDocument } from '../document/index.ts'
import { PROPOSAL_LIMIT } from './promise-reading.ts'
import type { ReadingFinding } from './promise-reading.ts'

export interface ProposedRisk {
  readonly line: number
  readonly level: 'P0' | 'P1' | 'P2' | 'P3'
  readonly title: string
  readonly owner: string
  readonly mitigation: string
}

export interface ReadRisks {
  readonly risks: readonly ProposedRisk[]
  readonly findings: readonly ReadingFinding[]
}

/** Levels of SARIF 2.1.0 section 3.27.10. */
const SARIF_LEVELS: Readonly<Record<string, ProposedRisk['level']>> = {
  error: 'P1',
  warning: 'P2',
  note: 'P3',
}

/** Results of a SARIF 2.1.0 log; undefined when the text is none. */
export function readSarifRisks(text: string): ReadRisks | undefined {
  const log = parseJson(text)
  const runs = listOf(memberOf(log, 'runs'))
  if (runs === undefined || typeof memberOf(log, 'version') !== 'string') return undefined
  const risks = runs
    .flatMap((run) => listOf(memberOf(run, 'results')) ?? [])
    .slice(0, PROPOSAL_LIMIT)
    .flatMap((result): ProposedRisk[] => {
      const level = SARIF_LEVELS[textOf(memberOf(result, 'level')) ?? 'warning']
      const message = textOf(memberOf(memberOf(result, 'message'), 'text')) ?? ''
      const rule = textOf(memberOf(result, 'ruleId')) ?? 'finding'
      if (level === undefined) return []
      const title = singleLine(`${rule}: ${message}`).slice(0, 200)
      return [{ line: 1, level, title, owner: '', mitigation: '' }]
    })
  return { risks, findings: [] }
}

const LEVEL = /\b(P[0-3])\b(?:-\d+)?:?\s*(.*)$/
const ISSUE = /^(?:issue|gap|finding|risk|problem)s?$/

/** Headings that begin with a level, and rows of tables with an issue column. */
export function readRiskDocument(document: MarkdownDocument): ReadRisks {
  const findings: ReadingFinding[] = []
  const lines = document.reading.text.split('\n')
  const titled = document.headings.flatMap((heading, index): ProposedRisk[] => {
    const match = LEVEL.exec(heading.title)
    if (match === null || match[2]!.trim() === '' || /^\W*P\d\b/u.test(match[2]!)) return []
    const before = heading.title.slice(0, match.index)
    // A heading that only speaks of levels, such as "Remaining Risks (P2-P3)", is no finding.
    if (/[\p{L}\p{N}(]/u.test(before)) return []
    const end = document.headings[index + 1]?.line ?? lines.length + 1
    const body = lines.slice(heading.line, end - 1)
    if (body.some((line) => /\*\*\s*CLOSED|Status:.*CLOSED/i.test(line)))
      findings.push({
        line: heading.line,
        text: `the document calls ${match[1]} "${singleLine(match[2]!)}" closed; here it closes by evidence`,
      })
    const mitigation = body.find((line) => /^\*\*Mitigation:?\*\*/i.test(line.trim())) ?? ''
    return [
      {
        line: heading.line,
        level: match[1] as ProposedRisk['level'],
        title: singleLine(match[2]!),
        owner: '',
        mitigation: singleLine(
          mitigation.replace(/^.*?\*\*:?\s*/, '').replace(/^Mitigation:?\**\s*/i, ''),
        ),
      },
    ]
  })
  const listed = document.tables.flatMap((table): ProposedRisk[] => {
    const names = table.header.map((each) => each.trim().toLowerCase())
    const issue = names.findIndex((name) => ISSUE.test(name))
    if (issue < 0) return []
    findings.push({
      line: table.line,
      text: 'the table states no level; P2 is assumed: look at each',
    })
    const cellOf = (row: (typeof table.rows)[number], name: RegExp): string =>
      singleLine(row.cells[names.findIndex((each) => name.test(each))]?.text ?? '')
    return table.rows.map((row) => ({
      line: row.line,
      level: 'P2' as const,
      title: [cellOf(row, /^area$/), singleLine(row.cells[issue]?.text ?? '')]
        .filter((part) => part !== '')
        .join(': '),
      owner: cellOf(row, /^owner/),
      mitigation: cellOf(row, /^(?:action|mitigation|remediation)/),
    }))
  })
  return { risks: [...titled, ...listed].slice(0, PROPOSAL_LIMIT), findings }
}

function parseJson(text: string): unknown {
  try {
    return parseStrictJson(text)
  } catch {
    // Whatever is no strict JSON is read as a document.
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}
