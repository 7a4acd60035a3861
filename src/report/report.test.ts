// What each report says, and that the same facts give the same bytes everywhere.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { nodeDigest } from '../../test/crypto.ts'
import { HISTORY, someReportFacts } from '../../test/report-facts.ts'
import { composeReport, REPORT_KINDS, renderReportHtml, renderReportMarkdown } from './index.ts'
import type { ReportFacts, ReportKind } from './index.ts'

function markdownOf(kind: ReportKind, facts: ReportFacts = someReportFacts()): string {
  return renderReportMarkdown(composeReport(nodeDigest, kind, facts))
}

/** Cells of the row whose first cells are the given ones, without the escapes of Markdown. */
function rowOf(markdown: string, ...first: readonly string[]): readonly string[] {
  const rows = markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.slice(2, -2).replaceAll('\\', '').split(' | '))
  const found = rows.find((cells) => first.every((cell, at) => cells[at] === cell))
  assert.ok(found, `expected a row ${first.join(', ')}`)
  return found
}

test('every report begins with the answer, then why, then what next', () => {
  for (const kind of REPORT_KINDS) {
    const [title, , answer, , why, , reason] = markdownOf(kind).split('\n')
    assert.match(title ?? '', /^# [A-Z][a-z-]+.*: harbour 1\.2\.3$/)
    assert.equal(
      answer,
      '**GO\\_WITH\\_WAIVERS.** It may go, on waivers: without them it could not.',
    )
    assert.equal(why, 'Why:')
    assert.match(reason ?? '', /^- /)
    assert.ok(markdownOf(kind).indexOf('Next: ') < markdownOf(kind).indexOf('## '))
  }
})

test('reasons and notes name people, wherever a report quotes them', () => {
  const id = 'person-16d8d67bf06473f7'
  const facts = someReportFacts()
  const reason = { rule: 'break-glass', text: `${id} goes`, flip: `Not ${id} reviews` }
  const verdict = { ...facts.verdict, reasons: [reason], notes: [`${id} waits`] }
  for (const kind of REPORT_KINDS) {
    const shown = markdownOf(kind, { ...facts, verdict, names: { ...facts.names, [id]: 'Cleo' } })
    assert.ok(shown.includes('Cleo goes') && shown.includes('Not Cleo reviews'), kind)
    assert.ok(!shown.includes(id), kind)
  }
})

test('the same facts give the same bytes in another process, time zone and locale', () => {
  const file = fileURLToPath(new URL('../../test/report-bytes.ts', import.meta.url))
  const bytesIn = (zone: string, locale: string): string => {
    const env = { ...process.env, TZ: zone, LANG: locale, LC_ALL: locale }
    const run = spawnSync(process.execPath, [file], { env, encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    return run.stdout
  }
  const own = createHash('sha256')
  for (const kind of REPORT_KINDS) {
    const page = composeReport(nodeDigest, kind, someReportFacts())
    own.update(renderReportMarkdown(page)).update(renderReportHtml(nodeDigest, page))
  }
  const expected = own.digest('hex')
  assert.equal(bytesIn('Pacific/Kiritimati', 'tr_TR.UTF-8'), expected)
  assert.equal(bytesIn('America/St_Johns', 'ar_EG.UTF-8'), expected)
})

test('an evaluation lists what the decision counted as a gap, with what closes it', () => {
  const facts = someReportFacts()
  const open = { ...facts.inputs, waivers: [] }
  const verdict = { ...facts.verdict, value: 'NO_GO' as const }
  const gap = rowOf(markdownOf('evaluation', { ...facts, inputs: open, verdict }), 'FAIL')
  assert.deepEqual([gap[1], gap[2], gap[5]], ['Code › Limits', 'Limits are tuned', 'none named'])
  assert.notEqual(gap[4], '')
  assert.equal(rowOf(markdownOf('evaluation'), 'MET')[1], 'C1: limits tested')
})

test('readiness of an area comes from its required gates and says how old the oldest evidence is', () => {
  const markdown = markdownOf('readiness')
  assert.deepEqual(rowOf(markdown, 'NOT READY', 'Code').slice(2, 4), ['1 of 2', '1 h'])
  assert.equal(rowOf(markdown, 'READY', 'People')[2], '1 of 1')
  assert.equal(rowOf(markdown, 'ADVISORY', 'Papers')[2], '0 of 0')
})

test('a closure shows measured objectives with unit and bound, and a value nobody measured as no data', () => {
  const markdown = markdownOf('closure')
  assert.deepEqual(rowOf(markdown, 'PASS', 'P95 latency').slice(2, 4), ['212 ms', 'at most 250 ms'])
  assert.equal(rowOf(markdown, 'PASS', 'Rows moved')[2], 'no data')
  assert.equal(rowOf(markdown, '2026-01-14 17:33:20 UTC', 'Ann')[3], 'runbook')
  assert.ok(!markdown.includes('drill never run'), 'a closed risk is no residual risk')
})

test('an audit shows each area before and after by counts, and closed risks in the register', () => {
  const markdown = markdownOf('audit')
  const [, before, after, change] = rowOf(markdown, 'Code')
  assert.deepEqual(
    [before, after, change],
    ['0 of 2, worst FAIL', '1 of 2, worst FAIL', '1 more held'],
  )
  assert.equal(rowOf(markdown, 'CLOSED')[2], 'R2: drill never run')
  assert.equal(rowOf(markdown, 'GO')[3], '7')
  assert.ok(!markdown.includes('%'))
})

test('metrics measure human waiting from the ledger: plan, answer and sign-off each from when they could begin', () => {
  const markdown = markdownOf('metrics')
  assert.deepEqual(rowOf(markdown, '10 min')[1], 'plan review')
  assert.deepEqual(rowOf(markdown, '1 h', 'answer')[2], 'Somebody is on call')
  assert.deepEqual(rowOf(markdown, '2 h', 'sign-off').slice(2, 4), ['SRE', 'Ann'])
  assert.equal(rowOf(markdown, 'First run to first Go')[1], '3 h 1 min')
  assert.equal(rowOf(markdown, 'Gate time, all together')[1], '1 min')
})

test('a metric without data says so and never 0', () => {
  const markdown = markdownOf('metrics', someReportFacts({ facts: [] }))
  const figures = markdown.slice(markdown.indexOf('## Figures'), markdown.indexOf('## How long'))
  const values = figures
    .split('\n')
    .filter((line) => /^\| [A-Z]/.test(line))
    .slice(1)
  assert.equal(values.length, 11)
  for (const line of values) assert.match(line, /^\| [^|]+ \| no data/)
})

test('a payload that was erased takes its figures away and nothing else', () => {
  const erased = HISTORY.map(({ seq, atMs, type, actor }) => ({ seq, atMs, type, actor }))
  const markdown = markdownOf('metrics', someReportFacts({ facts: erased }))
  assert.equal(rowOf(markdown, 'Gate time, all together')[1], 'no data')
  assert.equal(rowOf(markdown, 'Runs')[1], '1')
})

test('a diff puts what got worse first and says so at the top', () => {
  const facts = someReportFacts()
  const swapped = someReportFacts({
    inputs: facts.first?.inputs ?? facts.inputs,
    earlier: { plan: facts.plan, inputs: facts.inputs, verdict: facts.verdict },
  })
  const markdown = markdownOf('diff', swapped)
  assert.match(markdown, /- In short: 1 worse, 1 missing, 0 new, 0 better, 2 same/)
  assert.match(markdown, /- Required gates worse or missing: 1 gate: roll back/)
  assert.deepEqual(rowOf(markdown, 'WORSE').slice(2, 5), ['Unit tests pass', 'PASS', 'FAIL'])
  const { earlier: _, ...alone } = facts
  assert.match(markdownOf('diff', alone), /no data: the gates were decided on in one run only/)
})

test('gates of a later phase are not yet due: no gap of their area, no test of the decision', () => {
  const facts = someReportFacts()
  const later = { ...facts.verdict, notYetDue: ['b'] }
  const phased = { ...facts, inputs: { ...facts.inputs, phase: 'pre-deploy' }, verdict: later }
  const markdown = markdownOf('readiness', phased)
  assert.deepEqual(rowOf(markdown, 'READY', 'Code').slice(2, 3), ['1 of 1'])
  assert.equal(rowOf(markdown, 'NOT YET DUE', 'Code › Limits')[2], 'Limits are tuned')
  assert.match(markdown, /- Decided for the phase: pre-deploy/)
  const all = { ...facts.verdict, notYetDue: ['call'] }
  const people = markdownOf('readiness', { ...facts, verdict: all })
  assert.equal(rowOf(people, 'NOT YET DUE', 'People')[2], '0 of 0')
})

test('a Go with broken glass says on its first screen whose it is and that it would not be one', () => {
  const facts = someReportFacts()
  const breakGlass = {
    id: 'BG-1',
    version: '1.2.3',
    principal: 'person-2',
    reason: 'the old version loses data',
    atMs: facts.inputs.asOfMs,
    expiresAtMs: facts.inputs.asOfMs + 3_600_000,
    reviewDueAtMs: facts.inputs.asOfMs + 86_400_000,
  }
  const verdict = { ...facts.verdict, value: 'GO' as const, raw: 'NO_GO' as const, breakGlass }
  const markdown = markdownOf('decision', { ...facts, verdict })
  assert.match(markdown, /^\*\*GO\.\*\* It may go only because somebody broke the glass/m)
  assert.match(
    markdown,
    /- Glass broken: Bo: the old version loses data, to be reviewed by 2026-01-16/,
  )
})

test('risks show grade, mitigation and what closes them, and stand in the map of likelihood and impact', () => {
  const facts = someReportFacts()
  const risks = facts.inputs.risks.map((risk) => ({
    ...risk,
    likelihood: 'high' as const,
    impact: 'medium' as const,
    mitigation: 'Scale out first.',
    closureTest: 'tests',
  }))
  const markdown = markdownOf('audit', { ...facts, inputs: { ...facts.inputs, risks } })
  const row = rowOf(markdown, 'OPEN', 'P2')
  assert.equal(row[3], 'likelihood high, impact medium')
  assert.equal(row[4], 'Scale out first. Closed by: Unit tests pass')
  assert.deepEqual(rowOf(markdown, 'high').slice(1), ['0 → 0', '0 → 1', '0 → 0'])
})
