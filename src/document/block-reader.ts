// Reads the block structure of a markdown text in one pass, in time linear in its length.
//
// The usual JavaScript parser takes seconds per megabyte and its time grows with the square of the nesting; this one
// follows the two-phase strategy of the CommonMark specification's appendix, and a test compares it with that parser.
import { countCells } from '../kernel/index.ts'
import { canHold, makeBlock, NESTING_LIMIT_LEVELS, nestingFault, settleEnds } from './block-tree.ts'
import type { Block, NewBlock } from './block-tree.ts'
import {
  closesFence,
  closesHtmlBlock,
  matchAtxHeading,
  matchDelimiterRow,
  matchFence,
  matchHtmlBlock,
  matchSetextUnderline,
  matchThematicBreak,
  takeListMarker,
} from './block-starts.ts'
import { LineCursor } from './line-cursor.ts'

/** Each level costs its line at least one character, unless the line is blank: only those can use that up. */
const STEPS_PER_UNIT = 16
const STEPS_AT_LEAST = 100_000

type Continuation = 'matched' | 'ended' | 'line-used'

/**
 * The tree of blocks from offset `from` on.
 * @throws DOCUMENT_NESTING_EXCEEDED
 */
export function readBlocks(text: string, from: number, firstLine: number): Block {
  const reader = new BlockReader(text)
  let line = firstLine
  let start = from
  while (start < text.length) {
    let end = start
    while (end < text.length && text.charCodeAt(end) !== 10 && text.charCodeAt(end) !== 13) end++
    reader.readLine(line, start, end)
    start = end + (text.charCodeAt(end) === 13 && text.charCodeAt(end + 1) === 10 ? 2 : 1)
    line++
  }
  settleEnds(reader.root)
  return reader.root
}

class BlockReader {
  readonly root: Block = makeBlock({ kind: 'document' }, 1, 0)
  readonly #cursor: LineCursor
  /** Open blocks from the document to the tip. */
  #open: Block[] = [this.root]
  /** Index in `#open` of the last block that this line continues or has opened. */
  #depth = 0
  /** Last line that a paragraph took over although its containers had ended. */
  #lazyLine = 0
  #stepsLeft: number

  constructor(text: string) {
    this.#cursor = new LineCursor(text)
    this.#stepsLeft = STEPS_AT_LEAST + STEPS_PER_UNIT * text.length
  }

  readLine(line: number, start: number, end: number): void {
    const cursor = this.#cursor
    cursor.startLine(line, start, end)
    this.#depth = 0
    while (this.#depth + 1 < this.#open.length) {
      const block = this.#open[this.#depth + 1]!
      if (--this.#stepsLeft < 0) throw nestingFault(line)
      const continuation = this.#continueBlock(block)
      if (continuation === 'line-used') {
        block.end = end
        this.#open.length = this.#depth + 1
        return
      }
      if (continuation === 'ended') break
      this.#depth++
    }
    const matched = this.#open[this.#depth]!.kind
    if (matched !== 'fence' && matched !== 'html' && matched !== 'code' && this.#openBlocks())
      return
    this.#addText()
  }

  #continueBlock(block: Block): Continuation {
    const cursor = this.#cursor
    switch (block.kind) {
      case 'quote':
        if (cursor.isIndented || cursor.nextCode() !== 62) return 'ended'
        cursor.advanceToNext()
        cursor.advanceChars(1)
        if (cursor.isAtBlank) cursor.advanceColumns(1)
        return 'matched'
      case 'item':
        return this.#continueItem(block)
      case 'fence':
        if (closesFence(cursor, block.fence!)) return 'line-used'
        cursor.advanceColumns(Math.min(cursor.indent, block.fence!.indent))
        return 'matched'
      case 'code':
        if (cursor.isIndented) cursor.advanceColumns(4)
        else if (!cursor.isBlank) return 'ended'
        else cursor.advanceToNext()
        return 'matched'
      case 'html':
        return cursor.isBlank && block.htmlKind >= 6 ? 'ended' : 'matched'
      case 'paragraph':
      case 'table':
        return cursor.isBlank ? 'ended' : 'matched'
      case 'heading':
      case 'rule':
        return 'ended'
      default:
        return 'matched'
    }
  }

  #continueItem(block: Block): Continuation {
    const cursor = this.#cursor
    const { indent, width } = block.list!
    if (cursor.isBlank) {
      // An item that starts with a blank line may not start with two (section 5.2, rule 3).
      if (block.children.length === 0) return 'ended'
      cursor.advanceToNext()
      return 'matched'
    }
    if (cursor.indent < indent + width) return 'ended'
    cursor.advanceColumns(indent + width)
    return 'matched'
  }

