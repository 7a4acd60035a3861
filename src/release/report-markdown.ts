// The report as GitHub-flavoured Markdown; text of the checklist cannot become markup.
import { harmlessLine } from '../kernel/index.ts'
import type { ReportPage, ReportTable } from './report.ts'

export function renderReportMarkdown(page: ReportPage): string {
  const lines = [
    `# Release report: ${escapeMarkdown(page.title)}`,
    '',
    `**${page.verdict}.** ${escapeMarkdown(page.answer)}`,
    '',
    `Next: ${escapeMarkdown(page.next)}`,
    '',
    ...page.facts.map(([name, value]) => `- ${name}: ${escapeMarkdown(value)}`),
    '',
    ...page.tables.flatMap(renderTable),
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

function renderTable(table: ReportTable): string[] {
  const heading = [`## ${escapeMarkdown(table.title)}`, '']
  if (table.rows.length === 0) return [...heading, table.empty, '']
  const row = (cells: readonly string[]): string => `| ${cells.map(escapeMarkdown).join(' | ')} |`
  return [
    ...heading,
    row(table.columns),
    `|${' --- |'.repeat(table.columns.length)}`,
    ...table.rows.map(row),
    '',
  ]
}

/** Makes hostile text plain: no markup, no line break, no control or direction character. */
function escapeMarkdown(text: string): string {
  return harmlessLine(text).replace(/[\\`*_{}[\]<>#|~!]/g, (character) => `\\${character}`)
}
