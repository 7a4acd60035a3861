// The marks that people tick: `[ ]`, ballot boxes such as ☐, and the status glyphs ✅ ❌ ⏳ in front of an item.

/** `bracket` is GFM's own box, `ballot` a box glyph, `status` a glyph that says how it went, `cell` a status cell. */
export type BoxKind = 'bracket' | 'ballot' | 'status' | 'cell'

export interface Box {
  readonly kind: BoxKind
  /** Offsets of what a tick replaces: the character between brackets, the glyph, or the empty place of a cell. */
  readonly markAt: number
  readonly markEnd: number
  readonly isChecked: boolean
}

/** A box and where the text behind it starts. */
export interface LeadingBox extends Box {
  readonly contentAt: number
}

const BRACKET = /^\[([ \txX])\](?:[ \t]|$)/
/** Word writes ☒ for a ticked box, so it counts as one. */
const BALLOT = /^(?:(☐|⬜)|☑|☒)\ufe0f?[ \t]*/u
// What stands behind a status glyph in a legend or in an undecided pair is no item's text.
const STATUS = /^(?:(❌|✗|✘|⏳|⌛)|✅|✔|✓)\ufe0f?(?=[ \t]+(?![=:→⇒–—-]|\/|[✅❌✔✓✗✘⏳⌛]))[ \t]+/u
/** Brackets that GFM does not take for a box although their writer meant one. */
const MALFORMED = /^\[(?:[ \t]{2,}|[✓✔✅☑~-]\ufe0f?)?\](?![(:[])/u

/** Longest mark with the blanks behind it, in UTF-16 units. */
const MARK_LIMIT_UNITS = 32

/** Whether a line that begins with this character can begin with a box: a bracket, or a sign beyond all alphabets. */
export function mayBeBox(code: number): boolean {
  return code === 91 || code >= 0x2300
}

/** `[ ]`, `[x]` or `[X]` at the start of a line, followed by a blank (GFM section 5.3). */
export function bracketBoxAt(text: string, start: number, end: number): LeadingBox | undefined {
  if (text.charCodeAt(start) !== 91) return undefined
  const match = BRACKET.exec(text.slice(start, Math.min(end, start + 4)))
  if (match === null) return undefined
  let contentAt = start + 3
  while (contentAt < end && /[ \t]/.test(text[contentAt]!)) contentAt++
  const isChecked = match[1] === 'x' || match[1] === 'X'
  return { kind: 'bracket', markAt: start + 1, markEnd: start + 2, isChecked, contentAt }
}

/** A box glyph or status glyph at the start of a line, followed by text. */
export function glyphBoxAt(text: string, start: number, end: number): LeadingBox | undefined {
  if (!mayBeBox(text.charCodeAt(start))) return undefined
  const head = text.slice(start, Math.min(end, start + MARK_LIMIT_UNITS))
  const ballot = BALLOT.exec(head)
  const match = ballot ?? STATUS.exec(head)
  if (match === null || start + match[0].length >= end) return undefined
  const mark = match[0].trimEnd()
  return {
    kind: ballot === null ? 'status' : 'ballot',
    markAt: start,
    markEnd: start + mark.length,
    isChecked: match[1] === undefined,
    contentAt: start + match[0].length,
  }
}

/** The box that a whole cell consists of; an empty cell is one that waits. */
export function cellBoxAt(text: string, start: number, end: number): Box | undefined {
  if (start === end) return { kind: 'cell', markAt: start, markEnd: end, isChecked: false }
  const cell = text.slice(start, Math.min(end, start + MARK_LIMIT_UNITS))
  const bracket = /^\[([ xX])\]$/.exec(cell)
  if (bracket !== null) {
    const isChecked = bracket[1] !== ' '
    return { kind: 'bracket', markAt: start + 1, markEnd: start + 2, isChecked }
  }
  const glyph = /^(?:([☐⬜])|[☑☒]|([❌✗✘⏳⌛])|([✅✔✓]))\ufe0f?$/u.exec(cell)
  if (glyph === null) return undefined
  return {
    kind: glyph[2] === undefined && glyph[3] === undefined ? 'ballot' : 'cell',
    markAt: start,
    markEnd: end,
    isChecked: glyph[1] === undefined && glyph[2] === undefined,
  }
}

/** Whether a line starts with what looks like a box and is none. */
export function isMalformedBox(text: string, start: number, end: number): boolean {
  return (
    text.charCodeAt(start) === 91 && MALFORMED.test(text.slice(start, Math.min(end, start + 16)))
  )
}

/** What a run writes over the mark; a tick that nobody earned becomes open again, never a failure. */
export function markOf(kind: BoxKind, isChecked: boolean): string {
  if (kind === 'bracket') return isChecked ? 'x' : ' '
  if (kind === 'cell') return isChecked ? '✅' : '⏳'
  return isChecked ? '☑' : '☐'
}
