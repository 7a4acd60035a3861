// A report as one self-contained HTML page: no script, no external resource, its own policy that allows nothing else.
import { base64Of, harmlessLine, utf8Bytes } from '../kernel/index.ts'
import type { Digest } from '../kernel/index.ts'
import type { Cell, ReportPage, ReportTable } from './model.ts'
import { REPORT_STYLE } from './style.ts'
import { toneOfVerdict } from './words.ts'

/** The style of every report as a Content Security Policy names it, for whoever shows reports under a policy of their own. */
export function reportStyleSource(digest: Digest): string {
  return `'sha256-${base64Of(digest.sha256(utf8Bytes(REPORT_STYLE)))}'`
}

/** @param digest for the one style that the page's own policy allows */
export function renderReportHtml(digest: Digest, page: ReportPage): string {
  const facts = page.facts.map(
    ([name, value]) => `<dt>${escapeHtml(name)}</dt><dd dir="auto">${escapeHtml(value)}</dd>`,
  )
  const policy = `default-src 'none'; style-src ${reportStyleSource(digest)}; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${page.verdict}: ${escapeHtml(page.title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<header>
<h1>${escapeHtml(page.name)}: <bdi>${escapeHtml(page.title)}</bdi></h1>
<p class="verdict ${toneOfVerdict(page.verdict)}">${page.verdict}</p>
<p class="answer">${escapeHtml(page.answer)}</p>
${renderWhy(page.why)}<p class="next" dir="auto">Next: ${escapeHtml(page.next)}</p>
<dl>${facts.join('')}</dl>
</header>
<main>
${page.tables.map(renderTable).join('\n')}
</main>
</body>
</html>
`
}

function renderWhy(why: readonly string[]): string {
  if (why.length === 0) return ''
  const items = why.map((line) => `<li dir="auto">${escapeHtml(line)}</li>`)
  return `<p>Why:</p>\n<ul class="why">${items.join('')}</ul>\n`
}

function renderTable(table: ReportTable): string {
  const heading = `<h2>${escapeHtml(table.title)}</h2>`
  if (table.rows.length === 0) return `${heading}\n<p class="empty">${escapeHtml(table.empty)}</p>`
  const lead = table.lead === undefined ? '' : `<p class="lead">${escapeHtml(table.lead)}</p>\n`
  const head = table.columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join('')
  const rows = table.rows.map(
    (cells) =>
      `<tr>${cells.map((cell, at) => renderCell(cell, table.columns[at] ?? '')).join('')}</tr>`,
  )
  const shape = table.isHeatMap === true ? ' class="heat"' : ''
  return `${heading}\n${lead}<table${shape}><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`
}

function renderCell(cell: Cell, column: string): string {
  const label = `data-column="${escapeHtml(column)}"`
  return typeof cell === 'string'
    ? `<td ${label} dir="auto">${escapeHtml(cell)}</td>`
    : `<td ${label} class="${cell.tone}">${escapeHtml(cell.text)}</td>`
}

/** Makes hostile text plain: no markup and no control or direction character. */
function escapeHtml(text: string): string {
  return harmlessLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}
