// Looks over the whole tree once and says which lists and sections hold boxes, before anything becomes a task.
import type { Block } from './block-tree.ts'
import { bracketBoxAt, glyphBoxAt, mayBeBox } from './boxes.ts'
import { readTable } from './tables.ts'

/** What only the document as a whole can tell about one item. */
export interface BoxSurvey {
  /** Lists with a box in or below one of their items. */
  readonly boxedLists: ReadonlySet<Block>
  /** Numbered lists whose items are tasks because somebody asked for steps. */
  readonly stepLists: ReadonlySet<Block>
  /** Lists whose leading ✅ ❌ ⏳ are boxes. */
  readonly statusLists: ReadonlySet<Block>
  /**
   * Headings that are gates when asked for, with the end of their section: they have text, no heading below them, and
   * no gate of another kind.
   */
  readonly leafHeadings: ReadonlyMap<Block, number>
}

export interface SurveyOptions {
  readonly glyphBoxes: boolean
  readonly orderedSteps: boolean
  readonly headings: boolean
}

/**
 * Status glyphs are boxes in a document without GFM boxes, and elsewhere in lists that keep what is open and done: a box
 * glyph or ⏳ stands among them. Beside GFM boxes a list of ✅ tells what is so, and one of ✅ and ❌ what to do and not to
 * do. Filling a document changes neither answer, so a filled copy has the same tasks.
 */
export function surveyBoxes(text: string, root: Block, options: SurveyOptions): BoxSurvey {
  const boxedLists = new Set<Block>()
  const keeping = new Set<Block>()
  const marked = new Set<Block>()
  const numbered = new Set<Block>()
  let hasBrackets = false
  const visit = (block: Block): boolean => {
    let holdsBox = false
    for (const child of block.children) {
      if (child.kind === 'list' || child.kind === 'item' || child.kind === 'quote')
        holdsBox = visit(child) || holdsBox
    }
    if (block.kind !== 'list') return holdsBox
    if (block.list!.isOrdered) numbered.add(block)
    for (const item of block.children) {
      const line = leadOf(item)
      // Most items begin with a letter, and then nothing needs to be tried.
      if (line === undefined || !mayBeBox(text.charCodeAt(line.start))) continue
      if (bracketBoxAt(text, line.start, line.end) !== undefined) {
        holdsBox = true
        hasBrackets = true
      }
      const glyph = options.glyphBoxes ? glyphBoxAt(text, line.start, line.end) : undefined
      if (glyph?.kind === 'ballot') holdsBox = true
      if (glyph?.kind === 'status') marked.add(block)
      if (glyph?.kind === 'ballot' || /^[⏳⌛]/u.test(text[glyph?.markAt ?? -1] ?? ''))
        keeping.add(block)
    }
    if (holdsBox) boxedLists.add(block)
    return holdsBox
  }
  visit(root)
  const statusLists = hasBrackets
    ? new Set([...marked].filter((list) => keeping.has(list)))
    : marked
  const stepLists = new Set(
    options.orderedSteps ? [...numbered].filter((list) => !boxedLists.has(list)) : [],
  )
  return {
    boxedLists,
    stepLists,
    statusLists,
    leafHeadings: options.headings
      ? leafHeadings(text, root, [boxedLists, statusLists, stepLists])
      : new Map(),
  }
}

/** The first line of an item, if it starts with text. */
export function leadOf(item: Block): { start: number; end: number } | undefined {
  const first = item.children[0]
  return first?.kind === 'paragraph' && first.line === item.line ? first.lines[0] : undefined
}

function leafHeadings(
  text: string,
  root: Block,
  gateLists: readonly ReadonlySet<Block>[],
): ReadonlyMap<Block, number> {
  const leaves = new Map<Block, number>()
  let next = root.children.length
  for (let index = root.children.length - 1; index >= 0; index--) {
    const heading = root.children[index]!
    if (heading.kind !== 'heading') continue
    const section = root.children.slice(index + 1, next)
    const below = root.children[next]
    next = index
    if (section.length === 0 || (below !== undefined && below.level > heading.level)) continue
    if (!section.some((block) => holdsGates(text, block, gateLists)))
      leaves.set(heading, section.at(-1)!.end)
  }
  return leaves
}

function holdsGates(text: string, block: Block, gateLists: readonly ReadonlySet<Block>[]): boolean {
  if (block.kind === 'list') return gateLists.some((lists) => lists.has(block))
  if (block.kind !== 'table') return false
  const table = readTable(text, block)
  return table.gates !== undefined || table.signOff !== undefined
}
