// Everything the rules look at, found once: outline, verdicts, what is owed, what is said to be done, the report's date.
import { readFrontMatter } from '../document/index.ts'
import type { ReadingText } from '../document/index.ts'
import { reportSubjectOf } from './about.ts'
import type { ReportSubject } from './about.ts'
import { claimsFault } from './errors.ts'
import { findClosures } from './closures.ts'
import type { Closure } from './closures.ts'
import { reportDateOf } from './dates.ts'
import type { PlacedDate } from './dates.ts'
import { makeLexicon } from './language.ts'
import type { Lexicon } from './language.ts'
import { findOwed } from './owed.ts'
import type { OwedItem } from './owed.ts'
import { readOutline } from './passages.ts'
import type { Outline } from './passages.ts'
import { findVerdicts } from './verdicts.ts'
import type { WholeVerdict } from './verdicts.ts'

export interface Scene {
  readonly outline: Outline
  readonly lexicon: Lexicon
  readonly verdicts: readonly WholeVerdict[]
  readonly owed: readonly OwedItem[]
  readonly closures: readonly Closure[]
  /** Which release the report says that it is about. */
  readonly about: ReportSubject
  readonly reportDate?: PlacedDate
  /** Set when the scene is another document than the report: its name. */
  readonly document?: string
  readonly lineCount: number
}

/** Largest report or checklist that is audited, in bytes: as much as an import takes (docs/decisions/0011). */
export const SCENE_LIMIT_BYTES = 8 * 1024 * 1024

/** @throws CLAIMS_REPORT_SIZE_EXCEEDED */
export function refuseLargeScene(sizeBytes: number): void {
  if (sizeBytes <= SCENE_LIMIT_BYTES) return
  throw claimsFault(
    'CLAIMS_REPORT_SIZE_EXCEEDED',
    `expected a document of at most ${SCENE_LIMIT_BYTES} bytes, got ${sizeBytes}`,
  )
}

/** @throws DOCUMENT_NESTING_EXCEEDED, CLAIMS_REPORT_SIZE_EXCEEDED */
export function readScene(reading: ReadingText, document?: string): Scene {
  refuseLargeScene(reading.bytes.length)
  const lexicon = makeLexicon(reading.text)
  const front = readFrontMatter(reading.text)
  const start = { offset: front?.end ?? 0, line: front?.nextLine ?? 1 }
  const outline = readOutline(reading, start, lexicon)
  const reportDate = reportDateOf(outline, lexicon)
  const verdicts = findVerdicts(outline)
  return {
    outline,
    lexicon,
    verdicts,
    owed: findOwed(outline),
    closures: findClosures(outline, verdicts),
    about: reportSubjectOf(outline, front?.entries ?? {}),
    ...(reportDate === undefined ? {} : { reportDate }),
    ...(document === undefined ? {} : { document }),
    lineCount: reading.text.split('\n').length,
  }
}
