// R1: the document says that everything is complete, or ready, while items in it are still open.
import { ALSO_LIMIT_QUOTES } from './model.ts'
import type { OwedItem } from './owed.ts'
import { sectionsAround } from './place.ts'
import type { Outline, Passage } from './passages.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import { sharedStems, stemsOf } from './subject.ts'
import type { WholeVerdict } from './verdicts.ts'

const COMPLETE_ORDER: readonly OwedItem['kind'][] = [
  'demand',
  'before',
  'box',
  'action',
  'status',
  'next',
]
const READY_ORDER: readonly OwedItem['kind'][] = [
  'before',
  'demand',
  'box',
  'action',
  'status',
  'next',
]
/** Words by which a verdict points at the open items itself. */
const POINTS =
  /\b(?:below|following|listed|above|open (?:items|points)|limits?|limitations?|known (?:issues|limits|gaps)|conditions?|siehe|unten|folgende|genannten|ci-dessous|suivant|siguiente|abajo|aşağıda)/iu
const IMPERATIVE =
  /^\W*(?:\d+\W+)?(?:run|execute|perform|apply|migrate|finish|complete|validate|test|enable|rotate|fix|import|merge|deploy)\b/i

/** Verdicts that are held against open items, and open items that each is held against. */
const VERDICT_LIMIT = 300
const OPEN_LIMIT = 2_000

export const findOpenWork: FindContradictions = ({ outline, verdicts, owed }) => {
  const open = owed.filter(
    ({ kind, passage, isPart }) => !isPart && (kind !== 'next' || IMPERATIVE.test(stepOf(passage))),
  )
  if (open.length === 0) return []
  const forComplete = inOrder(open, COMPLETE_ORDER)
  const forReady = inOrder(open, READY_ORDER)
  const scopes = new Scopes(outline)
  return verdicts.slice(0, VERDICT_LIMIT).flatMap((verdict) => {
    const isReady = verdict.kind === 'ready' || verdict.kind === 'approved'
    const against = openAgainst(scopes, verdict, isReady ? forReady : forComplete)
    if (against.length === 0) return []
    const count = against.length < OPEN_LIMIT ? against.length : `${OPEN_LIMIT} or more`
    return [
      findingOf({
        rule: 'R1',
        level: verdict.isQualified ? 'note' : 'error',
        verdict: 'CONTRADICTED',
        claim: verdict.passage,
        against: quotedFirst(outline, against.slice(0, ALSO_LIMIT_QUOTES + 1)),
        message: `${saying(verdict)}, and ${count} ${count === 1 ? 'item is' : 'items are'} open in the same document`,
      }),
    ]
  })
}

function inOrder(open: readonly OwedItem[], order: readonly OwedItem['kind'][]): OwedItem[] {
  return [...open]
    .sort(
      (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || a.passage.index - b.passage.index,
    )
    .slice(0, OPEN_LIMIT)
}

/** Without the label "Next step:" before it. */
function stepOf({ kind, value, text }: Passage): string {
  return kind === 'item' ? text : (value ?? text)
}

function saying({ kind }: WholeVerdict): string {
  if (kind === 'complete') return 'Everything is said to be complete'
  if (kind === 'score') return 'The full score is claimed'
  return kind === 'approved' ? 'The launch is said to be approved' : 'It is said to be ready'
}

function openAgainst(
  scopes: Scopes,
  { passage, isQualified }: WholeVerdict,
  open: readonly OwedItem[],
): OwedItem[] {
  const { text } = passage
  if (isQualified && POINTS.test(text)) return []
  const named = stemsOf(text)
  const ours = scopes.of(passage)
  return open.filter((item) => {
    if (item.passage === passage || scopes.isOther(ours, item.passage)) return false
    if (!isQualified) return true
    // What the verdict sets as its condition, it does not hide.
    if (sharedStems(named, item.stems).length > 0) return false
    return item.kind === 'demand' || item.kind === 'action' || item.isAmongLimits
  })
}

/** The heading of a list of steps before the launch is quoted ahead of its steps. */
function quotedFirst(outline: Outline, owed: readonly OwedItem[]): Passage[] {
  const [first] = owed
  const passages = owed.map(({ passage }) => passage)
  if (first?.kind !== 'before') return passages
  const section = outline.sections[first.passage.section]
  return section === undefined ? passages : [outline.passages[section.passage]!, ...passages]
}

const SCOPE =
  /\b(sprint|phase|milestone|iteration|release|version|quarter|wave|stage)\s+([\divx]+[\w.]*)/giu

type Scope = readonly [kind: string, id: string]

/** "All Sprint 12 tasks complete" says nothing of what stands under "Sprint 13". */
class Scopes {
  readonly #outline: Outline
  readonly #bySection = new Map<number, readonly Scope[]>()
  readonly #title: readonly Scope[]

  constructor(outline: Outline) {
    this.#outline = outline
    this.#title = scopesOf(outline.sections.find(({ level }) => level === 1)?.title ?? '')
  }

  of(claim: Passage): readonly Scope[] {
    return [...scopesOf(claim.text), ...this.#title]
  }

  isOther(ours: readonly Scope[], item: Passage): boolean {
    const theirs = this.#around(item)
    return theirs.some(
      ([kind, id]) =>
        ours.some(([own]) => own === kind) &&
        !ours.some(([own, its]) => own === kind && its === id),
    )
  }

  #around(item: Passage): readonly Scope[] {
    const known = this.#bySection.get(item.section)
    if (known !== undefined) return known
    const titles = sectionsAround(this.#outline, item).filter(({ level }) => level > 1)
    const scopes = titles.flatMap(({ title }) => scopesOf(title))
    this.#bySection.set(item.section, scopes)
    return scopes
  }
}

function scopesOf(text: string): Scope[] {
  return [...text.matchAll(SCOPE)].map(
    ([, kind, id]) => [kind!.toLowerCase(), id!.toLowerCase()] as const,
  )
}
