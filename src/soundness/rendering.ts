// Findings as text for people: place, level, rule, message, fix and the line itself, safe for a terminal.
import type { Finding } from './block.ts'
import { coverSecrets } from './secrets.ts'

/** Characters of a source line shown in a frame. */
const FRAME_WIDTH_CHARACTERS = 100

/**
 * One paragraph per finding in document order, then a line with the counts. Control characters, bidirectional
 * marks and secrets of the input never reach the output as they are.
 */
export function renderFindings(findings: readonly Finding[], sourceText: string): string {
  const lines = sourceText.split(/\r\n|\n|\r/)
  const sorted = [...findings].sort((a, b) => a.line - b.line || a.column - b.column)
  const paragraphs = sorted.map((finding) => renderFinding(finding, lines))
  return [...paragraphs, renderCounts(findings)].join('\n\n') + '\n'
}

function renderFinding(finding: Finding, lines: readonly string[]): string {
  const gate = finding.gate === undefined ? '' : ` [${escapeForTerminal(finding.gate)}]`
  const head = `${finding.line}:${finding.column} ${finding.level} ${escapeForTerminal(finding.rule)}${gate}`
  const rows = [
    head,
    `  ${escapeForTerminal(finding.message)}`,
    ...renderFrame(finding, lines),
    `  fix: ${escapeForTerminal(finding.fix)}`,
  ]
  return rows.join('\n')
}

/** The source line and a caret below the column; none when the line does not exist. */
function renderFrame(finding: Finding, lines: readonly string[]): readonly string[] {
  const line = lines[finding.line - 1]
  if (line === undefined) return []
  const covered = coverSecrets(line)
  // A far column moves the window, so that the caret always points at something.
  const from = finding.column > FRAME_WIDTH_CHARACTERS - 10 ? finding.column - 20 : 0
  const before = escapeForTerminal(covered.slice(from, Math.max(from, finding.column - 1)))
  const after = escapeForTerminal(
    covered.slice(Math.max(from, finding.column - 1), from + FRAME_WIDTH_CHARACTERS),
  )
  const number = String(finding.line)
  return [
    `  ${number} | ${before}${after}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(before.length)}^`,
  ]
}

function renderCounts(findings: readonly Finding[]): string {
  const count = (level: Finding['level']): number =>
    findings.filter((finding) => finding.level === level).length
  return `${plural(count('error'), 'error')}, ${plural(count('warning'), 'warning')}, ${plural(count('note'), 'note')}`
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** Tabs become a blank; other control, invisible and reordering characters become visible as `\u{…}`. */
export function escapeForTerminal(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu,
      (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    )
}
