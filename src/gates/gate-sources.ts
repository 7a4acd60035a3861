// Decides what of a document is taken for gates, and says what would help when nothing is.
import { readMarkdown } from '../document/index.ts'
import type { MarkdownDocument, ReadingText } from '../document/index.ts'
import type { GateSource } from '../verdict/index.ts'
import { isRunnableLanguage } from './binding.ts'
import { findCandidates } from './candidate.ts'
import type { Candidates } from './candidate.ts'
import { gatesFault } from './errors.ts'

/** Most gates one checklist may have; the same as a plan may. */
export const CHECKLIST_GATE_LIMIT = 10_000

/** Largest checklist that is imported, in bytes; the reader of documents alone takes more. */
export const CHECKLIST_SIZE_LIMIT_BYTES = 8 * 1024 * 1024

/** Most runnable code in fences that one import looks at, in UTF-16 units. */
export const CHECKLIST_CODE_LIMIT_UNITS = 2 * 1024 * 1024

const GATE_SOURCES: readonly GateSource[] = ['headings', 'ordered-steps']

/**
 * The sources that a comma-separated list names.
 * @throws GATES_SOURCE_UNKNOWN
 */
export function parseGateSources(list: string): readonly GateSource[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !GATE_SOURCES.some((source) => source === name))
  if (unknown !== undefined) {
    throw gatesFault(
      'GATES_SOURCE_UNKNOWN',
      `expected ${GATE_SOURCES.join(' or ')}, got ${JSON.stringify(unknown)}`,
    )
  }
  return GATE_SOURCES.filter((source) => names.includes(source))
}

/**
 * The document with everything as tasks that is to be gates.
 * @throws GATES_CHECKLIST_SIZE_EXCEEDED
 */
export function readGateDocument(
  reading: ReadingText,
  also: readonly GateSource[],
): MarkdownDocument {
  if (reading.bytes.length > CHECKLIST_SIZE_LIMIT_BYTES) {
    throw gatesFault(
      'GATES_CHECKLIST_SIZE_EXCEEDED',
      `expected a checklist of at most ${CHECKLIST_SIZE_LIMIT_BYTES} bytes, got ${reading.bytes.length}`,
    )
  }
  return readMarkdown(reading, {
    glyphBoxes: true,
    orderedSteps: also.includes('ordered-steps'),
    headings: also.includes('headings'),
  })
}

/** @throws GATES_CHECKLIST_GATELESS, GATES_CHECKLIST_GATES_EXCEEDED, GATES_CHECKLIST_SIZE_EXCEEDED */
export function candidatesOf(document: MarkdownDocument, also: readonly GateSource[]): Candidates {
  const count = countGates(document)
  if (count > CHECKLIST_GATE_LIMIT) {
    throw gatesFault(
      'GATES_CHECKLIST_GATES_EXCEEDED',
      `expected at most ${CHECKLIST_GATE_LIMIT} gates, found ${count}`,
    )
  }
  const codeLength = [document.outside, ...document.tasks]
    .flatMap(({ fences }) => fences)
    .reduce((sum, fence) => sum + (isRunnableLanguage(fence.language) ? fence.source.length : 0), 0)
  if (codeLength > CHECKLIST_CODE_LIMIT_UNITS) {
    throw gatesFault(
      'GATES_CHECKLIST_SIZE_EXCEEDED',
      `expected at most ${CHECKLIST_CODE_LIMIT_UNITS} characters of runnable code, got ${codeLength}`,
    )
  }
  const found = findCandidates(document)
  if (found.candidates.length > 0) return found
  throw gatesFault(
    'GATES_CHECKLIST_GATELESS',
    `expected at least one gate, found ${document.tasks.length === 0 ? 'neither a task item nor a table row with an id or status' : 'none that stands'}${reasonsOf(document, found, also)}`,
  )
}

function countGates(document: MarkdownDocument): number {
  return document.tasks.length + document.gateRows.length
}

/** What the document has instead of gates, as far as somebody may have meant it. */
function reasonsOf(
  document: MarkdownDocument,
  { struck }: Candidates,
  also: readonly GateSource[],
): string {
  const reasons: string[] = []
  const table = document.tables.find((candidate) => candidate.resemblesGates)
  if (table !== undefined) {
    reasons.push(
      `the table at line ${table.line} has commands, and needs an ID or Status column to hold gates`,
    )
  }
  if (struck.length > 0)
    reasons.push(`${struck.length} ${struck.length === 1 ? 'item is' : 'items are'} struck out`)
  const malformed = document.malformedBoxes.length
  if (malformed > 0) {
    const { line } = document.positionOf(document.malformedBoxes[0]!)
    reasons.push(
      `${malformed} ${malformed === 1 ? 'item begins' : 'items begin'} with brackets that are no box, first at line ${line}: write "- [ ] "`,
    )
  }
  for (const source of GATE_SOURCES) {
    if (also.includes(source)) continue
    const count = countGates(readGateDocument(document.reading, [source]))
    if (count > 0) reasons.push(`--gates ${source} would find ${count}`)
  }
  return reasons.map((reason) => `; ${reason}`).join('')
}
