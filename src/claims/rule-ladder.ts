// R2 and R5: an item is ticked, or said to be tested, while its own status or a later step says less.
import type { Closure } from './closures.ts'
import { isPaper } from './closures.ts'
import { isLowStatus } from './ladder.ts'
import type { OwedItem } from './owed.ts'
import type { Passage, Section } from './passages.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { environmentsOf, isWithin, sharedStems, VERIFY_STEM } from './subject.ts'

/** Open items that are held against closures, and closures looked at per stem. */
const OWED_LIMIT = 400
const CLOSURES_PER_STEM_LIMIT = 200

/** A step that comes round again says nothing against the last time. */
const AGAIN =
  /\b(?:again|next|re-?run|repeat|monthly|quarterly|weekly|daily|regular|continue|keep|another|additional|second|further|erneut|nächste[rns]?|wieder|prochain|suivant|próxim[oa]|otra vez|tekrar)\b/iu
/** Stems that name an event so plainly that they may stand alone. */
const LONE_EVENTS = new Set(['merg', 'migrat', 'restor', 'rotat'])

interface Against {
  readonly passage: Passage
  readonly isEvent: boolean
  /** Lower is quoted first. */
  readonly rank: number
}

export const findLadderGaps: FindContradictions = (scene) => {
  const found = new Map<Closure, Against[]>()
  const add = (closure: Closure, against: Against): void => {
    const known = found.get(closure)
    if (known === undefined) found.set(closure, [against])
    else known.push(against)
  }
  const ticked = new Map<number, Closure>()
  for (const closure of scene.closures) {
    if (closure.section === undefined || ticked.has(closure.section.index)) continue
    ticked.set(closure.section.index, closure)
    for (const against of ownGaps(scene, closure, closure.section)) add(closure, against)
  }
  for (const closure of scene.closures) {
    for (const against of saidTested(scene, closure, ticked)) add(closure, against)
  }
  matchElsewhere(scene, add)
  return [...found]
    .sort(([a], [b]) => a.passage.index - b.passage.index)
    .map(([closure, against]) => gapFinding(closure, against))
}

function gapFinding(closure: Closure, against: readonly Against[]) {
  const isEvent = against.some((each) => each.isEvent)
  const ordered = [...against].sort(
    (a, b) =>
      Number(b.isEvent) - Number(a.isEvent) || a.rank - b.rank || a.passage.index - b.passage.index,
  )
  return findingOf({
    rule: isEvent ? 'R5' : 'R2',
    verdict: isEvent ? 'CONTRADICTED' : 'OVERSTATED',
    claim: closure.passage,
    against: [...new Set(ordered.map(({ passage }) => passage))],
    message: isEvent
      ? `“${closure.title}” is said to be done, and the document still lists it as a step to come`
      : `“${closure.title}” is marked done, and the document says elsewhere that less was reached`,
  })
}

/** What the section of a ticked heading or closed risk says of itself. */
function ownGaps(scene: Scene, closure: Closure, section: Section): Against[] {
  if (isPaper(closure.title)) return []
  const { passages } = scene.outline
  const gaps: Against[] = []
  for (const item of owedBetween(scene, section)) {
    if (item.passage === closure.passage) continue
    if (item.kind === 'next') {
      const isSame = sharedStems(item.stems, closure.stems).length > 0
      const isEvent = item.stems.has(VERIFY_STEM) && closure.stems.has(VERIFY_STEM)
      if (isSame && !AGAIN.test(item.passage.text))
        gaps.push({ passage: item.passage, isEvent, rank: 1 })
    } else gaps.push({ passage: item.passage, isEvent: false, rank: 1 })
  }
  for (let at = section.passage + 1; at < section.end; at++) {
    const passage = passages[at]!
    if (passage !== closure.passage && passage.section === section.index && isLow(passage))
      gaps.push({ passage, isEvent: false, rank: 0 })
  }
  return gaps
}

function isLow(passage: Passage): boolean {
  const { label, value, tags, marks, kind, glyph } = passage
  if (label === undefined || value === undefined || kind === 'row' || glyph === 'done') return false
  if (
    !/^(?:current |overall )?(?:status|state|stand|zustand|statut|état|estado|durum)$/i.test(
      label.trim(),
    )
  )
    return false
  return isLowStatus(value, marks) || tags.has('open') || /\b(?:deferred|postponed)\b/i.test(value)
}

