// Reads tables and tells which ones hold sign-offs, which gates, and which neither.
import { splitRow } from '../kernel/index.ts'
import type { Block } from './block-tree.ts'
import { plainText, spansOf } from './inline.ts'
import type { Span } from './inline.ts'
import {
  gateColumnOf,
  isLegend,
  namesChecks,
  secondNameColumnOf,
  signatureColumnOf,
  signOffColumnOf,
} from './table-words.ts'

export interface TableCell {
  readonly start: number
  readonly end: number
  /** Without inline marks. */
  readonly text: string
  readonly spans: readonly Span[]
}

export interface TableRow {
  readonly line: number
  readonly start: number
  readonly end: number
  /** As many as the table has columns. */
  readonly cells: readonly TableCell[]
}

export interface SignOffColumns {
  readonly role: number
  readonly name: number
  readonly status?: number
  readonly time?: number
}

export interface GateColumns {
  readonly title: number
  readonly id?: number
  readonly status?: number
  /** Column whose cells hold commands. */
  readonly command?: number
  /** Column that says who is to see to the row. */
  readonly owner?: number
}

export interface Table {
  readonly line: number
  readonly header: readonly string[]
  readonly rows: readonly TableRow[]
  /** Set for role / name / status / time tables, which never hold gates. */
  readonly signOff?: SignOffColumns
  /** Set for tables with a status or id column. */
  readonly gates?: GateColumns
  /** True for a table of commands that holds no gates only because it has neither ids nor a status. */
  readonly resemblesGates: boolean
}

export function readTable(text: string, block: Block): Table {
  const [headLine, ...bodyLines] = block.lines
  if (headLine === undefined) throw new TypeError('a table without a head line')
  const header = splitRow(text, headLine.start, headLine.end).map(
    (range) => cellOf(text, headLine.line, range).text,
  )
  const rows = bodyLines.map((line) => {
    const ranges = splitRow(text, line.start, line.end).slice(0, header.length)
    // Cells that the row leaves out exist as empty places at its end.
    while (ranges.length < header.length) ranges.push({ start: line.end, end: line.end })
    const cells = ranges.map((range) => cellOf(text, line.line, range))
    return { line: line.line, start: line.start, end: line.end, cells }
  })
  const signOff = signOffColumns(header)
  const gates = signOff === undefined ? gateColumns(header) : undefined
  return {
    line: block.line,
    header,
    rows,
    ...(signOff === undefined ? {} : { signOff }),
    ...(gates === undefined ? {} : { gates }),
    resemblesGates:
      signOff === undefined &&
      gates === undefined &&
      namesChecks(header) &&
      rows.some((row) => row.cells.some((cell) => isLoneCode(text, cell))),
  }
}

function isLoneCode(text: string, cell: TableCell): boolean {
  const [only, ...more] = cell.spans.filter(
    (span) => text.slice(span.start, span.end).trim() !== '',
  )
  return only?.kind === 'code' && more.length === 0
}

function cellOf(text: string, line: number, range: { start: number; end: number }): TableCell {
  const spans = spansOf(text, [{ line, ...range }])
  return { ...range, spans, text: plainText(text, spans) }
}

function columnOf(header: readonly string[], pattern: RegExp): number | undefined {
  const index = header.findIndex((name) => pattern.test(name))
  return index < 0 ? undefined : index
}

function signOffColumns(header: readonly string[]): SignOffColumns | undefined {
  const role = signOffColumnOf(header, 'role')
  const name = signOffColumnOf(header, 'name')
  const status = signOffColumnOf(header, 'decision')
  const time = signOffColumnOf(header, 'time')
  if (role === undefined) return signersColumns(header, name, time)
  if (name === undefined || name === role || (status === undefined && time === undefined))
    return undefined
  // Tables of open work also have an area, an owner and a status, and say what is to be done.
  if (
    time === undefined &&
    columnOf(header, /^(?:issue|action|gap|task|item|finding|due|deadline)s?$/i) !== undefined
  ) {
    return undefined
  }
  return {
    role,
    name,
    ...(status === undefined ? {} : { status }),
    ...(time === undefined ? {} : { time }),
  }
}

/** `Approver | Approved by | Date`, `Approver | Signature | Date`: who signs stands first and is the role. */
function signersColumns(
  header: readonly string[],
  signer: number | undefined,
  time: number | undefined,
): SignOffColumns | undefined {
  const name = secondNameColumnOf(header) ?? signatureColumnOf(header)
  if (signer !== 0 || name === undefined || time === undefined) return undefined
  return { role: signer, name, time }
}

function gateColumns(header: readonly string[]): GateColumns | undefined {
  const id = gateColumnOf(header, 'id')
  const named = gateColumnOf(header, 'title')
  const status = gateColumnOf(header, 'status', new Set([named, id]))
  if ((id === undefined && status === undefined) || isLegend(header)) return undefined
  const command = gateColumnOf(header, 'command', new Set([named]))
  const taken = new Set([id, status, command])
  const title = named ?? header.findIndex((_, index) => !taken.has(index))
  if (title < 0) return undefined
  const owner = gateColumnOf(header, 'owner', new Set([...taken, title]))
  return {
    title,
    ...(id === undefined ? {} : { id }),
    ...(status === undefined ? {} : { status }),
    ...(command === undefined ? {} : { command }),
    ...(owner === undefined ? {} : { owner }),
  }
}
