// Reads a whole checklist: headings, tasks, tables and fences with their places and what belongs to whom.
import { readBlocks } from './block-reader.ts'
import type { Block } from './block-tree.ts'
import type { ReadingText } from './encoding.ts'
import { readFrontMatter } from './front-matter.ts'
import type { FrontMatter } from './front-matter.ts'
import { plainText, spansOf } from './inline.ts'
import type { Span } from './inline.ts'
import { readTable } from './tables.ts'
import type { Table, TableRow } from './tables.ts'

export interface Heading {
  readonly level: number
  readonly title: string
  readonly line: number
  readonly start: number
}

export interface FenceLine {
  readonly line: number
  readonly column: number
}

/** A fenced code block; indented code is never one. */
export interface Fence {
  /** First word of the info string in lower case. */
  readonly language: string
  /** The rest of the info string. */
  readonly meta: string
  /** Line of the opening fence. */
  readonly line: number
  readonly column: number
  /** Content without the indentation of the containers around it, lines joined by `\n`. */
  readonly source: string
  /** Where each line of `source` starts in the document. */
  readonly lines: readonly FenceLine[]
}

/** What stands inside a task or table row, or, for the document, outside all of them. */
export interface Content {
  readonly spans: Span[]
  readonly fences: Fence[]
}

export interface Task extends Content {
  readonly line: number
  readonly column: number
  /** Offsets of the whole item, children included. */
  readonly start: number
  readonly end: number
  /** Offset of the character between the brackets. */
  readonly markAt: number
  readonly isChecked: boolean
  readonly title: string
  readonly titleSpans: readonly Span[]
  /** Code of un-boxed items inside the task that consist of nothing else. */
  readonly loneCode: Span[]
  /** Headings above the task, outermost first. */
  readonly headings: readonly Heading[]
  /** Titles of the list items around it, outermost first. */
  readonly parents: readonly string[]
  /** Index of the nearest task around it. */
  readonly parent?: number
  /** Number of the list that holds it. */
  readonly list: number
}

export interface PlacedTable extends Table {
  readonly headings: readonly Heading[]
  /** Set when the table stands inside a task and so belongs to it. */
  readonly task?: number
}

export interface RowContent extends Content {
  readonly row: TableRow
  readonly table: PlacedTable
}

export interface MarkdownDocument {
  readonly reading: ReadingText
  readonly frontMatter?: FrontMatter
  readonly headings: readonly Heading[]
  readonly tasks: readonly Task[]
  /** Rows of tables that hold gates. */
  readonly gateRows: readonly RowContent[]
  readonly tables: readonly PlacedTable[]
  /** Everything outside tasks and gate rows; sign-off tables are left out. */
  readonly outside: Content
  /** Fences that follow a list before the next heading or list, by the list's number. */
  readonly fencesAfterList: ReadonlyMap<number, readonly Fence[]>
  positionOf(index: number): { line: number; column: number }
}

/** @throws DOCUMENT_NESTING_EXCEEDED */
export function readMarkdown(reading: ReadingText): MarkdownDocument {
  const { text } = reading
  const frontMatter = readFrontMatter(text)
  const walk = new Walk(text)
  walk.visitChildren(readBlocks(text, frontMatter?.end ?? 0, frontMatter?.nextLine ?? 1), {
    parents: [],
  })
  return {
    reading,
    ...(frontMatter === undefined ? {} : { frontMatter }),
    headings: walk.headings,
    tasks: walk.tasks,
    gateRows: walk.gateRows,
    tables: walk.tables,
    outside: walk.outside,
    fencesAfterList: walk.fencesAfterList,
    positionOf: (index) => walk.positionOf(index),
  }
}

interface Around {
  readonly parents: readonly string[]
  readonly task?: number
  readonly list?: number
}

class Walk {
  readonly headings: Heading[] = []
  readonly tasks: Task[] = []
  readonly gateRows: RowContent[] = []
  readonly tables: PlacedTable[] = []
  readonly outside: Content = { spans: [], fences: [] }
  readonly fencesAfterList = new Map<number, Fence[]>()
  readonly #text: string
  readonly #lineStarts: number[] = [0]
  #path: readonly Heading[] = []
  #listCount = 0

  constructor(text: string) {
    this.#text = text
    for (const match of text.matchAll(/\r\n|\n|\r/g))
      this.#lineStarts.push(match.index + match[0].length)
  }

  positionOf(index: number): { line: number; column: number } {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#lineStarts[middle]! <= index) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: index - this.#lineStarts[low]! + 1 }
  }

  visitChildren(block: Block, around: Around): void {
    let lastList: number | undefined
    for (const child of block.children) {
      if (child.kind === 'list') {
        lastList = this.#listCount++
        for (const item of child.children) this.#visitItem(item, { ...around, list: lastList })
        continue
      }
      if (child.kind === 'heading') lastList = undefined
      if (child.kind === 'fence' && lastList !== undefined) {
        const fence = this.#fenceOf(child)
        const following = this.fencesAfterList.get(lastList)
        if (following === undefined) this.fencesAfterList.set(lastList, [fence])
        else following.push(fence)
      }
      this.#visitBlock(child, around)
    }
  }

