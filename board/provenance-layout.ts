// Where each part of the picture of a release's provenance stands: columns from the verdict to the checkpoint, a row for each section.
import type {
  GraphGate,
  GraphSection,
  Provenance,
  RecordedStatement,
} from './provenance-answers.ts'
import { countOf, toneOfStatus } from './words.ts'
import type { Tone } from './words.ts'

export const WIDTH = 1_121
/** Left edge and width of each column. */
export const COLUMNS = {
  release: { x: 0, width: 168 },
  section: { x: 224, width: 328 },
  evidence: { x: 624, width: 72 },
  statements: { x: 728, width: 80 },
  entries: { x: 880, width: 96 },
  checkpoint: { x: 1_024, width: 96 },
} as const
export const HEAD_HEIGHT = 32
export const BOX_HEIGHT = 48
export const GATE_HEIGHT = 24
const ROW_GAP = 16

/** What lies between two columns: whole, or broken with a word for how. */
export interface Bond {
  readonly tone: Tone
  readonly word?: string
}

export interface Row {
  readonly y: number
  readonly title: string
  /** What it comes to, in words. */
  readonly text: string
  readonly tone: Tone
  /** How many of each tone, for the bar. */
  readonly shares: readonly { readonly tone: Tone; readonly count: number }[]
  readonly broken: readonly GraphGate[]
  readonly moreCount: number
  /** Undefined where a row has none by its nature. */
  readonly evidence: string | undefined
  readonly statements: string
  /** Address part of the one statement, where there is one only. */
  readonly statement: string | undefined
  readonly entries: string
  readonly firstEntry: number | undefined
  readonly toEvidence: Bond
  readonly toEntries: Bond
  readonly toCheckpoint: Bond
}

export interface Layout {
  readonly height: number
  readonly rows: readonly Row[]
}

const WHOLE: Bond = { tone: 'calm' }

export function layOut(provenance: Provenance): Layout {
  const { sections, decision } = provenance
  const shownCount = shownOf(sections.length)
  const parts = [
    ...sections.map((section) => rowOfSection(section, shownCount)),
    ...rowOfSignOffs(provenance),
    ...(decision === null ? [] : [rowOfDecision(decision)]),
  ]
  let y = HEAD_HEIGHT
  const rows = parts.map((part): Row => {
    const row = { ...part, y }
    const lines = part.broken.length + (part.moreCount > 0 ? 1 : 0)
    y += BOX_HEIGHT + ROW_GAP + (lines === 0 ? 0 : lines * GATE_HEIGHT + 8)
    return row
  })
  return { height: y, rows }
}

/** Open gates drawn in each of so many sections: the picture is to be looked at, the list says all. */
function shownOf(sectionCount: number): number {
  if (sectionCount <= 6) return 5
  return sectionCount <= 12 ? 2 : 1
}

type Part = Omit<Row, 'y'>

const ORDER: readonly Tone[] = ['go', 'calm', 'wait', 'stop']

function rowOfSection(section: GraphSection, shownCount: number): Part {
  const { entries, brokenCount, evidenceCount, statementCount, unrecordedCount } = section
  const broken = section.broken.slice(0, shownCount)
  const shares = ORDER.flatMap((tone) => {
    const count = section.statuses
      .filter(({ status }) => toneOfStatus(status) === tone)
      .reduce((sum, each) => sum + each.count, 0)
    return count === 0 ? [] : [{ tone, count }]
  })
  return {
    title: section.title === '' ? 'Without a section' : section.title,
    text: textOfSection(section),
    tone: brokenCount === 0 ? 'calm' : (shares.at(-1)?.tone ?? 'wait'),
    shares,
    broken,
    moreCount: brokenCount - broken.length,
    evidence: countText(evidenceCount),
    statements: countText(statementCount),
    statement: undefined,
    entries: entries === null ? 'none' : spanText(entries),
    firstEntry: entries?.first,
    toEvidence:
      unrecordedCount === 0 ? WHOLE : { tone: 'wait', word: `${unrecordedCount} missing` },
    toEntries: missing(statementCount === 0 ? 0 : (entries?.missingCount ?? statementCount)),
    toCheckpoint: uncovered(entries?.uncoveredCount ?? 0),
  }
}

function textOfSection({ gateCount, brokenCount }: GraphSection): string {
  const gates = countOf(gateCount, 'gate')
  return brokenCount === 0 ? `${gates}, none breaks` : `${gates}, ${brokenCount} of them open`
}

/** None where the plan asks for none and none was given. */
function rowOfSignOffs({ signOffs, signOffRoles }: Provenance): readonly Part[] {
  const { totalCount, nodes } = signOffs
  if (totalCount === 0 && signOffRoles.length === 0) return []
  const isRejected = nodes.some(({ decision }) => decision === 'REJECT')
  const given = totalCount === 0 ? 'nobody has signed' : `${totalCount} ever given`
  const words = {
    title: 'Sign-offs',
    text: `${given}, ${countOf(signOffRoles.length, 'role')} asked`,
    tone: isRejected ? 'stop' : totalCount === 0 ? 'wait' : 'calm',
  } as const
  return [
    rowOfStatements(
      words,
      nodes.map(({ statement }) => statement),
    ),
  ]
}

function rowOfDecision(decision: NonNullable<Provenance['decision']>): Part {
  return rowOfStatements({ title: 'Newest decision', text: 'signed and recorded', tone: 'calm' }, [
    decision.statement,
  ])
}

function rowOfStatements(
  words: Pick<Part, 'title' | 'text' | 'tone'>,
  statements: readonly RecordedStatement[],
): Part {
  const seqs = statements.flatMap(({ entry }) => entry?.seq ?? [])
  const span = { first: Math.min(...seqs), last: Math.max(...seqs) }
  const uncoveredCount = statements.filter(({ entry }) => entry?.isCovered === false).length
  return {
    ...words,
    shares: [],
    broken: [],
    moreCount: 0,
    evidence: undefined,
    statements: countText(statements.length),
    statement: statements.length === 1 ? statements[0]?.digest : undefined,
    entries: seqs.length === 0 ? 'none' : spanText(span),
    firstEntry: seqs.length === 0 ? undefined : span.first,
    toEvidence: WHOLE,
    toEntries: missing(statements.length - seqs.length),
    toCheckpoint: uncovered(uncoveredCount),
  }
}

function missing(count: number): Bond {
  return count === 0 ? WHOLE : { tone: 'stop', word: `${count} missing` }
}

function uncovered(count: number): Bond {
  return count === 0 ? WHOLE : { tone: 'wait', word: `${count} not covered yet` }
}

function countText(count: number): string {
  return count === 0 ? 'none' : String(count)
}

export function spanText({
  first,
  last,
}: {
  readonly first: number
  readonly last: number
}): string {
  return first === last ? `#${first}` : `#${first}–${last}`
}

/** As much of a text as fits; the whole of it stands in the title of its place. */
export function fitting(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\s,;:.]+$/u, '')}…`
}
