// R11: one item with two statuses, in a box, a status line or a table.
import type { ClaimFinding } from './model.ts'
import type { Passage } from './passages.ts'
import { isForWhole, isSetApart, titleOf } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { environmentsOf } from './subject.ts'
import { wordsOf } from './language.ts'

const STATUS_HEAD = /^(?:status|state|done|stand|statut|estado|durum)\??$/i
const OPEN_WORD =
  /^\W*(?:in progress|pending|tbd|not started|open|todo|to do|blocked|wip|failed|deferred|in arbeit|offen|ausstehend|en cours|à faire|pendiente|en curso|bekliyor|devam ediyor)\b/iu
const DONE_WORD =
  /^\W*(?:done|complete|completed|closed|finished|passed|erledigt|abgeschlossen|fertig|terminé|clos|completado|terminado|tamamlandı)\b/iu
const NOT_BEGUN =
  /^\W*(?:ready to (?:open|create|raise|start)|not (?:yet )?(?:opened|created|started)|to be (?:opened|created))\b/i

export const findTwoStatuses: FindContradictions = (scene) => [
  ...sameTitle(scene),
  ...labelledOtherwise(scene),
]

interface Stated {
  readonly passage: Passage
  readonly isDone: boolean
}

function sameTitle(scene: Scene): ClaimFinding[] {
  const byTitle = new Map<string, Stated[]>()
  for (const passage of scene.outline.passages) {
    const isDone = stateOf(passage)
    if (isDone === undefined || isSetApart(scene.outline, passage)) continue
    const words = wordsOf(titleOf(passage))
    if (words.length < 2) continue
    const key = words.join(' ')
    const known = byTitle.get(key)
    if (known === undefined) byTitle.set(key, [{ passage, isDone }])
    else known.push({ passage, isDone })
  }
  return [...byTitle.values()].flatMap((stated) => {
    const done = stated.find(({ isDone }) => isDone)
    const open = stated.find(({ isDone }) => !isDone)
    if (done === undefined || open === undefined) return []
    if (!isOneItem(scene, stated, done.passage, open.passage)) return []
    return [
      findingOf({
        rule: 'R11',
        verdict: 'CONTRADICTED',
        claim: done.passage,
        against: [open.passage],
        message: `“${titleOf(done.passage)}” is done in one place and open in another`,
      }),
    ]
  })
}

/** Equal titles under different headings are often different items, one per service or environment. */
function isOneItem(
  { outline }: Scene,
  stated: readonly Stated[],
  done: Passage,
  open: Passage,
): boolean {
  if (done.table !== undefined && done.table === open.table) return rowsAgree(done, open)
  if (done.section === open.section && done.table === undefined && open.table === undefined)
    return done.parent === open.parent
  const titles = [done, open].map(({ section }) => outline.sections[section]?.title ?? '')
  if (titles.some((title) => environmentsOf(wordsOf(title)).size > 0)) return false
  return stated.length === 2 && (isForWhole(outline, done) || isForWhole(outline, open))
}

/** Two rows of one table are one item only when no other column tells them apart. */
function rowsAgree(done: Passage, open: Passage): boolean {
  const differs = (cell: string, index: number): boolean =>
    !STATUS_HEAD.test(done.header?.[index]?.trim() ?? '') && cell !== open.cells?.[index]
  return done.cells?.some(differs) === false
}

function stateOf(passage: Passage): boolean | undefined {
  if (passage.glyph === 'both' || passage.kind === 'heading') return undefined
  if (passage.kind === 'row') {
    const column = passage.header?.findIndex((name) => STATUS_HEAD.test(name.trim())) ?? -1
    const cell = passage.cells?.[column]
    if (cell === undefined) return undefined
    if (/[✅☑✔✓]/u.test(cell) || DONE_WORD.test(cell)) return true
    return /[⏳☐⬜🔄🚧]/u.test(cell) || OPEN_WORD.test(cell) ? false : undefined
  }
  if (passage.box !== undefined) return passage.box === 'done'
  if (!passage.isLead || passage.kind !== 'item') return undefined
  return passage.glyph === undefined ? undefined : passage.glyph === 'done'
}

/** `PR Status: Ready to open` beside a ticked "Create PR". */
function labelledOtherwise({ outline, closures }: Scene): ClaimFinding[] {
  return outline.passages.flatMap((against) => {
    const subject = /^(.{2,40}?)\s+status$/i.exec(against.label?.trim() ?? '')?.[1]
    if (subject === undefined || !NOT_BEGUN.test(against.value ?? '')) return []
    const words = wordsOf(subject)
    const claim = closures.find(
      ({ passage }) =>
        passage.index !== against.index &&
        words.every((word) => passage.words.includes(word)) &&
        /\b(?:create|created|open|opened|raise|raised|start|started)\b/i.test(passage.text),
    )
    if (claim === undefined) return []
    return [
      findingOf({
        rule: 'R11',
        verdict: 'CONTRADICTED',
        claim: claim.passage,
        against: [against],
        message: `The step is ticked, and the status of the ${subject} says that it has not begun`,
      }),
    ]
  })
}
