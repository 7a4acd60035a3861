// A report as GitHub-flavoured Markdown; text of the checklist cannot become markup.
import { harmlessLine } from '../kernel/index.ts'
import type { Cell, ReportPage, ReportTable } from './model.ts'

export function renderReportMarkdown(page: ReportPage): string {
  const lines = [
    `# ${page.name}: ${escapeMarkdown(page.title)}`,
    '',
    `**${escapeMarkdown(page.verdict)}.** ${escapeMarkdown(page.answer)}`,
    '',
    ...(page.why.length === 0
      ? []
      : ['Why:', '', ...page.why.map((line) => `- ${escapeMarkdown(line)}`), '']),
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
  if (table.rows.length === 0) return [...heading, escapeMarkdown(table.empty), '']
  const row = (cells: readonly Cell[]): string =>
    `| ${cells.map((cell) => escapeMarkdown(typeof cell === 'string' ? cell : cell.text)).join(' | ')} |`
  return [
    ...heading,
    ...(table.lead === undefined ? [] : [escapeMarkdown(table.lead), '']),
    row(table.columns),
    `|${' --- |'.repeat(table.columns.length)}`,
    ...table.rows.map(row),
    '',
  ]
}

/**
 * Makes hostile text plain: no markup, no entity, no line break, no control or direction character. Renderers turn a bare
 * address or a mention into a link even behind an escape, so a word that could be one stands as code.
 */
export function escapeMarkdown(text: string): string {
  return harmlessLine(text)
    .replace(/[^\s`|\\]+|[`|\\]/g, (word) => (isAddress(word) ? `\`${word}\`` : escapeWord(word)))
    .replace(
      /^(\s*)([-+]|\d+[.)])(?=\s|$)/,
      (_, blank: string, mark: string) => `${blank}${mark.slice(0, -1)}\\${mark.slice(-1)}`,
    )
}

function isAddress(word: string): boolean {
  return word.includes('@') || word.includes('://') || /www\./i.test(word)
}

// Escapes are of ASCII punctuation only, so that CommonMark shows the very characters.
function escapeWord(word: string): string {
  return word.replace(/[\\`*_{}[\]<>#|~!&]/g, (character) => `\\${character}`)
}
