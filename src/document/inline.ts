// Tells text from code and HTML inside paragraphs, and makes readable names out of inline markdown.
import type { LeafLine } from './block-tree.ts'
import { withoutDamagedGlyphs } from './mojibake.ts'

/** A stretch of one line of a paragraph, heading or table cell. Comments belong to no span. */
export interface Span {
  readonly kind: 'text' | 'code' | 'html'
  /** Offsets into the text; code spans without their backticks. */
  readonly start: number
  readonly end: number
  readonly line: number
  /** The line of the leaf, or the cell, that the span stands in. */
  readonly contextStart: number
  readonly contextEnd: number
}

interface Range {
  readonly kind: Span['kind'] | 'comment'
  readonly start: number
  readonly end: number
}

const TAG =
  /<(?:[A-Za-z][A-Za-z0-9-]*(?:\s+[A-Za-z_:][\w.:-]*(?:\s*=\s*(?:[^\s"'=<>`]+|'[^'\n]{0,500}'|"[^"\n]{0,500}"))?){0,20}\s*\/?|\/[A-Za-z][A-Za-z0-9-]*\s*|[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]{0,500})>/y

/** The spans of a leaf in document order. */
export function spansOf(
  text: string,
  lines: readonly Pick<LeafLine, 'line' | 'start' | 'end'>[],
): Span[] {
  const joined = lines.map((line) => text.slice(line.start, line.end)).join('\n')
  const ranges = /[`<\\]/.test(joined)
    ? scanInline(joined)
    : [{ kind: 'text' as const, start: 0, end: joined.length }]
  const spans: Span[] = []
  let index = 0
  let base = 0
  for (const range of ranges) {
    let from = range.start
    while (index < lines.length) {
      const line = lines[index]!
      const length = line.end - line.start
      const to = Math.min(range.end, base + length)
      if (range.kind !== 'comment' && to > from) {
        spans.push({
          kind: range.kind,
          start: line.start + from - base,
          end: line.start + to - base,
          line: line.line,
          contextStart: line.start,
          contextEnd: line.end,
        })
      }
      if (range.end <= base + length) break
      base += length + 1
      from = Math.max(range.start, base)
      index++
    }
  }
  return spans
}

function scanInline(joined: string): Range[] {
  const ranges: Range[] = []
  const closings = new BacktickRuns(joined)
  let textStart = 0
  let at = 0
  const cut = (kind: Range['kind'], outerStart: number, outerEnd: number, margin: number): void => {
    if (outerStart > textStart) ranges.push({ kind: 'text', start: textStart, end: outerStart })
    ranges.push({ kind, start: outerStart + margin, end: outerEnd - margin })
    textStart = outerEnd
    at = outerEnd
  }
  while (at < joined.length) {
    const code = joined.charCodeAt(at)
    if (code === 92) {
      at += 2
    } else if (code === 96) {
      const length = runLength(joined, at)
      const close = closings.find(at + length, length)
      if (close < 0) at += length
      else cut('code', at, close + length, length)
    } else if (code === 60) {
      const end = joined.startsWith('<!--', at) ? joined.indexOf('-->', at + 2) : -1
      TAG.lastIndex = at
      if (end >= 0) cut('comment', at, end + 3, 0)
      else if (joined.startsWith('<!--', at)) at += 4
      else if (TAG.test(joined)) cut('html', at, TAG.lastIndex, 0)
      else at++
    } else at++
  }
  if (textStart < joined.length) ranges.push({ kind: 'text', start: textStart, end: joined.length })
  return ranges
}

function runLength(text: string, at: number): number {
  let end = at
  while (text.charCodeAt(end) === 96) end++
  return end - at
}

/** Finds the end of code spans; a length that has no closing run is looked for only once, so scanning stays cheap. */
class BacktickRuns {
  readonly #text: string
  readonly #missing = new Set<number>()

  constructor(text: string) {
    this.#text = text
  }

  /** First run of exactly this length at or behind `from`, -1 when there is none. */
  find(from: number, length: number): number {
    if (this.#missing.has(length)) return -1
    for (let at = this.#text.indexOf('`', from); at >= 0; at = this.#text.indexOf('`', at)) {
      const found = runLength(this.#text, at)
      if (found === length) return at
      at += found
    }
    this.#missing.add(length)
    return -1
  }
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  nbsp: ' ',
  '#39': "'",
}

// Terminal escapes, other control characters, and marks that reorder or hide text for a human reader.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\ufffb]/g

/** One line that is safe to print: no control characters, no reordering marks, single blanks. */
export function singleLine(text: string): string {
  if (!/[^ -~]|  |^ | $/.test(text)) return text
  return text.replace(/\s+/g, ' ').replace(UNSAFE, '').trim()
}

/** The name that people read: inline markdown without its marks, on one line. */
export function plainText(text: string, spans: readonly Span[]): string {
  let out = ''
  let line = spans[0]?.line
  for (const span of spans) {
    if (span.line !== line) out += ' '
    line = span.line
    const piece = text.slice(span.start, span.end)
    if (span.kind === 'text') out += unmarked(piece)
    else if (span.kind === 'code') out += piece
    else if (isPlaceholder(piece)) out += piece
  }
  if (!/[^ -~]|\]\(/.test(out)) return singleLine(out)
  const linked = out.replace(
    /!?\[([^[\]]{0,500})\]\((?:[^()\s]{0,1000})(?:\s+"[^"]{0,500}")?\)/g,
    '$1',
  )
  return singleLine(withoutDamagedGlyphs(linked))
}

// One pass, so that an escaped mark is never taken for a mark: escapes, strike-through, asterisks and underscores that
// touch a word on one side only, entities.
const MARKS =
  /\\([!-/:-@[-`{-~])|~~|(?<![\s*])\*{1,3}|\*{1,3}(?![\s*])|(?<![\p{L}\p{N}_])_{1,3}(?=[^\s_])|(?<=[^\s_])_{1,3}(?![\p{L}\p{N}_])|&(amp|lt|gt|quot|nbsp|#39);/gu

function unmarked(text: string): string {
  if (!/[\\~*_&]/.test(text)) return text
  return text.replace(
    MARKS,
    (_, escaped?: string, entity?: string) => escaped ?? ENTITIES[entity ?? ''] ?? '',
  )
}

const HTML_NAMES = new Set(
  (
    'a abbr address area article aside audio b base bdi bdo blockquote body br button canvas caption center cite code col ' +
    'colgroup data datalist dd del details dfn dialog div dl dt em embed fieldset figcaption figure font footer form h1 h2 ' +
    'h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link main map mark menu meta meter ' +
    'nav noscript object ol optgroup option output p param picture pre progress q rp rt ruby s samp script search section ' +
    'select slot small source span strike strong style sub summary sup svg table tbody td template textarea tfoot th thead ' +
    'time title tr track tt u ul var video wbr'
  ).split(' '),
)

/** Whether `<…>` is a place for the reader's own value, not an HTML tag or an address. */
export function isPlaceholder(tag: string): boolean {
  const match = /^<([A-Za-z][\w. -]{0,60})>$/.exec(tag)
  return match !== null && !HTML_NAMES.has(match[1]!.toLowerCase().trim())
}
