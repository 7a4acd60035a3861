// What reading a checklist gives: headings, tasks, tables and fences with their places.
import type { Box } from './boxes.ts'
import type { ReadingText } from './encoding.ts'
import type { FrontMatter } from './front-matter.ts'
import type { Span } from './inline.ts'
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
  /** Absent for steps and headings, which are gates only because somebody asked for them. */
  readonly box?: Box
  /** Whether its box was ticked when the document came in. */
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
  /** What the status cell consists of, when a run may write over it. */
  readonly box?: Box
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
  /** Items that begin with what their writer took for a box and GFM does not: `[]`, `[✓]`. */
  readonly malformedBoxes: readonly number[]
  /** Items that begin with ✅ ❌ or ⏳ and are no tasks, because their list does not keep what is open and done. */
  readonly statusItems: readonly number[]
  positionOf(index: number): { line: number; column: number }
}

/** What else than GFM's own boxes makes a task. */
export interface ReadingOptions {
  /** Items and lines that begin with ☐ ☑ ☒, and items of status lists that begin with ✅ ❌ ⏳. */
  readonly glyphBoxes?: boolean
  /** Items of numbered lists that hold no boxes. */
  readonly orderedSteps?: boolean
  /** Headings above text without gates of its own. */
  readonly headings?: boolean
}
