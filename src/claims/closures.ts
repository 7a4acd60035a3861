// What the document says is done: ticked items, rows and headings, risks declared closed, and sentences that say "tested".
import { levelOf } from './ladder.ts'
import type { LadderLevel } from './model.ts'
import { isSetApart, isUnder, sectionsAround, titleOf } from './place.ts'
import type { Outline, Passage, Section } from './passages.ts'
import type { WholeVerdict } from './verdicts.ts'
import { filesIn, stemsOf, VERIFY_STEM } from './subject.ts'

export interface Closure {
  /** What is quoted as the claim. */
  readonly passage: Passage
  /** The section that the closure is about; unset for items, rows and sentences. */
  readonly section?: Section
  readonly title: string
  readonly stems: ReadonlySet<string>
  /** What its headings and its label add. */
  readonly context: ReadonlySet<string>
  readonly level: LadderLevel | null
  /** Names a file: it claims that the file exists, no more. */
  readonly isFile: boolean
  /** Says that something was tested, drilled or proven. */
  readonly isVerified: boolean
}

/** Headings of documents: documenting is all that their tick claims. */
const PAPER =
  /\b(?:docs?|documents?|documentation|document|runbooks?|guides?|readme|specs?|specification|design|adr|policy|policies|plans?|dokumentation|anleitung|handbuch|guide|documentación|guía|dokümantasyon)\b/iu

export function findClosures(outline: Outline, verdicts: readonly WholeVerdict[]): Closure[] {
  const whole = new Set(verdicts.map(({ passage }) => passage))
  const closed = new Map<number, Closure>()
  const titles = new Titles(outline)
  for (const passage of outline.passages) {
    // What speaks for the whole document is the business of R1.
    if (whole.has(passage)) continue
    if (passage.tags.has('future') && passage.glyph !== 'done') continue
    const closure = closureOf(outline, titles, passage)
    if (closure !== undefined) closed.set(passage.index, closure)
  }
  return [...closed.values()]
}

export function isPaper(title: string): boolean {
  return PAPER.test(title)
}

/** What the headings around a passage are about, found once per section. */
class Titles {
  readonly #outline: Outline
  readonly #bySection = new Map<number, ReadonlySet<string>>()

  constructor(outline: Outline) {
    this.#outline = outline
  }

  of(passage: Passage): ReadonlySet<string> {
    const known = this.#bySection.get(passage.section)
    if (known !== undefined) return known
    const path = sectionsAround(this.#outline, passage).map(({ title }) => title)
    const stems = stemsOf(path.join(' '))
    this.#bySection.set(passage.section, stems)
    return stems
  }
}

function closureOf(outline: Outline, titles: Titles, passage: Passage): Closure | undefined {
  if (passage.glyph === 'both' || passage.glyph === 'open' || passage.box === 'open')
    return undefined
  if (isSetApart(outline, passage) && passage.kind !== 'heading') return undefined
  if (isRequiredTick(passage)) return undefined
  const section = passage.section < 0 ? undefined : outline.sections[passage.section]!
  if (passage.kind === 'heading')
    return passage.glyph === 'done' && section !== undefined && section.level > 1
      ? makeClosure(outline, titles, passage, titleOf(passage), section)
      : undefined
  if (
    isResolution(passage) &&
    section !== undefined &&
    section.level > 1 &&
    !isUnder(outline, passage, 'headRisks')
  )
    return makeClosure(outline, titles, passage, section.title, section)
  const isTicked = passage.box === 'done' || (passage.glyph === 'done' && passage.isLead)
  if (isTicked && isTickColumn(passage))
    return makeClosure(outline, titles, passage, titleOf(passage))
  return saysVerified(outline, passage)
    ? makeClosure(outline, titles, passage, titleOf(passage))
    : undefined
}

function makeClosure(
  outline: Outline,
  titles: Titles,
  passage: Passage,
  title: string,
  section?: Section,
): Closure {
  const parent = passage.parent === undefined ? '' : outline.passages[passage.parent]!.text
  const stems = stemsOf(title)
  const [file] = filesIn(title)
  const isFile = file !== undefined && title.replaceAll('`', '').trimStart().startsWith(file)
  return {
    passage,
    ...(section === undefined ? {} : { section }),
    title,
    stems,
    context:
      parent === '' ? titles.of(passage) : new Set([...titles.of(passage), ...stemsOf(parent)]),
    level: levelOf(passage.marks),
    isVerified: !isFile && (passage.tags.has('level6') || isTestItself(passage, title, stems)),
    isFile,
  }
}

/** What tests are made of: having it is not having run it. */
const MEANS =
  /\b(?:scripts?|suites?|cases?|plans?|schedules?|templates?|workflows?|automation|harness|framework|environments?|data|fixtures?|tooling)\b/i

function isTestItself({ tags }: Passage, title: string, stems: ReadonlySet<string>): boolean {
  if (!stems.has(VERIFY_STEM) || MEANS.test(title)) return false
  return !tags.has('level0') && !tags.has('level1') && !tags.has('level2')
}

/** `Resolution: ✅ CLOSED`: the status line of a risk or finding. */
function isResolution(passage: Passage): boolean {
  const { label, value, tags } = passage
  if (label === undefined || value === undefined || passage.kind === 'row') return false
  if (
    !/^(?:resolution|status|state|lösung|stand|résolution|statut|resolución|estado|durum|sonuç)$/i.test(
      label.trim(),
    )
  )
    return false
  if (!tags.has('complete') || tags.has('open') || tags.has('negation') || tags.has('condition'))
    return false
  return (
    value.split(/\s+/).length <= 4 &&
    /clos|resolv|geschlossen|behoben|clos|résolu|cerrad|resuelt|kapat|çözül/i.test(value)
  )
}

/** Ticks of a column that says what is required, planned or was before are no claims. */
function isRequiredTick({ cells, header }: Passage): boolean {
  if (cells === undefined || header === undefined) return false
  const ticked = cells.findIndex((cell) => /[✅☑✔✓]/u.test(cell))
  return (
    ticked >= 0 &&
    /\b(?:required?|mandatory|target|goal|planned|before|pre-?\w*|original|baseline|previous|erforderlich|ziel|vorher|requis|cible|avant|requerido|objetivo|antes|gerekli|hedef|önce)\b/iu.test(
      header[ticked] ?? '',
    )
  )
}

/** In a table the tick stands in a column about the state of the row, and no other column holds one. */
function isTickColumn({ cells, header }: Passage): boolean {
  if (cells === undefined || header === undefined) return true
  const ticked = cells.flatMap((cell, index) => (/[✅☑✔✓]/u.test(cell) ? [index] : []))
  return ticked.length === 1
}

function saysVerified(outline: Outline, passage: Passage): boolean {
  const { marks, tags, value, label, kind, text, parent } = passage
  // What stands below an item describes how it works.
  if (parent !== undefined && outline.passages[parent]!.kind === 'item') return false
  if (kind === 'heading' || kind === 'row' || text.endsWith('?')) return false
  if (tags.has('negation') || tags.has('condition') || tags.has('expected') || tags.has('open'))
    return false
  const isSaid = marks.some(({ tag }) => tag === 'level6')
  return (
    isSaid &&
    /\b(?:proven|proved|tested|drilled|verified|validated|rehearsed|getestet|nachgewiesen|testé|éprouvé|probado|comprobado|test edildi|kanıtlandı)\b/iu.test(
      label === undefined ? text : (value ?? text),
    )
  )
}
