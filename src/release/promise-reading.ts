// Reads what a document promises before a date, and proposes it as conditions; nothing is recorded here.
import { singleLine } from '../document/index.ts'
import type { MarkdownDocument, PlacedTable } from '../document/index.ts'

export interface ProposedCondition {
  readonly line: number
  readonly text: string
  readonly owner: string
  /** `YYYY-MM-DD`; absent when the document states no day. */
  readonly due?: string
  readonly blocks: 'freeze' | 'deploy'
  readonly gate: string
}

export interface ReadingFinding {
  readonly line: number
  readonly text: string
}

/** Proposals of one document at most. */
export const PROPOSAL_LIMIT = 1_000

const PROMISE = /\b(?:contingent (?:up)?on|conditional on|provided that|subject to)\b/i
const APPROVAL = /\bapproval\b.*\bscheduled\b|\bscheduled\b.*\bapproval\b/i
const DONE = /\b(?:completed?|done|closed|resolved|merged|ok)\b|[✅✔☑]/iu
const ISO_DAY = /\b(\d{4}-\d{2}-\d{2})\b/
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAY_MONTH =
  /\b(\d{1,2})(?:st|nd|rd|th)? (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:,? (\d{4}))?\b/i
const MONTH_YEAR =
  /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* (?:\d{1,2},? )?(\d{4})\b/gi

/** Proposals with where they stand, and what a person has to look at. */
export function readPromises(document: MarkdownDocument): {
  readonly conditions: readonly ProposedCondition[]
  readonly findings: readonly ReadingFinding[]
} {
  const { text } = document.reading
  const findings: ReadingFinding[] = []
  const conditions: ProposedCondition[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = index + 1
    if (conditions.length >= PROPOSAL_LIMIT) break
    const written = singleLine(raw)
    if (PROMISE.test(written)) conditions.push(...promised(document, written, line, findings))
  }
  for (const task of document.tasks) {
    if (task.isChecked || !APPROVAL.test(task.title) || conditions.length >= PROPOSAL_LIMIT)
      continue
    const day = dayIn(task.title, text)
    conditions.push({
      line: task.line,
      text: task.title,
      owner: 'nobody named',
      blocks: 'deploy',
      gate: slugOfText(task.title),
      ...(day.due === undefined ? {} : { due: day.due }),
    })
    findings.push(...day.doubts.map((doubt) => ({ line: task.line, text: doubt })))
  }
  findings.push(...unsignedNames(document))
  return { conditions, findings: findings.toSorted((a, b) => a.line - b.line) }
}

// "Contingent on X and Y" seldom says who owes them; the open rows of a table of actions do.
function promised(
  document: MarkdownDocument,
  sentence: string,
  line: number,
  findings: ReadingFinding[],
): readonly ProposedCondition[] {
  const day = dayIn(sentence, document.reading.text)
  findings.push(...day.doubts.map((text) => ({ line, text })))
  const due = day.due === undefined ? {} : { due: day.due }
  const blocks = /\bfreeze\b/i.test(sentence) ? 'freeze' : 'deploy'
  const rows = document.tables.flatMap(openRows)
  if (rows.length === 0)
    return [
      { line, text: sentence, owner: 'nobody named', blocks, gate: slugOfText(sentence), ...due },
    ]
  return rows.map((row) => ({ ...row, blocks, ...due }))
}

function openRows(
  table: PlacedTable,
): { line: number; text: string; owner: string; gate: string }[] {
  const names = table.header.map((each) => each.trim().toLowerCase())
  const status = names.indexOf('status')
  const owner = names.findIndex((each) => each.startsWith('owner'))
  if (status < 0 || owner < 0) return []
  return table.rows.flatMap((row) => {
    if (DONE.test(row.cells[status]?.text ?? '')) return []
    const words = row.cells
      .filter((_, index) => index !== status && index !== owner)
      .map((cell) => singleLine(cell.text))
    const [area = '', ...rest] = words
    return [
      {
        line: row.line,
        text: `${area}: ${rest.join(' ')}`,
        owner: singleLine(row.cells[owner]?.text ?? '') || 'nobody named',
        gate: slugOfText(area),
      },
    ]
  })
}

/** A day in the sentence; a year that it leaves out is taken from the document and doubted. */
function dayIn(
  sentence: string,
  text: string,
): { readonly due?: string; readonly doubts: readonly string[] } {
  const iso = ISO_DAY.exec(sentence)
  if (iso !== null) return { due: iso[1]!, doubts: [] }
  const match = DAY_MONTH.exec(sentence)
  if (match === null) return { doubts: ['no day is stated by which it has to hold'] }
  const [written, day, month, year] = match
  const number = MONTHS.indexOf(month!.slice(0, 3).toLowerCase()) + 1
  const dayOf = (value: string): string =>
    `${value}-${String(number).padStart(2, '0')}-${day!.padStart(2, '0')}`
  if (year !== undefined) return { due: dayOf(year), doubts: [] }
  const named = [...text.matchAll(MONTH_YEAR)].find(
    (each) => each[1]!.toLowerCase() === month!.slice(0, 3).toLowerCase(),
  )
  return named === undefined
    ? { doubts: [`"${written}" has no year; state one`] }
    : {
        due: dayOf(named[2]!),
        doubts: [`"${written}" has no year; ${named[2]} is taken from "${named[0]}": confirm it`],
      }
}

/** Names under a sign-off heading without decision or time. */
function unsignedNames(document: MarkdownDocument): ReadingFinding[] {
  const lines = document.reading.text.split('\n')
  return document.headings
    .filter((heading) => /^sign[ -]?offs?$|^approvals?$/i.test(heading.title.trim()))
    .flatMap((heading) => {
      const end =
        document.headings.find((each) => each.line > heading.line && each.level <= heading.level)
          ?.line ?? lines.length + 1
      return lines.slice(heading.line, end - 1).flatMap((raw, index) => {
        const match = /^\s*[-*] \**([^:*]{1,80}):\** *(\S.{0,120})$/.exec(raw)
        if (match === null || /\d{4}|approved|✅|rejected/iu.test(match[2]!)) return []
        return [
          {
            line: heading.line + index + 1,
            text: `UNSIGNED: ${singleLine(match[2]!)} as ${singleLine(match[1]!)} states neither decision nor time`,
          },
        ]
      })
    })
}

/** A gate id that a person may replace: the words of the promise. */
function slugOfText(text: string): string {
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return slug.slice(0, 60) || 'condition'
}
