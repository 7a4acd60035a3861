// Rows of tables that say Total or Average, held against the rows above them.
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { findingOf } from './rule.ts'

const TOTAL = /^(?:total|sum|gesamt|summe|somme|suma|toplam)\b/i
const AVERAGE = /^(?:average|mean|avg|durchschnitt|mittelwert|moyenne|promedio|ortalama)\b/i
const SUBTOTAL = /\b(?:sub-?total|zwischensumme|sous-total|subtotal)\b/i
/** Rows of one distribution are no parts of a whole. */
const DISTRIBUTION = /^(?:p\d{1,3}|median|max(?:imum)?|min(?:imum)?)\b/i
const NUMBER = /^[^\d-]{0,4}(-?\d[\d,]{0,12}(?:\.\d{1,4})?)\s?(%|ms|s|files?|lines?|tests?)?$/i

export function findTableFaults(passages: readonly Passage[]): ClaimFinding[] {
  const tables = new Map<number, Passage[]>()
  for (const passage of passages) {
    if (passage.table === undefined) continue
    const rows = tables.get(passage.table)
    if (rows === undefined) tables.set(passage.table, [passage])
    else rows.push(passage)
  }
  return [...tables.values()].flatMap((rows) => judgeTable(rows))
}

function judgeTable(rows: readonly Passage[]): ClaimFinding[] {
  const at = rows.findIndex(({ cells }) => TOTAL.test(cells![0]!) || AVERAGE.test(cells![0]!))
  if (at < 2 || rows.slice(0, at).some(({ cells }) => SUBTOTAL.test(cells![0]!))) return []
  if (rows.slice(0, at).some(({ cells }) => DISTRIBUTION.test(cells![0]!))) return []
  const total = rows[at]!
  const isAverage = AVERAGE.test(total.cells![0]!)
  return total.cells!.flatMap((cell, column) => {
    if (column === 0) return []
    const said = figureOf(cell)
    const parts = rows.slice(0, at).map(({ cells }) => figureOf(cells![column] ?? ''))
    if (said === undefined || parts.some((part) => part === undefined)) return []
    // Shares and durations do not add up to anything.
    if (!isAverage && said.unit !== '' && !/^(?:file|line|test)/i.test(said.unit)) return []
    const sum = parts.reduce((all, part) => all + part!.value, 0)
    const right = isAverage ? sum / parts.length : sum
    const tolerance = isAverage ? 10 ** -said.decimals : 0.5 * 10 ** -said.decimals
    if (Math.abs(right - said.value) <= tolerance) return []
    const what = isAverage ? 'average' : 'sum'
    return [
      findingOf({
        rule: 'R3',
        verdict: 'CONTRADICTED',
        claim: total,
        against: rows.slice(0, at),
        message: `“${total.cells![0]}” says ${cell}; the ${what} of the rows above is ${Number(right.toFixed(2))}`,
      }),
    ]
  })
}

interface Figure {
  readonly value: number
  readonly unit: string
  readonly decimals: number
}

function figureOf(cell: string): Figure | undefined {
  const match = NUMBER.exec(cell.trim())
  if (match === null) return undefined
  const digits = match[1]!.replaceAll(',', '')
  return {
    value: Number(digits),
    unit: (match[2] ?? '').toLowerCase(),
    decimals: digits.split('.')[1]?.length ?? 0,
  }
}
