// Writes results into the original bytes: every byte outside the filled spots stays what it was.
import { utf8Bytes } from '../kernel/index.ts'
import { markOf } from './boxes.ts'
import { readDocumentBytes } from './encoding.ts'
import type { ReadingText } from './encoding.ts'
import { documentFault } from './errors.ts'
import { singleLine } from './inline.ts'
import { readMarkdown } from './markdown.ts'
import type { MarkdownDocument } from './markdown-model.ts'
import { findSlots } from './slots.ts'
import { boxSpotsOf, signOffSpotsOf } from './spots.ts'
import type { SignOffSpot, ValueSpot } from './spots.ts'
import { findToggles } from './toggles.ts'
import type { Toggle } from './toggles.ts'

/** Longest value that is written into a document, in UTF-16 units; the ledger keeps the whole one. */
export const VALUE_LENGTH_LIMIT_UNITS = 200

/** Lines and columns as the import reported them, counted from 1. */
export interface DocumentFills {
  /**
   * Boxes of items and status cells of rows. `isChecked: false` takes a tick away that nobody has earned; boxes not
   * named stay as they are.
   */
  readonly boxes?: readonly { readonly line: number; readonly isChecked: boolean }[]
  readonly slots?: readonly {
    readonly line: number
    readonly column: number
    readonly value: string
  }[]
  /** Undecided toggles are not named. */
  readonly toggles?: readonly {
    readonly line: number
    readonly column: number
    readonly value: boolean
  }[]
  readonly signOffs?: readonly SignOffFill[]
}

export interface SignOffFill {
  /** Line of the role's row. */
  readonly line: number
  readonly name: string
  readonly isApproved: boolean
  /** As it shall stand in the document. */
  readonly time: string
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly bytes: Uint8Array
}

/**
 * The filled copy of a document. A box becomes `[x]` or ☑, a status cell ✅, a slot its value, a toggle keeps the bytes of one glyph, a sign-off
 * row gets name, glyph and time. Values are made harmless: one line, no mark that could end the place they stand in.
 * A value without a visible character leaves its place as it is.
 * @throws DOCUMENT_SPOT_UNKNOWN when a fill names a place that is none, and all that reading a document may throw
 */
export function fillDocument(bytes: Uint8Array, fills: DocumentFills): Uint8Array {
  const reading = readDocumentBytes(bytes)
  const document = readMarkdown(reading, { glyphBoxes: true })
  const signOffs = signOffSpotsOf(document)
  const edits = [
    ...boxEdits(document, fills.boxes ?? []),
    ...slotEdits(document, signOffs, fills.slots ?? []),
    ...toggleEdits(document, signOffs, fills.toggles ?? []),
    ...(fills.signOffs ?? []).flatMap((fill) => signOffEdits(reading, signOffs, fill)),
  ]
  return applyEdits(bytes, edits)
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end)
  let size = bytes.length
  let last = -1
  for (const edit of sorted) {
    if (edit.start < last) {
      throw documentFault(
        'DOCUMENT_SPOT_UNKNOWN',
        `expected each spot once, got the byte offset ${edit.start} twice`,
      )
    }
    last = edit.end
    size += edit.bytes.length - (edit.end - edit.start)
  }
  const out = new Uint8Array(size)
  let read = 0
  let written = 0
  for (const edit of sorted) {
    out.set(bytes.subarray(read, edit.start), written)
    written += edit.start - read
    out.set(edit.bytes, written)
    written += edit.bytes.length
    read = edit.end
  }
  out.set(bytes.subarray(read), written)
  return out
}

function unknownSpot(kind: string, line: number, column?: number): Error {
  const place = column === undefined ? `line ${line}` : `line ${line}, column ${column}`
  return documentFault('DOCUMENT_SPOT_UNKNOWN', `expected a ${kind} at ${place}, found none`, {
    details: { line },
  })
}

function boxEdits(document: MarkdownDocument, boxes: NonNullable<DocumentFills['boxes']>): Edit[] {
  const byLine = new Map(boxSpotsOf(document).map((spot) => [spot.line, spot]))
  return boxes.flatMap((fill) => {
    const spot = byLine.get(fill.line)
    if (spot === undefined) throw unknownSpot('box', fill.line)
    if (spot.isChecked === fill.isChecked) return []
    const { kind, markAt, markEnd } = spot
    const mark = markOf(kind, fill.isChecked)
    return kind === 'cell'
      ? [glyphEdit(document.reading, { start: markAt, end: markEnd }, mark)]
      : [editOf(document.reading, markAt, markEnd, mark)]
  })
}

function editOf(reading: ReadingText, start: number, end: number, value: string): Edit {
  return { start: reading.byteOffset(start), end: reading.byteOffset(end), bytes: utf8Bytes(value) }
}

function placeKey(place: { readonly line: number; readonly column: number }): string {
  return `${place.line}:${place.column}`
}

function spansOfAll(document: MarkdownDocument): MarkdownDocument['outside']['spans'] {
  return [...document.tasks, ...document.gateRows, document.outside].flatMap(
    (content) => content.spans,
  )
}

