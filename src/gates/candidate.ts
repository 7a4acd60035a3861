// Brings task items and table rows into one form, each with the code that belongs to it.
import type {
  Content,
  Fence,
  Heading,
  MarkdownDocument,
  RowContent,
  Span,
  Task,
} from '../document/index.ts'
import { saysDone, singleLine } from '../document/index.ts'
import { blockOfFence, inlineBlock, inlineCommands, isRunnableLanguage } from './binding.ts'
import type { GateBlock } from './imported.ts'
import { ownerIn } from './owners.ts'
import { isStruckOut } from './title-marks.ts'

/** Something that becomes a gate. */
export interface Candidate {
  readonly title: string
  readonly line: number
  readonly column: number
  /** Offsets of the item or row in the text. */
  readonly start: number
  readonly end: number
  readonly headings: readonly Heading[]
  readonly parents: readonly string[]
  readonly spans: readonly Span[]
  readonly blocks: readonly GateBlock[]
  readonly isChecked: boolean
  readonly hasBox: boolean
  /** Who is to see to it, when its own words say so. */
  readonly owner?: string
  /** Indexes of the candidates that it rolls up. */
  readonly children: readonly number[]
}

/** Blocks behind one list that its gates share; further ones belong to no gate. */
const SHARED_BLOCK_LIMIT = 20

type Draft = { -readonly [K in keyof Omit<Candidate, 'children'>]: Candidate[K] } & {
  children: Draft[]
}

/** What stands in the document as a gate, and what was struck out of it. */
export interface Candidates {
  /** In document order. */
  readonly candidates: readonly Candidate[]
  readonly struck: readonly StruckItem[]
}

/** An item or row whose whole title is struck through. */
export interface StruckItem extends Pick<Candidate, 'title' | 'line' | 'column'> {}

export function findCandidates(document: MarkdownDocument): Candidates {
  const tasks = document.tasks.map((task) => draftOfTask(document, task))
  const struckTasks = new Set(
    document.tasks.flatMap(({ titleSpans }, index) =>
      isStruckOut(document, titleSpans) ? [index] : [],
    ),
  )
  for (const index of document.tasks.keys()) {
    const parent = standingParent(document.tasks, index, struckTasks)
    if (parent !== undefined && !struckTasks.has(index)) tasks[parent]!.children.push(tasks[index]!)
  }
  bindFollowing(document, tasks)
  const standing = tasks.filter((_, index) => !struckTasks.has(index))
  const ownChecks = standing.flatMap((draft) => splitRollUp(draft))
  const isStruckRow = ({ row, table }: RowContent): boolean =>
    isStruckOut(document, row.cells[table.gates!.title]?.spans ?? [])
  const rows = document.gateRows.flatMap((row) => {
    const draft = draftOfRow(document, row)
    return draft === undefined ? [] : [{ draft, isStruck: isStruckRow(row) }]
  })
  const standingRows = rows.filter((row) => !row.isStruck).map((row) => row.draft)
  // A stable sort: an own check starts where its roll-up does and follows it.
  const drafts = [...standing, ...ownChecks, ...standingRows].toSorted((a, b) => a.start - b.start)
  const places = new Map(drafts.map((draft, index) => [draft, index]))
  return {
    candidates: drafts.map((draft) => ({
      ...draft,
      children: draft.children.map((child) => places.get(child)!),
    })),
    struck: [
      ...tasks.filter((_, index) => struckTasks.has(index)),
      ...rows.filter((row) => row.isStruck).map((row) => row.draft),
    ].map(({ title, line, column }) => ({ title, line, column })),
  }
}

/** The nearest task around one that is not struck out: striking an item does not strike what stands below it. */
function standingParent(
  tasks: readonly Task[],
  index: number,
  struck: ReadonlySet<number>,
): number | undefined {
  let parent = tasks[index]!.parent
  while (parent !== undefined && struck.has(parent)) parent = tasks[parent]!.parent
  return parent
}

