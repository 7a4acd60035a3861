// R10: something reported as done on a day after the report's own date, or an approval without a day.
import { datesIn, isWholeDate } from './dates.ts'
import { wordsOf } from './language.ts'
import type { Mark } from './language.ts'
import type { WordTag } from './vocabulary.ts'
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { isSetApart } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'

/** Dates that are meant to lie ahead. */
const AHEAD =
  /\b(?:until|expires?|expiry|valid|due|next|by|before|deadline|review|scheduled|planned|retain(?:ed)?|support(?:ed)?|end of life|eol|updated|bis|gültig|fällig|nächste|jusqu|prochain|hasta|próxim|kadar|sonraki)\b/iu

export const findDateFaults: FindContradictions = (scene) => [
  ...laterThanReport(scene),
  ...approvalWithoutDay(scene),
]

function laterThanReport({ outline, lexicon, reportDate }: Scene): ClaimFinding[] {
  if (reportDate === undefined || !isWholeDate(reportDate.value)) return []
  return outline.passages.flatMap((passage) => {
    if (passage === reportDate.passage || !saysDone(passage)) return []
    if (AHEAD.test(passage.text) || isSetApart(outline, passage)) return []
    const late = clausesOf(passage.text)
      .filter((clause) => saysEvent(lexicon.marksOf(wordsOf(clause))))
      .flatMap((clause) => datesIn(clause, lexicon))
      .find((date) => isWholeDate(date) && date > reportDate.value)
    if (late === undefined) return []
    return [
      findingOf({
        rule: 'R10',
        verdict: 'CONTRADICTED',
        claim: passage,
        against: [reportDate.passage],
        message: `It is said to have happened on ${late}, after the report’s date ${reportDate.value}`,
      }),
    ]
  })
}

function saysDone({ tags, glyph, box, kind }: Passage): boolean {
  if (tags.has('future') || tags.has('condition') || tags.has('negation') || tags.has('open'))
    return false
  if (glyph === 'open' || glyph === 'both' || box === 'open' || kind === 'heading') return false
  return true
}

const EVENTS: ReadonlySet<WordTag> = new Set([
  'complete',
  'level3',
  'level4',
  'level5',
  'level6',
  'approve',
])

function saysEvent(marks: readonly Mark[]): boolean {
  return marks.some(({ tag }) => EVENTS.has(tag))
}

/** The date and the event must stand in one clause; a comma before a year, as in "October 7, 2025", parts none. */
function clausesOf(text: string): string[] {
  return text.split(/[;()|]|,(?!\s*(?:19|20)\d{2}\b)/)
}

/** A note: an approval whose only date names a month. */
function approvalWithoutDay({ outline, lexicon, verdicts, reportDate }: Scene): ClaimFinding[] {
  if (reportDate === undefined || isWholeDate(reportDate.value)) return []
  const approval = verdicts.find(
    ({ kind, passage }) => kind === 'approved' || passage.tags.has('approve'),
  )
  if (approval === undefined) return []
  const dated = outline.passages.filter(
    ({ label, value }) => label !== undefined && datesIn(value ?? '', lexicon).length > 0,
  )
  const isWhole = dated.some(({ value }) => datesIn(value ?? '', lexicon).some(isWholeDate))
  if (isWhole) return []
  return [
    findingOf({
      rule: 'R10',
      level: 'note',
      verdict: 'UNSUPPORTED',
      claim: approval.passage,
      against: dated,
      message: 'The approval has no day: the only dates of the document name a month',
    }),
  ]
}
