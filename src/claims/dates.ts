// Dates in reports, only in forms that can be read one way: 2025-10-07, October 7, 2025, 7 October 2025, 7. Oktober 2025.
import { wordsOf } from './language.ts'
import type { Lexicon } from './language.ts'
import type { Outline, Passage } from './passages.ts'

export interface PlacedDate {
  readonly passage: Passage
  /** `2025-10-07`, or `2025-10` where the day is missing. */
  readonly value: string
}

const YEAR = /^(?:19|20)\d{2}$/
/** Only so many passages at the start are looked at for the report's own date. */
const HEAD_LIMIT_PASSAGES = 40
const DATE_LABEL =
  /^(?:report |release |completion |closure |audit closure )?(?:date|datum|fecha|tarih)$|^(?:berichtsdatum|date du rapport|rapor tarihi|stand)$/i

/** The dates of a text, whole ones before those without a day, each in the order they stand. */
export function datesIn(text: string, lexicon: Lexicon): string[] {
  if (!/\b(?:19|20)\d{2}\b/.test(text)) return []
  const iso = [...text.matchAll(/\b((?:19|20)\d{2})-(\d{2})-(\d{2})\b/g)].flatMap(
    ([, year, month, day]) => dateOf(Number(year), Number(month), Number(day)),
  )
  const words = wordsOf(text)
  const named = words.flatMap((word, at) => {
    const month = lexicon.months.get(word)
    if (month === undefined) return []
    const [before, after, later] = [words[at - 1] ?? '', words[at + 1] ?? '', words[at + 2] ?? '']
    const day = (value: string): number => Number(/^\d{1,2}/.exec(value)?.[0] ?? 0)
    if (YEAR.test(after))
      return /^\d{1,2}(?:st|nd|rd|th)?$/.test(before)
        ? dateOf(Number(after), month, day(before))
        : [`${after}-${two(month)}`]
    if (/^\d{1,2}(?:st|nd|rd|th)?$/.test(after) && YEAR.test(later))
      return dateOf(Number(later), month, day(after))
    // Spanish and French say "7 de octubre de 2025".
    if (after === 'de' && YEAR.test(later)) {
      const ahead = before === 'de' ? (words[at - 2] ?? '') : before
      return dateOf(Number(later), month, day(ahead))
    }
    return []
  })
  return [...iso, ...named]
}

export function reportDateOf(outline: Outline, lexicon: Lexicon): PlacedDate | undefined {
  for (const passage of outline.passages.slice(0, HEAD_LIMIT_PASSAGES)) {
    if (passage.label === undefined || !DATE_LABEL.test(passage.label.trim())) continue
    const [value] = datesIn(passage.value ?? '', lexicon)
    if (value !== undefined) return { passage, value }
  }
  return undefined
}

export function isWholeDate(value: string): boolean {
  return value.length === 10
}

function dateOf(year: number, month: number, day: number): string[] {
  if (month < 1 || month > 12 || day < 1 || day > 31) return []
  return [`${year}-${two(month)}-${two(day)}`]
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