  #visitBlock(block: Block, around: Around): void {
    const owner = around.task === undefined ? this.outside : this.tasks[around.task]!
    switch (block.kind) {
      case 'quote':
        this.visitChildren(block, around)
        return
      case 'heading':
        this.#visitHeading(block, owner)
        return
      case 'paragraph':
        for (const span of spansOf(this.#text, block.lines)) owner.spans.push(span)
        return
      case 'fence':
        owner.fences.push(this.#fenceOf(block))
        return
      case 'table':
        this.#visitTable(block, around, owner)
        return
      default:
    }
  }

  #visitHeading(block: Block, owner: Content): void {
    const spans = spansOf(this.#text, block.lines)
    for (const span of spans) owner.spans.push(span)
    const heading = {
      level: block.level,
      title: plainText(this.#text, spans),
      line: block.line,
      start: block.start,
    }
    this.headings.push(heading)
    this.#path = [...this.#path.filter((above) => above.level < heading.level), heading]
  }

  #visitItem(item: Block, around: Around): void {
    const first = item.children[0]
    const box =
      first?.kind === 'paragraph' && first.line === item.line
        ? this.#boxOf(first, item.children.length > 1)
        : undefined
    if (first === undefined || box === undefined) {
      const spans = first?.kind === 'paragraph' ? spansOf(this.#text, first.lines) : []
      const title = plainText(this.#text, spans)
      const [only, ...more] = spans
      if (around.task !== undefined && only?.kind === 'code' && more.length === 0)
        this.tasks[around.task]!.loneCode.push(only)
      this.visitChildren(item, { ...around, parents: [...around.parents, title] })
      return
    }
    const [firstLine, ...otherLines] = first.lines
    const lines = [{ line: firstLine!.line, start: box.end, end: firstLine!.end }, ...otherLines]
    const titleSpans = spansOf(this.#text, lines)
    const title = plainText(this.#text, titleSpans)
    const task = this.tasks.length
    this.tasks.push({
      ...this.positionOf(item.start),
      start: item.start,
      end: item.end,
      markAt: box.markAt,
      isChecked: box.isChecked,
      title,
      titleSpans,
      loneCode: [],
      headings: this.#path,
      parents: around.parents,
      ...(around.task === undefined ? {} : { parent: around.task }),
      list: around.list ?? -1,
      spans: [...titleSpans],
      fences: [],
    })
    const inside = { parents: [...around.parents, title], task }
    this.visitChildren({ ...item, children: item.children.slice(1) }, inside)
  }

  /**
   * `[ ]`, `[x]` or `[X]` at the start of the item, followed by a blank and something (GFM section 5.3). A box that is
   * alone on its line counts when the item goes on, as it does where checklists are shown.
   */
  #boxOf(
    paragraph: Block,
    goesOn: boolean,
  ): { markAt: number; end: number; isChecked: boolean } | undefined {
    const line = paragraph.lines[0]!
    const start = this.#text.slice(line.start, Math.min(line.end, line.start + 4))
    const match = /^\[([ \txX])\](?:[ \t]|$)/.exec(start)
    if (match === null) return undefined
    if (line.end - line.start === 3 && paragraph.lines.length === 1 && !goesOn) return undefined
    const isChecked = match[1] === 'x' || match[1] === 'X'
    let end = line.start + 3
    while (end < line.end && /[ \t]/.test(this.#text[end]!)) end++
    return { markAt: line.start + 1, end, isChecked }
  }

  #visitTable(block: Block, around: Around, owner: Content): void {
    const table: PlacedTable = {
      ...readTable(this.#text, block),
      headings: this.#path,
      ...(around.task === undefined ? {} : { task: around.task }),
    }
    this.tables.push(table)
    if (table.signOff !== undefined) return
    for (const row of table.rows) {
      const spans = row.cells.flatMap((cell) => cell.spans)
      if (table.gates !== undefined && around.task === undefined) {
        this.gateRows.push({ row, table, spans, fences: [] })
      } else {
        for (const span of spans) owner.spans.push(span)
      }
    }
  }

  #fenceOf(block: Block): Fence {
    const info = /^([\w+#.-]*)\s*(.*)$/s.exec(block.fence?.info ?? '')
    const { line, column } = this.positionOf(block.start)
    return {
      language: (info?.[1] ?? '').toLowerCase(),
      meta: info?.[2] ?? '',
      line,
      column,
      source: block.lines
        .map((row) => ' '.repeat(row.padding) + this.#text.slice(row.start, row.end))
        .join('\n'),
      lines: block.lines.map((row) => this.positionOf(row.start)),
    }
  }
}
