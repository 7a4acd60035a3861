// Sentences that speak for the whole document: all work complete, ready for production, full score, approved.
import { isForWhole } from './place.ts'
import type { Outline, Passage } from './passages.ts'
import type { Mark } from './language.ts'

export interface WholeVerdict {
  readonly passage: Passage
  readonly kind: 'complete' | 'ready' | 'score' | 'approved'
  /** "pending", "except", "once …": the sentence takes itself back in part. */
  readonly isQualified: boolean
}

/** Words that may stand between "all" and "tasks" without narrowing what is meant. */
const UNNARROWED =
  /^(?:the|of|our|planned|required|remaining|scoped|phase|sprint|iteration|release|[ivx]+|\d+|las|los|les|die|der|das)$/
const NARROWER = /^(?:and|or|und|et|y|ve|for|from|of|within|on|für|von|pour|para|de|des|du)$/
const LAUNCH = /^(?:production|launch|release|deployment|go|live|produktion|producción)$/

export function findVerdicts(outline: Outline): WholeVerdict[] {
  const found: WholeVerdict[] = []
  for (const passage of outline.passages) {
    const kind = verdictKindOf(outline, passage)
    if (kind === undefined) continue
    if (isTakenBack(passage)) continue
    found.push({ passage, kind, isQualified: passage.tags.has('condition') })
  }
  return found
}

/** Negated, future or merely expected sentences claim nothing. */
function isTakenBack({ tags, glyph, text }: Passage): boolean {
  if (glyph === 'both' || glyph === 'open' || text.endsWith('?')) return true
  return tags.has('negation') || tags.has('negative') || tags.has('future') || tags.has('expected')
}

function verdictKindOf(outline: Outline, passage: Passage): WholeVerdict['kind'] | undefined {
  if (passage.kind === 'row' && !isOverallRow(passage)) return undefined
  if (!isWholePlace(outline, passage)) return undefined
  if (saysAllComplete(passage) || saysEverythingDone(passage)) return 'complete'
  if (passage.tags.has('ready') && speaksOfWhole(passage)) return 'ready'
  if (isFullScore(passage)) return 'score'
  const isLaunch = passage.label !== undefined && passage.label.split(/\s+/).some(isLaunchWord)
  return passage.tags.has('approve') && isLaunch && isShort(passage.value ?? '')
    ? 'approved'
    : undefined
}

function isWholePlace(outline: Outline, passage: Passage): boolean {
  if (passage.parent !== undefined && passage.kind !== 'item') return false
  if (isForWhole(outline, passage)) return true
  const section = outline.sections[passage.section]
  return passage.kind === 'heading' && section !== undefined && section.level <= 2
    ? !section.tags.has('headLater') && !section.tags.has('headGuide')
    : false
}

function isOverallRow({ cells }: Passage): boolean {
  return /^(?:overall|total|gesamt|global|general|genel)\b/i.test(cells?.[0] ?? '')
}

function isLaunchWord(word: string): boolean {
  return LAUNCH.test(word.toLowerCase())
}

function isShort(text: string): boolean {
  return text.split(/\s+/).length <= 6
}

/** all … tasks … complete, in this order and close together, of nothing narrower than the document. */
function saysAllComplete({ marks, words }: Passage): boolean {
  for (const whole of marks) {
    if (whole.tag !== 'whole') continue
    const work = nextMark(marks, 'work', whole.at + whole.length, 5)
    if (work === undefined) continue
    if (!words.slice(whole.at + whole.length, work.at).every((word) => UNNARROWED.test(word)))
      continue
    const complete = nextMark(marks, 'complete', work.at + work.length, 4)
    if (complete === undefined) continue
    if (words.slice(work.at + work.length, complete.at).some((word) => NARROWER.test(word)))
      continue
    const after = words.slice(complete.at + complete.length)
    if (after.length === 0 || !NARROWER.test(after[0]!) || after.some(isLaunchWord)) return true
  }
  return false
}

const BEFORE_IT = '(?:(?:(?:overall |gesamt)?status|overall|summary|stand|fazit) )?'
const LINK =
  '(?: (?:is|are|was|ist|sind|wurde|est|now|jetzt|zu|à|fully|completely|vollständig|100%?))*'
const DONE =
  '(?:complete|completed|done|finished|delivered|abgeschlossen|erledigt|fertig|fertiggestellt|terminé)'
const AND_READY = '(?: (?:and|und|et) (?:production )?(?:ready|einsatzbereit|prêt)(?: .*)?)?$'
const EVERYTHING_DONE = new RegExp(
  `^${BEFORE_IT}(?:everything|alles|tout)${LINK} ${DONE}${AND_READY}`,
  'u',
)
const HUNDRED_DONE = new RegExp(
  `^${BEFORE_IT}(?:(?:(?:the|our|this|das|die|unser|dieses|le) )?(?:project|platform|release|system|product|service|application|work|projekt|plattform|produkt|anwendung|dienst|projet|we|wir|everything|alles))?${LINK} ?100%?(?: zu)? ${DONE}${AND_READY}`,
  'u',
)

/** "Everything is done", "100 % complete" of nothing narrower than the document, and nothing else in the sentence. */
function saysEverythingDone({ words, text }: Passage): boolean {
  const sentence = words.join(' ')
  if (EVERYTHING_DONE.test(sentence)) return true
  return /(?<![\d.,])100\s?%/.test(text) && HUNDRED_DONE.test(sentence)
}

function nextMark(
  marks: readonly Mark[],
  tag: Mark['tag'],
  from: number,
  within: number,
): Mark | undefined {
  let best: Mark | undefined
  for (const mark of marks) {
    if (mark.tag !== tag || mark.at < from || mark.at > from + within) continue
    if (best === undefined || mark.length > best.length) best = mark
  }
  return best
}

/** "Ready for production" with nothing, a status label or the whole product before it; not one of its parts. */
function speaksOfWhole(passage: Passage): boolean {
  const ready = passage.marks.find(({ tag }) => tag === 'ready')!
  const before = passage.words.slice(0, ready.at)
  if (before.length === 0) return true
  const isNamed = (tag: Mark['tag']): boolean =>
    passage.marks.some((mark) => mark.tag === tag && mark.at < ready.at)
  if (before.length <= 5 && passage.label !== undefined) {
    if (isNamed('status') || isNamed('headWhole') || isNamed('complete')) return true
  }
  return isNamed('product') && before.length <= 12
}

/** 10/10, or 100 %, of readiness or overall. */
function isFullScore(passage: Passage): boolean {
  if (!/readiness|overall|bereitschaft|préparation|preparación|hazırlık/i.test(passage.text))
    return false
  const scores = [...passage.text.matchAll(/(\d{1,4}(?:\.\d{1,2})?)\s?\/\s?(\d{1,4})(?![\d/])/g)]
  const last = scores.at(-1)
  if (last === undefined) return /\b100\s?%\s*$/.test(passage.text)
  // "10/10 questions answered" counts something else.
  const after = passage.text.slice(last.index + last[0].length)
  return last[1] === last[2] && (passage.kind === 'row' || !/^\W*\p{Ll}/u.test(after))
}
