// Lists every place of a document that a run may fill: boxes, slots, toggles and sign-off rows.
import type { Box } from './boxes.ts'
import { findHoles } from './holes.ts'
import type { Hole } from './holes.ts'
import type { Span } from './inline.ts'
import type { MarkdownDocument } from './markdown-model.ts'
import { findSlots } from './slots.ts'
import type { Slot } from './slots.ts'
import type { TableCell } from './tables.ts'
import { findToggles } from './toggles.ts'
import type { Toggle } from './toggles.ts'

/** The box of an item, or the status cell of a row. */
export interface BoxSpot extends Box {
  readonly line: number
}

/** A place for text: a slot, or a cell that is empty or holds a hole. */
export interface ValueSpot {
  readonly start: number
  readonly end: number
  readonly isInCode: boolean
}

export interface SignOffSpot {
  readonly role: string
  readonly line: number
  readonly column: number
  /** Each is absent when the row has no such column or the cell already holds something else. */
  readonly name?: ValueSpot
  readonly status?: Toggle | ValueSpot
  readonly time?: ValueSpot
  /** Slots and toggles of the row, which belong to the sign-off and to nothing else. */
  readonly slots: readonly Slot[]
  readonly toggles: readonly Toggle[]
}

export function boxSpotsOf(document: MarkdownDocument): BoxSpot[] {
  return [
    ...document.tasks.flatMap(({ line, box }) => (box === undefined ? [] : [{ ...box, line }])),
    ...document.gateRows.flatMap(({ row, box }) =>
      box === undefined ? [] : [{ ...box, line: row.line }],
    ),
  ]
}

export function signOffSpotsOf(document: MarkdownDocument): SignOffSpot[] {
  const { text } = document.reading
  return document.tables.flatMap((table) => {
    const columns = table.signOff
    if (columns === undefined) return []
    return table.rows.flatMap((row) => {
      const role = row.cells[columns.role]?.text ?? ''
      if (role === '') return []
      const spans = row.cells.flatMap((cell) => cell.spans)
      const toggles = findToggles(text, spans)
      const name = valueSpot(text, row.cells[columns.name])
      const decision = columns.status === undefined ? undefined : row.cells[columns.status]
      const toggle = toggles.find(
        (found) =>
          decision !== undefined && found.start >= decision.start && found.end <= decision.end,
      )
      const status = toggle ?? valueSpot(text, decision)
      const time = valueSpot(text, columns.time === undefined ? undefined : row.cells[columns.time])
      const place = document.positionOf(row.cells[columns.role]!.start)
      return [
        {
          role,
          ...place,
          ...(name === undefined ? {} : { name }),
          ...(status === undefined ? {} : { status }),
          ...(time === undefined ? {} : { time }),
          slots: findSlots(text, spans),
          toggles,
        },
      ]
    })
  })
}

function valueSpot(text: string, cell: TableCell | undefined): ValueSpot | undefined {
  if (cell === undefined) return undefined
  if (cell.start === cell.end) return { start: cell.start, end: cell.end, isInCode: false }
  const slot = findSlots(text, cell.spans)[0]
  if (slot !== undefined) return slot
  const hole: Hole | undefined = findHoles(text, cell.spans)[0]
  return hole === undefined
    ? undefined
    : { start: hole.start, end: hole.end, isInCode: isInCode(hole, cell.spans) }
}

function isInCode(hole: Hole, spans: readonly Span[]): boolean {
  return spans.some(
    (span) => span.kind === 'code' && hole.start >= span.start && hole.end <= span.end,
  )
}
