// Tables as assertions read them: rows of an sql answer, and GFM tables in the text of a document.
import { splitRow } from '../kernel/index.ts'
import type { Json } from '../kernel/index.ts'
import { compareValue } from './comparison.ts'
import type { Found } from './found.ts'
import type { Reading, RowTest } from './plan-model.ts'

/** Tables of one document that are looked at; a document with more is not searched. */
const TABLE_LIMIT = 1_000

export interface Table {
  readonly columns: readonly Json[]
  readonly rows: readonly (readonly Json[])[]
}

/** Why there is no table to read, as a sentence. */
export interface NoTable {
  readonly why: string
}

/** The table in the JSON evidence `rows`: `{ "columns": [..], "rows": [[..]] }`. */
export function tableOfRows(root: Json | undefined): Table | NoTable {
  const none = { why: 'there is no table of rows' }
  if (typeof root !== 'object' || root === null || Array.isArray(root)) return none
  const record = root as { readonly [key: string]: Json }
  const columns = Object.hasOwn(record, 'columns') ? record['columns'] : undefined
  const rows = Object.hasOwn(record, 'rows') ? record['rows'] : undefined
  if (!Array.isArray(columns) || !Array.isArray(rows)) return none
  return { columns: columns as readonly Json[], rows: (rows as readonly Json[]).map(cellsOf) }
}

function cellsOf(row: Json): readonly Json[] {
  return Array.isArray(row) ? (row as readonly Json[]) : []
}

/** The only table of the text that has all these columns; two of them would let a reader choose the better one. */
export function tableOfText(text: string, columns: readonly string[]): Table | NoTable {
  const tables = readTables(text)
  if (tables === undefined) return { why: `the text has more than ${TABLE_LIMIT} tables` }
  const fitting = tables.filter((table) => columns.every((name) => table.columns.includes(name)))
  const [only, second] = fitting
  const named = columns.join(', ')
  if (only === undefined) return { why: `no table in the text has the column ${named}` }
  if (second !== undefined)
    return { why: `${fitting.length} tables in the text have the column ${named}` }
  return only
}

const DELIMITER = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
/** A comment hides what it holds from every reader, up to the line with its end (CommonMark 0.31, section 4.6). */
const COMMENT = /^ {0,3}<!--/

/** GFM tables outside fences and comments (GFM section 4.10); undefined when there are too many. */
function readTables(text: string): Table[] | undefined {
  const tables: Table[] = []
  const lines = text.split(/\r?\n/)
  let fence: string | undefined
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!
    const mark = FENCE.exec(line)?.[1]
    if (fence !== undefined) {
      if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined
      continue
    }
    if (mark !== undefined) {
      fence = mark
      continue
    }
    if (COMMENT.test(line)) {
      while (at < lines.length && !lines[at]!.includes('-->')) at++
      continue
    }
    const next = lines[at + 1]
    if (next === undefined || !next.includes('-') || !line.includes('|')) continue
    const columns = textsOf(line)
    if (!DELIMITER.test(next)) continue
    if (textsOf(next).length !== columns.length) continue
    if (tables.length === TABLE_LIMIT) return undefined
    const rows: string[][] = []
    at++
    while (isRow(lines[at + 1])) {
      at++
      const cells = textsOf(lines[at]!)
      rows.push(columns.map((_, index) => cells[index] ?? ''))
    }
    tables.push({ columns, rows })
  }
  return tables
}

// A table ends at a blank line or where another block begins (GFM section 4.10).
function isRow(line: string | undefined): boolean {
  return (
    line !== undefined &&
    line.trim() !== '' &&
    !FENCE.test(line) &&
    !COMMENT.test(line) &&
    !/^ {0,3}(?:#{1,6} |>)/.test(line)
  )
}

function textsOf(line: string): string[] {
  const trimmed = line.trim()
  return splitRow(trimmed, 0, trimmed.length).map(({ start, end }) =>
    // An escaped pipe stands for a pipe; emphasis and code marks around a whole cell are no part of the value.
    trimmed
      .slice(start, end)
      .replaceAll('\\|', '|')
      .replace(/^(\*\*|__|`)(.+)\1$/, '$2')
      .trim(),
  )
}

export type TableReading = Extract<
  Reading,
  { readonly from: 'cell' | 'column' | 'matchingRows' | 'duplicates' }
>

/** Reads a cell, a column, or a count of rows; `open` finds the table with the columns that are needed. */
export function readRows(
  reading: TableReading,
  open: (columns: readonly string[]) => Table | NoTable,
): Found {
  const wanted =
    reading.from === 'matchingRows' ? reading.where.map((test) => test.column) : [reading.column]
  const table = open(wanted)
  if ('why' in table) return { state: 'unreadable', why: table.why, tainted: false }
  const missing = wanted.find((column) => !table.columns.includes(column))
  if (missing !== undefined) return { state: 'absent', why: `the answer has no column ${missing}` }
  const twice = wanted.find((column) => table.columns.filter((each) => each === column).length > 1)
  if (twice !== undefined)
    return { state: 'unreadable', why: `the answer has the column ${twice} twice`, tainted: false }
  const cellsIn = (column: string): readonly (Json | undefined)[] => {
    const index = table.columns.indexOf(column)
    return table.rows.map((row) => row[index])
  }
  switch (reading.from) {
    case 'cell': {
      const value = cellsIn(reading.column)[reading.row ?? 0]
      return value === undefined
        ? { state: 'absent', why: `the answer has no row ${reading.row ?? 0}` }
        : { state: 'value', value }
    }
    case 'column': {
      const values = cellsIn(reading.column).map((value) => value ?? null)
      return values.length === 0
        ? { state: 'absent', why: 'the table has no rows' }
        : { state: 'many', values, rows: reading.rows }
    }
    case 'duplicates': {
      const values = cellsIn(reading.column).map((value) => JSON.stringify(value ?? null))
      return { state: 'value', value: values.length - new Set(values).size }
    }
    case 'matchingRows':
      return countRows(table, reading.where)
  }
}

/** A row with a cell that cannot be compared makes the count unknown: it might belong in it. */
function countRows(table: Table, where: readonly RowTest[]): Found {
  let count = 0
  for (const [index, row] of table.rows.entries()) {
    const answers = where.map((test) =>
      compareValue(row[table.columns.indexOf(test.column)] ?? null, test, undefined),
    )
    if (answers.some((each) => each.is === 'false')) continue
    const unknown = answers.find((each) => each.is === 'no-data')
    if (unknown !== undefined)
      return { state: 'absent', why: `row ${index + 1} has ${unknown.why ?? 'no value'}` }
    count++
  }
  return { state: 'value', value: count }
}