function draftOfTask(document: MarkdownDocument, task: Task): Draft {
  const { title, line, column, start, end, headings, parents, spans, isChecked } = task
  const fences = task.fences.map((fence) => blockOfFence(fence, '', false))
  return {
    // The name goes into the id, so it comes from the item itself, never from its place.
    title: title || firstLineOf(fences) || 'Gate without a name',
    line,
    column,
    start,
    end,
    headings,
    parents,
    spans,
    blocks: fences.some((block) => block.kind === 'runnable')
      ? fences
      : [...inlineCommands(document, task), ...fences],
    isChecked,
    hasBox: task.box !== undefined,
    ...ownerPart(title),
    children: [],
  }
}

function firstLineOf(blocks: readonly GateBlock[]): string {
  const line = blocks[0]?.source.split('\n').find((text) => text.trim() !== '') ?? ''
  return singleLine(line).slice(0, 80).toWellFormed()
}

/** Code right behind a list serves those of its gates that bring none of their own. */
function bindFollowing(document: MarkdownDocument, drafts: readonly Draft[]): void {
  const shared = new Map<number, readonly GateBlock[]>()
  for (const [list, fences] of document.fencesAfterList) {
    const runnable = fences
      .filter((fence) => isRunnableLanguage(fence.language))
      .slice(0, SHARED_BLOCK_LIMIT)
    if (runnable.length > 0)
      shared.set(
        list,
        runnable.map((fence) => blockOfFence(fence, '', true)),
      )
  }
  for (const [index, task] of document.tasks.entries()) {
    const draft = drafts[index]!
    const following = shared.get(task.list)
    if (following === undefined || draft.children.length > 0) continue
    if (draft.blocks.some((block) => block.kind === 'runnable')) continue
    draft.blocks = [...draft.blocks, ...following]
  }
}

/** A roll-up has no check; code of its own becomes a child, so that it cannot get lost. */
function splitRollUp(draft: Draft): Draft[] {
  if (draft.children.length === 0 || !draft.blocks.some((block) => block.kind === 'runnable'))
    return []
  const check: Draft = {
    ...draft,
    title: `${draft.title} (own check)`,
    parents: [...draft.parents, draft.title],
    children: [],
    isChecked: false,
    hasBox: false,
  }
  draft.blocks = []
  draft.spans = []
  draft.children.push(check)
  return [check]
}

function draftOfRow(document: MarkdownDocument, content: RowContent): Draft | undefined {
  const { row, table } = content
  const columns = table.gates!
  const cellText = (index: number | undefined): string =>
    index === undefined ? '' : (row.cells[index]?.text ?? '')
  const title = [cellText(columns.id), cellText(columns.title)].filter(Boolean).join(' ')
  // A row without a name is a separator.
  if (title === '') return undefined
  const status = cellText(columns.status)
  const command = columns.command === undefined ? undefined : row.cells[columns.command]
  const visible = command?.spans.filter(
    (span) => document.reading.text.slice(span.start, span.end).trim() !== '',
  )
  const code = visible?.length === 1 && visible[0]!.kind === 'code' ? visible[0] : undefined
  const owner = cellText(columns.owner)
  return {
    title,
    ...document.positionOf(row.start),
    start: row.start,
    end: row.end,
    headings: table.headings,
    parents: [],
    spans: content.spans,
    blocks: code === undefined ? [] : [inlineBlock(document, code, '')],
    isChecked: saysDone(status),
    hasBox: content.box !== undefined,
    ...(/\p{L}/u.test(owner) && owner.length <= 60 ? { owner } : ownerPart(title)),
    children: [],
  }
}

function ownerPart(title: string): { owner?: string } {
  const owner = ownerIn(title)
  return owner === undefined ? {} : { owner }
}

/** Runnable fences that no gate took. */
export function unboundFences(
  document: MarkdownDocument,
  candidates: readonly Candidate[],
): Fence[] {
  const bound = new Set(
    candidates.flatMap((candidate) =>
      candidate.blocks.map((block) => `${block.line}:${block.column}`),
    ),
  )
  const outside: Content = document.outside
  return outside.fences.filter((fence) => {
    const block = blockOfFence(fence, '', false)
    return block.kind === 'runnable' && !bound.has(`${block.line}:${block.column}`)
  })
}
