// Turns a document into passages: sentences, headings and table rows with their place, labels, marks and surroundings.
import { plainText, readBlocks, readTable, spansOf } from '../document/index.ts'
import type { Block, ReadingText, Span } from '../document/index.ts'
import { wordsOf } from './language.ts'
import type { Lexicon, Mark } from './language.ts'
import { codesIn, joinLines, maskCode, splitSentences } from './sentences.ts'
import type { PlainLine } from './sentences.ts'
import type { WordTag } from './vocabulary.ts'

export interface Section {
  readonly index: number
  readonly level: number
  readonly line: number
  readonly title: string
  /** Section around it, -1 at the top. */
  readonly parent: number
  /** Its heading among the passages. */
  readonly passage: number
  /** Passages from `passage` up to, not including, this one belong to it or to sections inside it. */
  end: number
  readonly tags: ReadonlySet<WordTag>
  /** Its tags and those of the sections around it. */
  readonly around: ReadonlySet<WordTag>
}

export interface Passage {
  readonly index: number
  readonly kind: 'heading' | 'paragraph' | 'item' | 'row'
  readonly line: number
  /** One line, inline marks removed. */
  readonly text: string
  /** `text` without inline code, for finding words. */
  readonly words: readonly string[]
  readonly marks: readonly Mark[]
  readonly tags: ReadonlySet<WordTag>
  /** -1 above the first heading. */
  readonly section: number
  /** The item around it, or the paragraph that ends with a colon and introduces its list. */
  readonly parent?: number
  /** First sentence of its item or paragraph. */
  readonly isLead: boolean
  readonly isOrdered: boolean
  readonly box?: 'open' | 'done'
  readonly glyph?: 'open' | 'done' | 'both'
  /** `Status` of `Status: done`; the first cell of a row. */
  readonly label?: string
  readonly value?: string
  readonly cells?: readonly string[]
  readonly header?: readonly string[]
  /** Line of the table, which tells tables apart. */
  readonly table?: number
  readonly codes: readonly string[]
}

export interface Outline {
  readonly passages: readonly Passage[]
  readonly sections: readonly Section[]
  /** Code inside fences by the passage that stands before them. */
  readonly fenced: ReadonlyMap<number, string>
}

/** Characters of one fence that are kept for names of files. */
const FENCE_LIMIT_CHARACTERS = 2_000
/** Characters of one sentence, heading or row that are looked at. */
const PASSAGE_LIMIT_CHARACTERS = 4_000
const NO_TAGS: ReadonlySet<WordTag> = new Set()
const LABEL = /^([^:|]{1,60}):(?:\s+(.*))?$/s
const DONE_GLYPH = /[✅☑✔✓]/u
const OPEN_GLYPH = /[⏳⌛☐⬜🔄🚧🔲⏸]/u
const FAILED_GLYPH = /^[^\p{L}\p{N}]{0,4}[❌✗✘]/u
const BOX = /^\[([ xX])\](?:\s+|$)/

export function readOutline(reading: ReadingText, start: BlockStart, lexicon: Lexicon): Outline {
  const walk = new OutlineWalk(reading.text, lexicon)
  walk.visit(readBlocks(reading.text, start.offset, start.line), {})
  walk.closeSections(0)
  return { passages: walk.passages, sections: walk.sections, fenced: walk.fenced }
}

export interface BlockStart {
  readonly offset: number
  readonly line: number
}

interface Around {
  readonly parent?: number
  readonly isOrdered?: boolean
  readonly isItem?: boolean
}

interface Row {
  readonly cells: readonly string[]
  readonly header: readonly string[]
  readonly table: number
}

class OutlineWalk {
  readonly passages: Passage[] = []
  readonly sections: Section[] = []
  readonly fenced = new Map<number, string>()
  readonly #text: string
  readonly #lexicon: Lexicon
  #open: Section[] = []

  constructor(text: string, lexicon: Lexicon) {
    this.#text = text
    this.#lexicon = lexicon
  }

