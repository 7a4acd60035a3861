// The report as one self-contained HTML page: no script, no external resource, ready for print.
import { harmlessLine } from '../kernel/index.ts'
import type { ReportPage, ReportTable } from './report.ts'

const STYLE = `
:root { color-scheme: light dark; --ink: #17222e; --soft: #56657a; --line: #d5dce4; --paper: #ffffff; --go: #17663a; --wait: #8a5300; --stop: #a3212b }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3b0bf; --line: #35414e; --paper: #12181f; --go: #6fce97; --wait: #efb45e; --stop: #ff8d92 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 68rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.125rem; font-weight: 600; margin: 0 0 1rem; color: var(--soft); overflow-wrap: anywhere }
h2 { font-size: 1.125rem; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere }
.verdict { font-size: 2.25rem; line-height: 1.2; font-weight: 700; margin: 0 }
.GO { color: var(--go) } .GO_WITH_WAIVERS, .CONDITIONAL_GO, .NOT_READY { color: var(--wait) } .NO_GO, .INVALID { color: var(--stop) }
.answer { font-size: 1.125rem; margin: .5rem 0 0; max-width: 44rem }
.next { margin: .5rem 0 1.5rem; max-width: 44rem; overflow-wrap: anywhere }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.scroll { overflow-x: auto }
table { width: 100%; min-width: 46rem; border-collapse: collapse; font-size: .9375rem }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; min-width: 5rem }
th { color: var(--soft); font-weight: 600; white-space: nowrap }
td:first-child { white-space: nowrap }
.empty { color: var(--soft) }
.PASS { color: var(--go) } .WARN, .PENDING, .RUNNING, .BLOCKED, .INCONCLUSIVE, .SKIPPED { color: var(--wait) } .FAIL, .ERROR { color: var(--stop) }
.wide td:first-child { white-space: normal }
@media (max-width: 40rem) {
  table { min-width: 0 } thead { display: none } tr, td { display: block; width: 100% }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line) } td, td:first-child { border: 0; padding: .125rem 0; white-space: normal }
  td::before { content: attr(data-column) ": "; color: var(--soft) } td:empty { display: none }
}
@media print { table { min-width: 0 } body { max-width: none; padding: 0 } h2 { break-after: avoid } tr { break-inside: avoid } }
`

export function renderReportHtml(page: ReportPage): string {
  const facts = page.facts.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
  )
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.verdict}: ${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Release report: ${escapeHtml(page.title)}</h1>
<p class="verdict ${page.verdict}">${page.verdict}</p>
<p class="answer">${escapeHtml(page.answer)}</p>
<p class="next">Next: ${escapeHtml(page.next)}</p>
<dl>${facts.join('')}</dl>
${page.tables.map(renderTable).join('\n')}
</body>
</html>
`
}

function renderTable(table: ReportTable): string {
  const heading = `<h2>${escapeHtml(table.title)}</h2>`
  if (table.rows.length === 0) return `${heading}\n<p class="empty">${escapeHtml(table.empty)}</p>`
  const head = table.columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('')
  const rows = table.rows
    .map(
      (cells) =>
        `<tr>${cells.map((cell, at) => renderCell(cell, table.columns[at] ?? '')).join('')}</tr>`,
    )
    .join('\n')
  const shape = table.columns[0] === 'Status' ? 'scroll' : 'scroll wide'
  return `${heading}\n<div class="${shape}"><table><thead><tr>${head}</tr></thead><tbody>\n${rows}\n</tbody></table></div>`
}

const STATUS_CELL =
  /^(PASS|WARN|FAIL|ERROR|PENDING|BLOCKED|RUNNING|INCONCLUSIVE|SKIPPED|NOT_APPLICABLE)$/

function renderCell(cell: string, column: string): string {
  const label = `data-column="${escapeHtml(column)}"`
  return STATUS_CELL.test(cell)
    ? `<td ${label} class="${cell}">${cell}</td>`
    : `<td ${label}>${escapeHtml(cell)}</td>`
}

/** Makes hostile text plain: no markup and no control or direction character. */
function escapeHtml(text: string): string {
  return harmlessLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
