// The shapes of the block structure: containers, leaves and the lines they are made of.

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
  readonly list?: ListMark
  readonly fence?: FenceMark
  /** Which of the seven kinds of HTML block (CommonMark section 4.6), else 0. */
  readonly htmlKind: number
}

/** Deepest nesting of lists and quotes that is read. */
export const NESTING_LIMIT_LEVELS = 100
