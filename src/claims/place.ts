// Where a passage stands: the sections around it, what their headings are for, and how a place is quoted.
import { harmlessLine } from '../kernel/index.ts'
import type { Outline, Passage, Section } from './passages.ts'
import { QUOTE_LIMIT_CHARACTERS } from './model.ts'
import type { Quote } from './model.ts'
import type { WordTag } from './vocabulary.ts'

/** Deepest path of headings; markdown has six levels. */
const PATH_LIMIT = 6

/** The sections around a passage, innermost first. */
export function sectionsAround(outline: Outline, passage: Passage): Section[] {
  const path: Section[] = []
  for (let at = passage.section; at >= 0 && path.length < PATH_LIMIT;) {
    const section = outline.sections[at]!
    path.push(section)
    at = section.parent
  }
  return path
}

export function isUnder(outline: Outline, passage: Passage, ...tags: readonly WordTag[]): boolean {
  const around = outline.sections[passage.section]?.around
  return around !== undefined && tags.some((tag) => around.has(tag))
}

/** Work that the report sets apart, tells of the past or only explains; nothing there is owed or claimed. */
export function isSetApart(outline: Outline, passage: Passage): boolean {
  return isUnder(outline, passage, 'headLater', 'headPast', 'headGuide')
}

/** Speaks for the whole document: above all headings, under its title, or under one such as Summary or Verdict. */
export function isForWhole(outline: Outline, passage: Passage): boolean {
  if (isSetApart(outline, passage) || isUnder(outline, passage, 'headRisks', 'headLimits'))
    return false
  const section = outline.sections[passage.section]
  if (section === undefined || section.level === 1) return true
  return section.tags.has('headWhole') && !/^\W*\d+[.)]/.test(section.title)
}

export function quoteOf(passage: Pick<Passage, 'line' | 'text'>): Quote {
  const text = harmlessLine(passage.text)
  return {
    line: passage.line,
    text:
      text.length > QUOTE_LIMIT_CHARACTERS ? `${text.slice(0, QUOTE_LIMIT_CHARACTERS - 1)}…` : text,
  }
}

/** Without status glyphs, numbering and what follows a dash: the subject of a ticked item or heading. */
export function titleOf(passage: Passage): string {
  return (passage.cells?.[0] ?? passage.text)
    .replace(/[✅☑✔✓⏳☐❌⬜🔄🚧🟢🟡🔴]\ufe0f?/gu, ' ')
    .replace(/^\s*\d+[.)]\s+/, '')
    .trim()
}
