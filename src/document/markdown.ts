// Reads a whole checklist: headings, tasks, tables and fences with their places and what belongs to whom.
import { splitBallotLines } from './ballot-lines.ts'
import { readBlocks } from './block-reader.ts'
import type { Block } from './block-tree.ts'
import { surveyBoxes } from './box-survey.ts'
import type { BoxSurvey } from './box-survey.ts'
import { bracketBoxAt, cellBoxAt, glyphBoxAt, isMalformedBox } from './boxes.ts'
import type { LeadingBox } from './boxes.ts'
import type { ReadingText } from './encoding.ts'
import { readFence } from './fences.ts'
import { readFrontMatter } from './front-matter.ts'
import { plainText, spansOf } from './inline.ts'
import { LinePlaces } from './line-places.ts'
import type {
  Content,
  Fence,
  Heading,
  MarkdownDocument,
  PlacedTable,
  ReadingOptions,
  RowContent,
  Task,
} from './markdown-model.ts'
import { readTable } from './tables.ts'

/** @throws DOCUMENT_NESTING_EXCEEDED */
export function readMarkdown(reading: ReadingText, options: ReadingOptions = {}): MarkdownDocument {
  const { text } = reading
  const frontMatter = readFrontMatter(text)
  const root = readBlocks(text, frontMatter?.end ?? 0, frontMatter?.nextLine ?? 1)
  const { glyphBoxes = false, orderedSteps = false, headings = false } = options
  const asked = { glyphBoxes, orderedSteps, headings }
  const places = new LinePlaces(text)
  const walk = new Walk(text, places, asked, surveyBoxes(text, root, asked))
  walk.visitChildren(root, { parents: [] })
  return {
    reading,
    ...(frontMatter === undefined ? {} : { frontMatter }),
    headings: walk.headings,
    tasks: walk.tasks,
    gateRows: walk.gateRows,
    tables: walk.tables,
    outside: walk.outside,
    fencesAfterList: walk.fencesAfterList,
    malformedBoxes: walk.malformedBoxes,
    statusItems: walk.statusItems,
    positionOf: (index) => places.positionOf(index),
  }
}

interface Around {
  readonly parents: readonly string[]
  readonly task?: number
  readonly list?: number
  /** The list block that holds the item. */
  readonly listBlock?: Block
}

class Walk {
  readonly headings: Heading[] = []
  readonly tasks: Task[] = []
  readonly gateRows: RowContent[] = []
  readonly tables: PlacedTable[] = []
  readonly outside: Content = { spans: [], fences: [] }
  readonly fencesAfterList = new Map<number, Fence[]>()
  readonly malformedBoxes: number[] = []
  readonly statusItems: number[] = []
  readonly #text: string
  readonly #options: Required<ReadingOptions>
  readonly #survey: BoxSurvey
  readonly #places: LinePlaces
  #path: readonly Heading[] = []
  #listCount = 0

  constructor(
    text: string,
    places: LinePlaces,
    options: Required<ReadingOptions>,
    survey: BoxSurvey,
  ) {
    this.#text = text
    this.#places = places
    this.#options = options
    this.#survey = survey
  }

