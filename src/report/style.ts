// The one style of every report: one type scale, one spacing scale, colours that mean something; screen, dark, narrow, A4.

// Type: .8125, .9375, 1.125, 1.5, 2.25 rem. Space: .25, .5, 1, 1.5, 2.5 rem. Colour says go, wait or stop, and nothing else;
// a shape before the word (● ◐ ✕) and the word itself say it again.
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #17222e; --soft: #526073; --line: #d9e0e7; --paper: #ffffff; --shade: #f4f6f9; --go: #17663a; --wait: #855000; --stop: #a3212b }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3b0bf; --line: #333f4b; --paper: #12181f; --shade: #1a222b; --go: #6fce97; --wait: #efb45e; --stop: #ff8d92 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 72rem; padding: 2.5rem 1.5rem; background: var(--paper); color: var(--ink); font: .9375rem/1.5 system-ui, "Segoe UI", "Noto Sans", sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.125rem; font-weight: 600; margin: 0 0 1rem; color: var(--soft) }
h2 { font-size: 1.125rem; margin: 2.5rem 0 .5rem }
p, ul { margin: 0 0 1rem; max-width: 46rem }
.verdict { font-size: clamp(1.5rem, 6.5vw, 2.25rem); line-height: 1.2; font-weight: 700; margin: 0 0 .5rem }
.answer { font-size: 1.125rem }
.why { padding-inline-start: 1.5rem } h1, .answer, .next { text-wrap: pretty }
.next { border-left: .25rem solid var(--line); padding-left: 1rem; margin-bottom: 1.5rem }
.go { color: var(--go) } .wait { color: var(--wait) } .stop { color: var(--stop) }
td.go, td.wait, td.stop { font-weight: 600; white-space: nowrap }
td.go::before, .verdict.go::before { content: "\\25CF\\A0" } td.wait::before, .verdict.wait::before { content: "\\25D0\\A0" } td.stop::before, .verdict.stop::before { content: "\\2715\\A0" }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.5rem; margin: 0 }
dt, .lead, .empty { color: var(--soft) }
dd { margin: 0; font-variant-numeric: tabular-nums }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
th, td { text-align: start; vertical-align: top; padding: .5rem 1rem .5rem 0; border-bottom: 1px solid var(--line) }
th { color: var(--soft); font-size: .8125rem; font-weight: 600; border-bottom-width: 2px; overflow-wrap: normal }
td { min-width: 4.5rem; unicode-bidi: plaintext }
.heat td { padding-inline-start: 1rem; border: 2px solid var(--paper) } .heat td:first-child { padding-inline-start: 0 } .heat .go { background: color-mix(in srgb, var(--go) 14%, var(--paper)) } .heat .wait { background: color-mix(in srgb, var(--wait) 16%, var(--paper)) } .heat .stop { background: color-mix(in srgb, var(--stop) 16%, var(--paper)) } .heat th { padding-inline-start: 1rem } .heat th:first-child { padding-inline-start: 0 }
@media screen and (max-width: 48rem) {
  body { padding: 1.5rem 1rem } thead { display: none } table, tbody, tr, td { display: block }
  tr { padding: .5rem 0; border-bottom: 1px solid var(--line) } td { border: 0; padding: .25rem 0 } td.go, td.wait, td.stop { white-space: normal }
  td[data-column]:not(:first-child) { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: .5rem } td:not(:first-child)::before { content: attr(data-column); color: var(--soft); font-size: .8125rem; font-weight: 400 }
  td:empty { display: none !important } td:first-child { font-weight: 600 }
  dl { grid-template-columns: minmax(0, 1fr) } dd { margin-bottom: .5rem }
}
@page { size: A4; margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #526073 } }
@media print {
  :root { color-scheme: light; --ink: #000000; --soft: #444f5c; --line: #c4ccd4; --paper: #ffffff; --go: #17663a; --wait: #855000; --stop: #a3212b }
  body { max-width: none; padding: 0; font-size: 9.5pt } .verdict { font-size: 22pt } h1, h2, .answer { font-size: 12pt } th { font-size: 8.5pt } .heat td { print-color-adjust: exact }
  h2 { break-after: avoid; margin-top: 8mm } tr { break-inside: avoid } thead { display: table-header-group } td { min-width: 14mm } .lead { break-after: avoid }
}
`
