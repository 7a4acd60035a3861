// Finds items in paragraphs whose lines begin with box glyphs, as word processors and wikis export them.
import type { LeafLine } from './block-tree.ts'
import { glyphBoxAt } from './boxes.ts'
import type { LeadingBox } from './boxes.ts'

export interface BallotLines {
  /** Lines before the first box. */
  readonly before: readonly LeafLine[]
  /** One for each box, with the lines up to the next. */
  readonly items: readonly { readonly box: LeadingBox; readonly lines: readonly LeafLine[] }[]
}

/**
 * Undefined for a paragraph without such a line. A ✅, ❌ or ⏳ that begins a line is an item only below a box glyph: there
 * it keeps what is open and done, as in a list, and elsewhere it is a remark.
 */
export function splitBallotLines(
  text: string,
  lines: readonly LeafLine[],
): BallotLines | undefined {
  const items: { box: LeadingBox; lines: LeafLine[] }[] = []
  const before: LeafLine[] = []
  for (const line of lines) {
    const box = glyphBoxAt(text, line.start, line.end)
    if (box?.kind === 'ballot' || (box !== undefined && items.length > 0))
      items.push({ box, lines: [line] })
    else (items.at(-1)?.lines ?? before).push(line)
  }
  return items.length === 0 ? undefined : { before, items }
}
