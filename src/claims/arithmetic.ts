// Figures that the document's own parts bear out: a total of its parts, a mean of a column.
import type { Passage } from './passages.ts'

const FILES_CHANGED = /(\d[\d,]{0,9})\s+files? changed/i
const INSERTIONS = /(\d[\d,]{0,9})\s+insertions?/i
const FILES_TOTAL = /(\d[\d,]{0,9})\s+files?\s+(?:total|updated|changed)/i
const LINES_TOTAL = /(\d[\d,]{0,9})\+?\s+lines? of/i
const PERCENT = /^[^\d]{0,6}(\d{1,3}(?:\.\d{1,2})?)\s?%$/u

/** Passages whose figure is the sum or mean of figures elsewhere in the document. */
export function findBorneOut(passages: readonly Passage[]): ReadonlySet<number> {
  const parts = { files: [] as number[], lines: [] as number[] }
  for (const { text, label } of passages) {
    const files = label === undefined ? FILES_CHANGED.exec(text) : null
    const lines = INSERTIONS.exec(text)
    if (files !== null) parts.files.push(numberOf(files[1]!))
    if (lines !== null) parts.lines.push(numberOf(lines[1]!))
  }
  const means = columnMeans(passages)
  const found = new Set<number>()
  for (const passage of passages) {
    const files = FILES_TOTAL.exec(passage.text)
    const lines = LINES_TOTAL.exec(passage.text)
    const isSum =
      (files === null || isSumOf(numberOf(files[1]!), parts.files)) &&
      (lines === null || isSumOf(numberOf(lines[1]!), parts.lines))
    if ((files !== null || lines !== null) && isSum) found.add(passage.index)
    if (passage.label === undefined || !/\boverall\b|\baverage\b/i.test(passage.label)) continue
    const percents = [...passage.text.matchAll(/(\d{1,3}(?:\.\d{1,2})?)\s?%/g)].map(([, value]) =>
      Number(value),
    )
    if (percents.length > 0 && percents.every((value) => means.has(Math.round(value))))
      found.add(passage.index)
  }
  return found
}

function isSumOf(total: number, parts: readonly number[]): boolean {
  return parts.length >= 2 && parts.reduce((sum, part) => sum + part, 0) === total
}

function columnMeans(passages: readonly Passage[]): ReadonlySet<number> {
  const columns = new Map<string, { sum: number; count: number }>()
  for (const { table, cells } of passages) {
    if (table === undefined || cells === undefined) continue
    for (const [column, cell] of cells.entries()) {
      const value = PERCENT.exec(cell.trim())?.[1]
      if (value === undefined) continue
      const known = columns.get(`${table} ${column}`) ?? { sum: 0, count: 0 }
      columns.set(`${table} ${column}`, { sum: known.sum + Number(value), count: known.count + 1 })
    }
  }
  return new Set(
    [...columns.values()].flatMap(({ sum, count }) =>
      count >= 2 ? [Math.round(sum / count)] : [],
    ),
  )
}

function numberOf(text: string): number {
  return Number(text.replaceAll(',', ''))
}
