// The tree of blocks: containers, leaves and the lines they are made of.
import type { SeaworthyError } from '../kernel/index.ts'
import { documentFault } from './errors.ts'

export type BlockKind =
  | 'document'
  | 'quote'
  | 'list'
  | 'item'
  | 'paragraph'
  | 'heading'
  | 'fence'
  | 'code'
  | 'html'
  | 'rule'
  | 'table'

/** One line of a leaf, without the markers and indentation of the containers around it. */
export interface LeafLine {
  /** Counted from 1. */
  readonly line: number
  /** Offsets into the text; `end` excludes the line end. */
  readonly start: number
  readonly end: number
  /** Blanks that belong to the content because a tab was only partly indentation. */
  readonly padding: number
}

export interface ListMark {
  readonly isOrdered: boolean
  /** `-`, `+`, `*`, `.` or `)`. */
  readonly delimiter: string
  /** Columns from the start of the container to the marker. */
  readonly indent: number
  /** Columns of the marker and the blanks after it. */
  readonly width: number
}

export interface FenceMark {
  readonly char: string
  readonly length: number
  /** Columns that the opening fence was indented by; content may drop as many. */
  readonly indent: number
  /** Text after the opening fence. */
  readonly info: string
}

export interface Block {
  kind: BlockKind
  readonly children: Block[]
  readonly lines: LeafLine[]
  /** Line of the first character, counted from 1. */
  readonly line: number
  /** Offset of the first character: of the marker for items, quotes, headings and fences. */
  readonly start: number
  /** Offset behind the last character; filled when reading is over. */
  end: number
  /** 1–6 for headings, else 0. */
  level: number
  readonly list: ListMark | undefined
  readonly fence: FenceMark | undefined
  /** Which of the seven kinds of HTML block (CommonMark section 4.6), else 0. */
  readonly htmlKind: number
}

/** Deepest nesting of lists and quotes that is read; readers of the tree go down it by recursion. */
export const NESTING_LIMIT_LEVELS = 1000

/** What is known of a block when it is opened. */
export interface NewBlock {
  readonly kind: BlockKind
  readonly start?: number
  readonly level?: number
  readonly list?: ListMark
  readonly fence?: FenceMark
  readonly htmlKind?: number
}

/** Containers end where their last child does. */
export function settleEnds(block: Block): number {
  for (const child of block.children) block.end = Math.max(block.end, settleEnds(child))
  return block.end
}

export function makeBlock(block: NewBlock, line: number, start: number): Block {
  return {
    kind: block.kind,
    children: [],
    lines: [],
    line,
    start,
    end: start,
    level: block.level ?? 0,
    htmlKind: block.htmlKind ?? 0,
    list: block.list,
    fence: block.fence,
  }
}

/** Whether a block of one kind may hold one of the other. */
export function canHold(parent: BlockKind, child: BlockKind): boolean {
  if (parent === 'list') return child === 'item'
  return child !== 'item' && (parent === 'document' || parent === 'quote' || parent === 'item')
}

export function nestingFault(line: number): SeaworthyError {
  return documentFault(
    'DOCUMENT_NESTING_EXCEEDED',
    `expected lists and quotes nested at most ${NESTING_LIMIT_LEVELS} levels deep, without long runs of blank lines far inside, got more on line ${line}`,
    { details: { line } },
  )
}