function slotEdits(
  document: MarkdownDocument,
  signOffs: readonly SignOffSpot[],
  fills: NonNullable<DocumentFills['slots']>,
): Edit[] {
  if (fills.length === 0) return []
  const { reading } = document
  const slots = [
    ...findSlots(reading.text, spansOfAll(document)),
    ...signOffs.flatMap((spot) => spot.slots),
  ]
  const byPlace = new Map(slots.map((slot) => [placeKey(document.positionOf(slot.start)), slot]))
  return fills.flatMap((fill) => {
    const slot = byPlace.get(placeKey(fill))
    if (slot === undefined) throw unknownSpot('slot', fill.line, fill.column)
    return valueEdit(reading, slot, fill.value)
  })
}

function toggleEdits(
  document: MarkdownDocument,
  signOffs: readonly SignOffSpot[],
  fills: NonNullable<DocumentFills['toggles']>,
): Edit[] {
  if (fills.length === 0) return []
  const { reading } = document
  const toggles = [
    ...findToggles(reading.text, spansOfAll(document)),
    ...signOffs.flatMap((spot) => spot.toggles),
  ]
  const byPlace = new Map(
    toggles.map((toggle) => [placeKey(document.positionOf(toggle.start)), toggle]),
  )
  return fills.map((fill) => {
    const toggle = byPlace.get(placeKey(fill))
    if (toggle === undefined) throw unknownSpot('toggle', fill.line, fill.column)
    return toggleEdit(reading, toggle, fill.value)
  })
}

/** Keeps the raw bytes of the chosen glyph, damaged or not. */
function toggleEdit(reading: ReadingText, toggle: Toggle, isYes: boolean): Edit {
  const kept = isYes ? toggle.yes : toggle.no
  const glyph = reading.bytes.subarray(reading.byteOffset(kept.start), reading.byteOffset(kept.end))
  return {
    start: reading.byteOffset(toggle.start),
    end: reading.byteOffset(toggle.end),
    bytes: glyph,
  }
}

function valueEdit(reading: ReadingText, spot: ValueSpot, value: string): Edit[] {
  const before = reading.text[spot.start - 1] ?? '\n'
  const after = reading.text[spot.end] ?? '\n'
  const lineStart =
    Math.max(
      reading.text.lastIndexOf('\n', spot.start - 1),
      reading.text.lastIndexOf('\r', spot.start - 1),
    ) + 1
  // Behind nothing but list and quote marks a value could open a list or a heading of its own.
  const isFirst = /^[\s>*+.)\d-]*$/.test(reading.text.slice(lineStart, spot.start))
  let written = harmlessValue(value, spot.isInCode, isFirst)
  if (written === '') return []
  if (spot.start === spot.end) {
    // An empty cell: keep a blank between the value and the pipes.
    if (before === '|') written = ` ${written}`
    if (after === '|') written = `${written} `
  }
  return [editOf(reading, spot.start, spot.end, written)]
}

/** Empty for a value without a visible character. */
function harmlessValue(value: string, isInCode: boolean, isAtLineStart: boolean): string {
  // A pipe would end a table cell even inside code, a backtick the code span, and underscores would read as a slot.
  const flat = singleLine(value)
    .toWellFormed()
    .replaceAll('|', '¦')
    .replaceAll('`', "'")
    .replace(/_{4,}/g, '___')
  const cut =
    flat.length > VALUE_LENGTH_LIMIT_UNITS
      ? `${flat.slice(0, VALUE_LENGTH_LIMIT_UNITS - 1).replace(/[\ud800-\udbff]$/, '')}…`
      : flat
  if (isInCode || cut === '') return cut
  const isPlain =
    /^[\p{L}\p{N}](?:[\p{L}\p{N} .,:%/+()-]*[\p{L}\p{N}%)])?$/u.test(cut) &&
    !/:\/\/|www\./i.test(cut)
  return isPlain && !isAtLineStart ? cut : `\`${cut}\``
}

function signOffEdits(
  reading: ReadingText,
  spots: readonly SignOffSpot[],
  fill: SignOffFill,
): Edit[] {
  const spot = spots.find((candidate) => candidate.line === fill.line)
  if (spot === undefined) throw unknownSpot('sign-off row', fill.line)
  const edits: Edit[] = []
  if (spot.name !== undefined) edits.push(...valueEdit(reading, spot.name, fill.name))
  if (spot.status !== undefined) {
    edits.push(
      'yes' in spot.status
        ? toggleEdit(reading, spot.status, fill.isApproved)
        : glyphEdit(reading, spot.status, fill.isApproved ? '✅' : '❌'),
    )
  }
  if (spot.time !== undefined) edits.push(...valueEdit(reading, spot.time, fill.time))
  return edits
}

function glyphEdit(
  reading: ReadingText,
  spot: Pick<ValueSpot, 'start' | 'end'>,
  glyph: string,
): Edit {
  const isTight = spot.start === spot.end
  const before = isTight && reading.text[spot.start - 1] === '|' ? ' ' : ''
  const after = isTight && reading.text[spot.end] === '|' ? ' ' : ''
  return editOf(reading, spot.start, spot.end, before + glyph + after)
}