  visitChildren(block: Block, outer: Around): void {
    let lastList: number | undefined
    let around = outer
    for (const child of block.children) {
      if (child.kind === 'list') {
        lastList = this.#listCount++
        const inList = { ...around, list: lastList, listBlock: child }
        for (const item of child.children) this.#visitItem(item, inList)
        continue
      }
      if (child.kind === 'heading') {
        lastList = undefined
        this.#visitBlock(child, outer)
        // What stands below a heading that is a gate belongs to it.
        const end = this.#survey.leafHeadings.get(child)
        around = end === undefined ? outer : this.#openHeading(child, end)
        continue
      }
      if (child.kind === 'paragraph' && this.#visitBallotLines(child, around)) {
        lastList = this.#listCount++
        continue
      }
      if (child.kind === 'fence' && lastList !== undefined) {
        const fence = readFence(this.#text, child, this.#places)
        const following = this.fencesAfterList.get(lastList)
        if (following === undefined) this.fencesAfterList.set(lastList, [fence])
        else following.push(fence)
      }
      this.#visitBlock(child, around)
    }
  }

  /** Makes a task of the heading just visited; its content follows. */
  #openHeading(heading: Block, end: number): Around {
    const { title } = this.headings.at(-1)!
    const titleSpans = spansOf(this.#text, heading.lines)
    this.#addTask({
      block: { start: heading.start, end },
      titleSpans,
      title,
      headings: this.#path.slice(0, -1),
      around: { parents: [] },
    })
    return { parents: [], task: this.tasks.length - 1 }
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
        owner.fences.push(readFence(this.#text, block, this.#places))
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
    const lead = first?.kind === 'paragraph' && first.line === item.line ? first : undefined
    const box = lead === undefined ? undefined : this.#boxOf(lead, item, around)
    const isStep = around.listBlock !== undefined && this.#survey.stepLists.has(around.listBlock)
    if (lead === undefined || (box === undefined && !isStep)) {
      this.#visitPlainItem(item, around)
      return
    }
    const [firstLine, ...otherLines] = lead.lines
    const start = box?.contentAt ?? firstLine!.start
    const titleSpans = spansOf(this.#text, [
      { line: firstLine!.line, start, end: firstLine!.end },
      ...otherLines,
    ])
    const title = plainText(this.#text, titleSpans)
    const task = this.tasks.length
    this.#addTask({
      block: item,
      titleSpans,
      title,
      headings: this.#path,
      around,
      ...(box === undefined ? {} : { box }),
    })
    const inside = { parents: [...around.parents, title], task }
    this.visitChildren({ ...item, children: item.children.slice(1) }, inside)
  }

  #visitPlainItem(item: Block, around: Around): void {
    const first = item.children[0]
    const spans = first?.kind === 'paragraph' ? spansOf(this.#text, first.lines) : []
    const [only, ...more] = spans
    if (around.task !== undefined && only?.kind === 'code' && more.length === 0)
      this.tasks[around.task]!.loneCode.push(only)
    // Its name matters only to what stands below it.
    const isLeaf = item.children.length === 1 && spans.length > 0
    const named = isLeaf ? [] : [plainText(this.#text, spans)]
    this.visitChildren(item, { ...around, parents: [...around.parents, ...named] })
  }

  #addTask(made: {
    readonly block: Pick<Block, 'start' | 'end'>
    readonly titleSpans: Task['titleSpans']
    readonly title: string
    readonly headings: readonly Heading[]
    readonly around: Around
    readonly box?: LeadingBox
  }): void {
    const { block, titleSpans, title, headings, around, box } = made
    this.tasks.push({
      ...this.#places.positionOf(block.start),
      start: block.start,
      end: block.end,
      ...(box === undefined ? {} : { box }),
      isChecked: box?.isChecked ?? false,
      title,
      titleSpans,
      loneCode: [],
      headings,
      parents: around.parents,
      ...(around.task === undefined ? {} : { parent: around.task }),
      list: around.list ?? -1,
      spans: [...titleSpans],
      fences: [],
    })
  }

  /** A box that is alone on its line counts when the item goes on, as it does where checklists are shown. */
  #boxOf(paragraph: Block, item: Block, around: Around): LeadingBox | undefined {
    const line = paragraph.lines[0]!
    const bracket = bracketBoxAt(this.#text, line.start, line.end)
    if (bracket !== undefined) {
      const isAlone = line.end - line.start === 3 && paragraph.lines.length === 1
      return isAlone && item.children.length === 1 ? undefined : bracket
    }
    if (isMalformedBox(this.#text, line.start, line.end)) this.malformedBoxes.push(line.start)
    if (!this.#options.glyphBoxes) return undefined
    const glyph = glyphBoxAt(this.#text, line.start, line.end)
    if (glyph?.kind !== 'status') return glyph
    // Inside a task a status glyph tells how a part of it went.
    const isKept = around.listBlock !== undefined && this.#survey.statusLists.has(around.listBlock)
    if (isKept && around.task === undefined) return glyph
    if (around.task === undefined) this.statusItems.push(line.start)
    return undefined
  }

  /** Lines of a paragraph that begin with a box glyph, as word processors export them. */
  #visitBallotLines(paragraph: Block, around: Around): boolean {
    const split = this.#options.glyphBoxes
      ? splitBallotLines(this.#text, paragraph.lines)
      : undefined
    if (split === undefined) return false
    const owner = around.task === undefined ? this.outside : this.tasks[around.task]!
    owner.spans.push(...spansOf(this.#text, split.before))
    for (const { box, lines } of split.items) {
      const titleSpans = spansOf(this.#text, [
        { ...lines[0]!, start: box.contentAt },
        ...lines.slice(1),
      ])
      this.#addTask({
        block: { start: lines[0]!.start, end: lines.at(-1)!.end },
        titleSpans,
        title: plainText(this.#text, titleSpans),
        headings: this.#path,
        around: { ...around, list: this.#listCount },
        box,
      })
    }
    return true
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
        const status = table.gates.status === undefined ? undefined : row.cells[table.gates.status]
        const isWritten = status !== undefined && status.start < row.end
        const box = isWritten ? cellBoxAt(this.#text, status.start, status.end) : undefined
        this.gateRows.push({ row, table, spans, fences: [], ...(box === undefined ? {} : { box }) })
      } else {
        for (const span of spans) owner.spans.push(span)
      }
    }
  }
}