/** "Proven" in the section of a ticked item whose own status is lower. */
function saidTested(
  { outline }: Scene,
  closure: Closure,
  ticked: ReadonlyMap<number, Closure>,
): Against[] {
  if (closure.section !== undefined || !closure.isVerified) return []
  const section = outline.sections[closure.passage.section]
  if (section === undefined || !ticked.has(section.index) || closure.passage.kind === 'row')
    return []
  const gaps: Against[] = []
  for (let at = section.passage + 1; at < section.end; at++) {
    const passage = outline.passages[at]!
    if (passage.section === section.index && passage !== closure.passage && isLow(passage))
      gaps.push({ passage, isEvent: true, rank: 0 })
  }
  return gaps
}

function owedBetween(scene: Scene, section: Section): OwedItem[] {
  const { owed } = scene
  let low = 0
  let high = owed.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (owed[middle]!.passage.index <= section.passage) low = middle + 1
    else high = middle
  }
  const found: OwedItem[] = []
  for (let at = low; at < owed.length && owed[at]!.passage.index < section.end; at++) {
    if (found.length >= OWED_LIMIT) break
    found.push(owed[at]!)
  }
  return found
}

function matchElsewhere(scene: Scene, add: (closure: Closure, against: Against) => void): void {
  const hasVerdict = scene.verdicts.some(({ isQualified }) => !isQualified)
  const byStem = new Map<string, Closure[]>()
  for (const closure of scene.closures) {
    for (const stem of closure.stems) {
      const known = byStem.get(stem)
      if (known === undefined) byStem.set(stem, [closure])
      else if (known.length < CLOSURES_PER_STEM_LIMIT) known.push(closure)
    }
  }
  const steps = scene.owed.filter(
    ({ kind, passage }) => kind !== 'status' && !AGAIN.test(passage.text),
  )
  for (const item of steps.slice(0, OWED_LIMIT)) {
    const near = new Set([...item.stems].flatMap((stem) => byStem.get(stem) ?? []))
    for (const closure of near) {
      if (isSameEvent(closure, item, hasVerdict))
        add(closure, {
          passage: item.passage,
          isEvent: item.stems.has(VERIFY_STEM),
          rank: 2,
        })
    }
  }
}

function isSameEvent(closure: Closure, item: OwedItem, hasVerdict: boolean): boolean {
  const { section, passage } = closure
  if (passage === item.passage || closure.isFile) return false
  // Its own section was looked at already.
  if (
    section !== undefined &&
    item.passage.index > section.passage &&
    item.passage.index < section.end
  )
    return false
  const isVerify = item.stems.has(VERIFY_STEM)
  if (!hasVerdict && !isVerify) return false
  if (isVerify && !closure.isVerified) return false
  // "Ready" and "documented" claim no more than they say.
  if (
    !isVerify &&
    (passage.words.includes('ready') || passage.tags.has('level1') || passage.tags.has('level5'))
  )
    return false
  if (item.stems.size < 2 && ![...item.stems].some((stem) => LONE_EVENTS.has(stem))) return false
  const all = new Set([...closure.stems, ...closure.context])
  if (!isWithin(item.stems, all)) return false
  const own = sharedStems(item.stems, closure.stems).filter((stem) => stem !== VERIFY_STEM)
  if (
    own.length === 0 &&
    !sharedStems(item.stems, closure.context).some((stem) => stem !== VERIFY_STEM)
  )
    return false
  if (own.length === 0 && !closure.stems.has(VERIFY_STEM)) return false
  return isSamePlace(closure, item, hasVerdict)
}

/** Tested in staging and still to be tested in production are two events, unless the report declares itself ready. */
function isSamePlace(closure: Closure, item: OwedItem, hasVerdict: boolean): boolean {
  const theirs = environmentsOf(item.passage.words)
  const ours = environmentsOf(closure.passage.words)
  const isMore = [...theirs].some((name) => !ours.has(name))
  return !isMore || (hasVerdict && ours.size === 0)
}