  /** Opens what begins on this line; true when nothing of the line is left. */
  #openBlocks(): boolean {
    const cursor = this.#cursor
    for (;;) {
      if (cursor.isBlank) return false
      const container = this.#open[this.#depth]!
      if (cursor.isIndented) {
        if (this.#open.at(-1)!.kind === 'paragraph') return false
        cursor.advanceColumns(4)
        this.#push({ kind: 'code', start: cursor.pos })
        return false
      }
      if (cursor.nextCode() === 62) {
        this.#push({ kind: 'quote', start: cursor.next })
        cursor.advanceToNext()
        cursor.advanceChars(1)
        if (cursor.isAtBlank) cursor.advanceColumns(1)
        continue
      }
      const leaf = this.#openLeaf(container)
      if (leaf !== 'none') return leaf === 'line-used'
      if (!this.#openItem(container)) return false
    }
  }

  #openLeaf(container: Block): 'none' | 'opened' | 'line-used' {
    const cursor = this.#cursor
    const heading = matchAtxHeading(cursor)
    if (heading !== undefined) {
      const block = this.#push({ kind: 'heading', start: cursor.next, level: heading.level })
      block.end = cursor.end
      block.lines.push(heading.content)
      return 'line-used'
    }
    const fence = matchFence(cursor)
    if (fence !== undefined) {
      this.#push({ kind: 'fence', start: cursor.next, fence }).end = cursor.end
      return 'line-used'
    }
    const isLazy = this.#depth < this.#open.length - 1 && this.#open.at(-1)!.kind === 'paragraph'
    const htmlKind = matchHtmlBlock(
      cursor,
      container.kind !== 'paragraph' && container.kind !== 'table' && !isLazy,
    )
    if (htmlKind > 0) {
      this.#push({ kind: 'html', start: cursor.next, htmlKind })
      return 'opened'
    }
    if (container.kind === 'paragraph' && this.#changeParagraph(container)) return 'line-used'
    if (matchThematicBreak(cursor)) {
      this.#push({ kind: 'rule', start: cursor.next }).end = cursor.end
      return 'line-used'
    }
    return 'none'
  }

  /** A paragraph turns out to be a heading, or its last line the head of a table. */
  #changeParagraph(paragraph: Block): boolean {
    const cursor = this.#cursor
    const level = matchSetextUnderline(cursor)
    if (level !== undefined) {
      paragraph.kind = 'heading'
      paragraph.level = level
      paragraph.end = cursor.end
      this.#open.length = this.#depth
      return true
    }
    const columns = matchDelimiterRow(cursor.rest())
    const head = paragraph.lines.at(-1)
    if (columns === undefined || head === undefined || head.line === this.#lazyLine) return false
    if (countCells(cursor.text.slice(head.start, head.end)) !== columns) return false
    paragraph.lines.pop()
    this.#open.length = this.#depth
    this.#depth--
    const parent = this.#open[this.#depth]!
    if (paragraph.lines.length === 0) parent.children.pop()
    else paragraph.end = paragraph.lines.at(-1)!.end
    const table = makeBlock({ kind: 'table' }, head.line, head.start)
    table.lines.push(head)
    table.end = cursor.end
    parent.children.push(table)
    this.#open.push(table)
    this.#depth++
    return true
  }

  #openItem(container: Block): boolean {
    const cursor = this.#cursor
    const start = cursor.next
    const list = takeListMarker(cursor, container.kind === 'paragraph')
    if (list === undefined) return false
    const isSameList =
      container.kind === 'list' &&
      container.list!.isOrdered === list.isOrdered &&
      container.list!.delimiter === list.delimiter
    if (!isSameList) this.#push({ kind: 'list', start, list })
    this.#push({ kind: 'item', start, list })
    return true
  }

  /** Closes what the line did not continue and opens a block below. */
  #push(block: NewBlock): Block {
    const cursor = this.#cursor
    this.#open.length = this.#depth + 1
    // Leaves hold nothing, and a list holds only items.
    while (!canHold(this.#open.at(-1)!.kind, block.kind)) this.#open.pop()
    const made = makeBlock(block, cursor.line, block.start ?? cursor.next)
    this.#open.at(-1)!.children.push(made)
    this.#open.push(made)
    // Every list level is two blocks, a list and an item.
    if (this.#open.length > 2 * NESTING_LIMIT_LEVELS + 2) throw nestingFault(cursor.line)
    this.#depth = this.#open.length - 1
    return made
  }

  #addText(): void {
    const cursor = this.#cursor
    const tip = this.#open.at(-1)!
    const hasUnmatched = this.#depth < this.#open.length - 1
    if (hasUnmatched && !cursor.isBlank && tip.kind === 'paragraph') {
      this.#lazyLine = cursor.line
      this.#addLine(tip)
      return
    }
    this.#open.length = this.#depth + 1
    const container = this.#open.at(-1)!
    switch (container.kind) {
      case 'paragraph':
      case 'table':
        this.#addLine(container)
        return
      case 'fence':
      case 'code':
        this.#addCodeLine(container)
        return
      case 'html':
        this.#addCodeLine(container)
        if (closesHtmlBlock(container.htmlKind, cursor.text.slice(cursor.pos, cursor.end)))
          this.#open.pop()
        return
      default:
        if (!cursor.isBlank) this.#addLine(this.#push({ kind: 'paragraph', start: cursor.next }))
    }
  }

  /** Paragraph and table lines drop the blanks around them. */
  #addLine(block: Block): void {
    const cursor = this.#cursor
    let end = cursor.end
    while (end > cursor.next && isBlankCode(cursor.text.charCodeAt(end - 1))) end--
    block.lines.push({ line: cursor.line, start: cursor.next, end, padding: 0 })
    block.end = end
  }

  #addCodeLine(block: Block): void {
    const cursor = this.#cursor
    const { start, padding } = cursor.contentStart()
    block.lines.push({
      line: cursor.line,
      start: Math.min(start, cursor.end),
      end: cursor.end,
      padding,
    })
    if (!cursor.isBlank) block.end = cursor.end
  }
}

function isBlankCode(code: number): boolean {
  return code === 32 || code === 9
}
