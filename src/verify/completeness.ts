// Whether all entries about one subject are there: each says how many of its subject came before it.
import type { EntryBody } from '../proof/index.ts'
import { quoteName } from './inspection.ts'
import type { Inspection } from './inspection.ts'

/** An entry as far as it is counted. */
interface NumberedEntry {
  readonly seq: number
  readonly body: Pick<EntryBody, 'subject' | 'subjectSeq'>
}

/** How far the entries about one subject are shown to be all there. */
export interface Completeness {
  readonly subject: string
  /** Entries about it in the bundle, up to `untilSeq`. */
  readonly count: number
  /** No entry about the subject up to this position is left out; -1 when no entry shown says how many there are. */
  readonly untilSeq: number
  /** True when every position from there to the checkpoint is shown, and holds something else. */
  readonly isUntilCheckpoint: boolean
}

/**
 * Counts the entries about a subject against the numbers that they carry. Entries of versions that numbered nothing carry
 * none, and are counted by those after them.
 * @param size entries of the ledger that the checkpoint names
 */
export function inspectCompleteness(
  inspection: Inspection,
  entries: readonly NumberedEntry[],
  subject: string,
  size: number,
): Completeness {
  let expected = 0
  let count = 0
  let untilSeq = -1
  for (const { seq, body } of entries) {
    if (body.subject !== subject) continue
    const said = body.subjectSeq
    if (said !== undefined) {
      checkNumber(inspection, { seq, subject, said, expected })
      expected = said
      count = expected + 1
      untilSeq = seq
    }
    expected++
  }
  const shownAfter = entries.filter(({ seq }) => seq > untilSeq).length
  return { subject, count, untilSeq, isUntilCheckpoint: shownAfter === size - 1 - untilSeq }
}

/** True when every entry about the subject before this position is in the bundle. */
export function isCompleteBefore(completeness: Completeness, seq: number): boolean {
  return completeness.untilSeq >= seq
}

interface CountedEntry {
  readonly seq: number
  readonly subject: string
  /** What the entry says. */
  readonly said: number
  /** What the bundle shows. */
  readonly expected: number
}

function checkNumber(inspection: Inspection, entry: CountedEntry): void {
  const { seq, subject, said, expected } = entry
  if (said === expected) return
  const text = `entry ${seq} says that ${said} entries about ${quoteName(subject)} came before it, the bundle shows ${expected}`
  inspection.find(
    said > expected ? 'VERIFY_ENTRIES_LEFT_OUT' : 'VERIFY_ENTRY_NUMBER_REPEATED',
    text,
    'entries.json',
  )
}
