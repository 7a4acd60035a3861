// Recognises how blocks begin: one function per construct of CommonMark 0.31 and GFM tables.
import type { FenceMark, LeafLine, ListMark } from './block-tree.ts'
import type { LineCursor } from './line-cursor.ts'

const BACKTICK = 96
const TILDE = 126

/** Level and text of a `#` heading, without the closing marks. */
export function matchAtxHeading(
  cursor: LineCursor,
): { level: number; content: LeafLine } | undefined {
  if (cursor.nextCode() !== 35) return undefined
  const match = /^(#{1,6})(?:[ \t]+|$)/.exec(cursor.rest())
  if (match === null) return undefined
  const start = cursor.next + match[0].length
  const marked = cursor.text.slice(start, cursor.end).trimEnd()
  const text = withoutClosingMarks(marked)
  return {
    level: match[1]!.length,
    content: { line: cursor.line, start, end: start + text.length, padding: 0 },
  }
}

// A loop: a pattern for "blanks, marks, end" takes quadratic time on a heading of blanks.
function withoutClosingMarks(text: string): string {
  let end = text.length
  while (end > 0 && text[end - 1] === '#') end--
  const before = text.slice(0, end)
  if (end === text.length || (end > 0 && !/[ \t]$/.test(before))) return text
  return before.trimEnd()
}

/** Level 1 for `===`, 2 for `---`. */
export function matchSetextUnderline(cursor: LineCursor): number | undefined {
  const code = cursor.nextCode()
  if (code !== 61 && code !== 45) return undefined
  if (!/^(?:=+|-+)[ \t]*$/.test(cursor.rest())) return undefined
  return code === 61 ? 1 : 2
}

export function matchThematicBreak(cursor: LineCursor): boolean {
  const code = cursor.nextCode()
  if (code !== 42 && code !== 45 && code !== 95) return false
  return /^(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$/.test(cursor.rest())
}

export function matchFence(cursor: LineCursor): FenceMark | undefined {
  const code = cursor.nextCode()
  if (code !== BACKTICK && code !== TILDE) return undefined
  const match = /^(`{3,}|~{3,})(.*)$/s.exec(cursor.rest())
  if (match === null) return undefined
  const [, marks = '', info = ''] = match
  // The info string of a backtick fence may not hold backticks: that is inline code (section 4.5).
  if (code === BACKTICK && info.includes('`')) return undefined
  return { char: marks[0]!, length: marks.length, indent: cursor.indent, info: info.trim() }
}

export function closesFence(cursor: LineCursor, fence: FenceMark): boolean {
  if (cursor.isIndented || cursor.isBlank) return false
  const rest = cursor.rest().trimEnd()
  if (rest.length < fence.length) return false
  for (let i = 0; i < rest.length; i++) if (rest[i] !== fence.char) return false
  return true
}

const HTML_BLOCK_NAMES =
  'address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|' +
  'fieldset|figcaption|figure|footer|form|frame|frameset|h[1-6]|head|header|hr|html|iframe|legend|li|link|main|menu|' +
  'menuitem|nav|noframes|ol|optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|' +
  'track|ul'

// Kinds 1 to 7 in the order of section 4.6; kind 7 is any complete tag alone on its line.
const HTML_OPENINGS: readonly RegExp[] = [
  /^<(?:script|pre|style|textarea)(?:\s|>|$)/i,
  /^<!--/,
  /^<\?/,
  /^<![a-z]/i,
  /^<!\[CDATA\[/,
  new RegExp(`^</?(?:${HTML_BLOCK_NAMES})(?:\\s|/?>|$)`, 'i'),
  /^(?:<[a-z][a-z0-9-]*(?:\s+[a-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^']*'|"[^"]*"))?)*\s*\/?>|<\/[a-z][a-z0-9-]*\s*>)\s*$/i,
]

const HTML_CLOSINGS: readonly RegExp[] = [
  /<\/(?:script|pre|style|textarea)>/i,
  /-->/,
  /\?>/,
  />/,
  /\]\]>/,
]

/** Longest line that is tried as a lone tag (kind 7), in UTF-16 units; keeps hostile attribute lists cheap. */
const LONE_TAG_LIMIT_UNITS = 2000

/** Kind 1–7 of an HTML block beginning here, 0 for none. */
export function matchHtmlBlock(cursor: LineCursor, mayBeLoneTag: boolean): number {
  if (cursor.nextCode() !== 60) return 0
  const rest = cursor.rest()
  for (let kind = 1; kind <= 7; kind++) {
    if (kind === 7 && (!mayBeLoneTag || rest.length > LONE_TAG_LIMIT_UNITS)) return 0
    if (HTML_OPENINGS[kind - 1]!.test(rest)) return kind
  }
  return 0
}

/** Whether this line ends an HTML block; kinds 6 and 7 end at a blank line instead. */
export function closesHtmlBlock(kind: number, line: string): boolean {
  return HTML_CLOSINGS[kind - 1]?.test(line) ?? false
}

/**
 * A list marker at the cursor; moves the cursor behind it. The cursor stays when there is none.
 * @param interrupts the line would otherwise continue a paragraph, which sets stricter rules (section 5.2)
 */
export function takeListMarker(cursor: LineCursor, interrupts: boolean): ListMark | undefined {
  const marker = markerAt(cursor)
  if (marker === undefined) return undefined
  const afterMarker = cursor.nextCode(marker.length)
  if (!Number.isNaN(afterMarker) && afterMarker !== 32 && afterMarker !== 9) return undefined
  if (
    interrupts &&
    (marker.number > 1 || marker.number === 0 || isBlankFrom(cursor, marker.length))
  )
    return undefined
  const indent = cursor.indent
  cursor.advanceToNext()
  cursor.advanceChars(marker.length)
  const blanks = cursor.indent
  let width = marker.length + blanks
  if (blanks >= 5 || blanks < 1 || cursor.isBlank) {
    width = marker.length + 1
    if (cursor.isAtBlank) cursor.advanceColumns(1)
  } else {
    cursor.advanceColumns(blanks)
  }
  return { isOrdered: marker.isOrdered, delimiter: marker.delimiter, indent, width }
}

interface Marker {
  readonly isOrdered: boolean
  readonly delimiter: string
  readonly length: number
  readonly number: number
}

function markerAt(cursor: LineCursor): Marker | undefined {
  const code = cursor.nextCode()
  if (code === 42 || code === 43 || code === 45) {
    return { isOrdered: false, delimiter: String.fromCharCode(code), length: 1, number: 1 }
  }
  if (!(code >= 48 && code <= 57)) return undefined
  const match = /^(\d{1,9})([.)])/.exec(
    cursor.text.slice(cursor.next, Math.min(cursor.end, cursor.next + 10)),
  )
  if (match === null) return undefined
  return {
    isOrdered: true,
    delimiter: match[2]!,
    length: match[0].length,
    number: Number(match[1]),
  }
}

function isBlankFrom(cursor: LineCursor, ahead: number): boolean {
  for (let at = cursor.next + ahead; at < cursor.end; at++) {
    const code = cursor.text.charCodeAt(at)
    if (code !== 32 && code !== 9) return false
  }
  return true
}

/** Number of columns a table's delimiter row declares; undefined when the line is none (GFM section 4.10). */
export function matchDelimiterRow(line: string): number | undefined {
  const trimmed = line.trim()
  // A row of dashes alone would be a heading underline or a thematic break.
  if (!/^[|:-][|: \t-]*$/.test(trimmed) || !/[|:]/.test(trimmed) || !trimmed.includes('-'))
    return undefined
  const inner = trimmed.replace(/^\|/, '').replace(/\|$/, '')
  const cells = inner.split('|')
  return cells.every((cell) => /^[ \t]*:?-+:?[ \t]*$/.test(cell)) ? cells.length : undefined
}