  /** Quotes, HTML and indented code are other people's words or samples and are passed by. */
  visit(block: Block, around: Around): void {
    let label: number | undefined
    for (const child of block.children) {
      if (child.kind === 'heading') this.#visitHeading(child)
      else if (child.kind === 'paragraph') this.#visitParagraph(child, around, 'paragraph')
      else if (child.kind === 'table') this.#visitTable(child, around)
      else if (child.kind === 'fence') this.#keepFence(child)
      else if (child.kind === 'list') {
        const parent = label ?? around.parent
        for (const item of child.children)
          this.#visitItem(item, child, parent === undefined ? {} : { parent })
      }
      const last = this.passages.at(-1)
      if (child.kind === 'paragraph')
        label = last !== undefined && last.text.endsWith(':') ? last.index : undefined
      else if (child.kind !== 'list') label = undefined
    }
  }

  closeSections(level: number): void {
    while (this.#open.length > 0 && this.#open.at(-1)!.level >= level)
      this.#open.pop()!.end = this.passages.length
  }

  #visitHeading(block: Block): void {
    const [row] = this.#linesOf(block)
    const title = row?.text ?? ''
    this.closeSections(block.level)
    const words = wordsOf(row?.prose ?? '')
    const tags = headingTags(words, this.#lexicon)
    const outer = this.#open.at(-1)?.around ?? new Set()
    const section: Section = {
      index: this.sections.length,
      level: block.level,
      line: block.line,
      title,
      parent: this.#open.at(-1)?.index ?? -1,
      passage: this.passages.length,
      end: 0,
      tags,
      around: tags.size === 0 ? outer : new Set([...outer, ...tags]),
    }
    this.sections.push(section)
    this.#open.push(section)
    if (row !== undefined) this.#add('heading', row, {}, true)
  }

  #visitItem(item: Block, list: Block, around: Around): void {
    const first = item.children[0]
    const at = this.passages.length
    const isOrdered = list.children[0]?.list?.isOrdered === true
    const here = { ...around, isOrdered, isItem: true }
    if (first?.kind === 'paragraph') {
      this.#visitParagraph(first, here, 'item')
      const parent = this.passages.length > at ? at : around.parent
      const rest = { ...item, children: item.children.slice(1) }
      this.visit(rest, parent === undefined ? {} : { parent })
    } else this.visit(item, around)
  }

  #visitParagraph(block: Block, around: Around, kind: 'paragraph' | 'item'): void {
    const rows = this.#linesOf(block)
    let isLead = true
    for (const passage of joinLines(rows)) {
      for (const sentence of splitSentences(passage)) {
        this.#add(kind, sentence, around, isLead)
        isLead = kind === 'paragraph'
      }
    }
  }

  #visitTable(block: Block, around: Around): void {
    const table = readTable(this.#text, block)
    for (const row of table.rows) {
      const cells = row.cells.map((cell) => cell.text)
      const spans = row.cells.flatMap((cell) => cell.spans)
      const text = cells.filter((cell) => cell !== '').join(' | ')
      if (text === '') continue
      const line = { line: row.line, text, prose: maskCode(text, this.#codesOf(spans)) }
      this.#add('row', line, around, true, { cells, header: table.header, table: table.line })
    }
  }

  #keepFence(block: Block): void {
    const owner = this.passages.length - 1
    const known = this.fenced.get(owner) ?? ''
    if (owner < 0 || known.length >= FENCE_LIMIT_CHARACTERS) return
    const source = block.lines.map((row) => this.#text.slice(row.start, row.end)).join('\n')
    this.fenced.set(owner, `${known}\n${source}`.slice(0, FENCE_LIMIT_CHARACTERS))
  }

  #linesOf(block: Block): PlainLine[] {
    const byLine = new Map<number, Span[]>()
    for (const span of spansOf(this.#text, block.lines)) {
      const known = byLine.get(span.line)
      if (known === undefined) byLine.set(span.line, [span])
      else known.push(span)
    }
    return block.lines.flatMap((line) => {
      const spans = byLine.get(line.line) ?? []
      const text = plainText(this.#text, spans)
      if (text === '') return []
      const source = this.#text.slice(line.start, line.end)
      const isBroken = / {2}$|\\$/.test(source) || / {2}$/.test(this.#lineEnd(line.end))
      const isLabelled = /^\s*(?:\*\*|__)[^*_]{1,60}(?::(?:\*\*|__)|(?:\*\*|__)\s*:)/.test(source)
      const prose = maskCode(text, this.#codesOf(spans))
      return [{ line: line.line, text, prose, isBroken, isLabelled }]
    })
  }

  /** Blanks that end a line are no part of its block. */
  #lineEnd(end: number): string {
    return /^ */.exec(this.#text.slice(end, end + 3))![0]
  }

  #codesOf(spans: readonly Span[]): string[] {
    return spans
      .filter(({ kind }) => kind === 'code')
      .map(({ start, end }) => this.#text.slice(start, end).replace(/\s+/g, ' ').trim())
      .filter((code) => code !== '')
  }

  #add(kind: Passage['kind'], line: PlainLine, around: Around, isLead: boolean, row?: Row): void {
    const box = kind === 'item' && isLead ? BOX.exec(line.text.slice(0, 10)) : null
    const from = box?.[0].length ?? 0
    const text = line.text.slice(from, from + PASSAGE_LIMIT_CHARACTERS)
    const prose = line.prose.slice(from, from + PASSAGE_LIMIT_CHARACTERS)
    const words = wordsOf(prose)
    const marks = this.#lexicon.marksOf(words)
    const glyph = glyphOf(prose, row !== undefined)
    const labelled = row === undefined ? LABEL.exec(text) : null
    const label = labelled?.[1]?.trim() ?? row?.cells[0]
    const value = labelled === null ? row?.cells.slice(1).join(' | ') : (labelled[2] ?? '')
    this.passages.push({
      index: this.passages.length,
      kind,
      line: line.line,
      text,
      words,
      marks,
      tags: marks.length === 0 ? NO_TAGS : new Set(marks.map(({ tag }) => tag)),
      section: this.#open.at(-1)?.index ?? -1,
      ...(around.parent === undefined ? {} : { parent: around.parent }),
      isLead,
      isOrdered: around.isOrdered === true,
      ...(box === null ? {} : { box: box[1] === ' ' ? ('open' as const) : ('done' as const) }),
      ...(glyph === undefined ? {} : { glyph }),
      ...(label === undefined ? {} : { label }),
      ...(value === undefined ? {} : { value }),
      ...row,
      codes: codesIn({ text, prose }),
    })
  }
}

function glyphOf(text: string, isRow: boolean): Passage['glyph'] {
  const done = DONE_GLYPH.test(text)
  const open = OPEN_GLYPH.test(text) || (!isRow && FAILED_GLYPH.test(text))
  if (done && (open || /[❌✗✘]/u.test(text))) return 'both'
  return done ? 'done' : open ? 'open' : undefined
}

const HEADING_FILLER = new Set(
  'the a an of and or to for in on with this that these our is are der die das und für le la les des et el los las y de del ve'.split(
    ' ',
  ),
)

/** What a heading is for: a phrase counts when it is at least half of what the heading says. */
function headingTags(words: readonly string[], lexicon: Lexicon): ReadonlySet<WordTag> {
  const marks = lexicon.marksOf(words)
  const isFiller = (word: string): boolean => HEADING_FILLER.has(word) || /\d/.test(word)
  const size = words.filter((word) => !isFiller(word)).length
  const covered = new Map<WordTag, Set<number>>()
  for (const { tag, at, length } of marks) {
    const places = covered.get(tag) ?? new Set()
    for (let i = at; i < at + length; i++) if (!isFiller(words[i]!)) places.add(i)
    covered.set(tag, places)
  }
  return new Set([...covered].filter(([, { size: own }]) => own * 2 >= size).map(([tag]) => tag))
}
