// What the document itself says is still open: required actions, open boxes, steps before the launch, next steps.
import { isSetApart, isUnder, sectionsAround } from './place.ts'
import type { Outline, Passage } from './passages.ts'
import { stemsOf } from './subject.ts'

export interface OwedItem {
  readonly passage: Passage
  /** `demand` "ACTION REQUIRED" · `action` a label such as "Production action required:" · `before` under "Required before launch" · `box` open box or glyph · `status` a status that is open · `next` a next step. */
  readonly kind: 'demand' | 'action' | 'before' | 'box' | 'status' | 'next'
  readonly stems: ReadonlySet<string>
  /** Under a heading such as Known limits. */
  readonly isAmongLimits: boolean
  /** Part of another open item, which is counted without it. */
  readonly isPart: boolean
}

const NOTHING = /^\W*(?:none|nothing|no|n\/a|keine?|aucune?|ninguna?|yok)?\W*$/i

/** Work that an item itself calls dispensable or put off. */
const OPTIONAL =
  /\b(?:optional|nice to have|stretch goal|deferred|postponed|out of scope|not in scope|zurückgestellt|verschoben|facultatif|optionnel|reporté|opcional|aplazad[oa]|isteğe bağlı|ertelendi)\b/iu
/** A register of risks is the business of R8. */
const RISK_COLUMN = /\b(?:risks?|risiken|risiko|risques?|riesgos?|risk(?:ler)?)\b/iu

export function findOwed(outline: Outline): OwedItem[] {
  const items: OwedItem[] = []
  const known = new Set<number>()
  for (const passage of outline.passages) {
    const kind = owedKindOf(outline, passage)
    if (kind === undefined) continue
    known.add(passage.index)
    items.push({
      passage,
      kind,
      stems: stemsOf(subjectTextOf(passage)),
      isAmongLimits: isUnder(outline, passage, 'headLimits'),
      isPart: passage.parent !== undefined && known.has(passage.parent),
    })
  }
  return items
}

function subjectTextOf(passage: Passage): string {
  const text = passage.cells?.[0] ?? passage.text
  return text.replace(/\([^()]{0,80}\)/g, ' ').replace(/:\s.*$|\s[-–—]\s.*$/s, ' ')
}

function owedKindOf(outline: Outline, passage: Passage): OwedItem['kind'] | undefined {
  if (passage.glyph === 'both' || passage.glyph === 'done' || passage.box === 'done')
    return undefined
  const isHeading = passage.kind === 'heading'
  const demand = isHeading ? undefined : demandOf(outline, passage)
  if (demand !== undefined) return demand
  const isApart = isSetApart(outline, passage) || isUnder(outline, passage, 'headRisks')
  if (isApart) return undefined
  if (isStepBeforeLaunch(outline, passage)) return 'before'
  if (isHeading || OPTIONAL.test(passage.text)) return undefined
  if (passage.box === 'open' || (passage.glyph === 'open' && passage.isLead)) return 'box'
  if (passage.kind === 'item' ? isOpenItem(outline, passage) : hasOpenStatus(passage))
    return 'status'
  return isNextStep(outline, passage) ? 'next' : undefined
}

function demandOf(outline: Outline, passage: Passage): 'demand' | 'action' | undefined {
  if (!passage.tags.has('demand') || passage.tags.has('negation')) return undefined
  if (isUnder(outline, passage, 'headGuide', 'headPast')) return undefined
  const { label, value } = passage
  const isLabel =
    label !== undefined && /required|erforderlich|requise|requerida|gerekli/i.test(label)
  if (isLabel)
    return !NOTHING.test(value ?? '') || hasContent(outline, passage) ? 'action' : undefined
  const isDemand =
    /\([^()]{0,40}(?:ACTION|AKTION)[^()]{0,40}\)|ACTION REQUIRED|AKTION ERFORDERLICH|ACTION REQUISE|ACCIÓN REQUERIDA|AKSİYON GEREKLİ/.test(
      passage.text,
    )
  return isDemand ? 'demand' : undefined
}

/** An empty label goes on in what follows: a list, a sentence or a block of code. */
function hasContent(outline: Outline, passage: Passage): boolean {
  const next = outline.passages[passage.index + 1]
  if (outline.fenced.has(passage.index)) return true
  if (next === undefined || next.kind === 'heading') return false
  return !NOTHING.test(next.text)
}

/** A step of a list directly under a heading such as "Required before launch". */
function isStepBeforeLaunch(outline: Outline, passage: Passage): boolean {
  const [section] = sectionsAround(outline, passage)
  if (section === undefined || !section.tags.has('headDemand')) return false
  if (passage.kind !== 'item' || !passage.isLead || NOTHING.test(passage.text)) return false
  return !passage.tags.has('complete')
}

/** "Auth: not started": what follows the label of an item is a state and nothing else. */
const OPEN_STATE =
  /^\W*(?:todo|to do|tbd|wip|(?:work )?in progress|pending|not(?: yet)? started|not(?: yet)? done|(?:only )?stubbed|blocked|offen|ausstehend|in arbeit|(?:noch )?nicht begonnen|à faire|en cours|pas(?: encore)? commencée?|pendiente|en curso|sin empezar|bekliyor|devam ediyor|başlanmadı)(?: for now| yet| so far)?\W*$/iu

/** "Load test not started": a short item that ends with its state. */
const UNSTARTED = /^[^,;:.]{1,80}\s(?:not(?: yet)? started|(?:noch )?nicht begonnen)\W*$/iu
/** Words by which it is a sentence about something else, or about earlier. */
const TOLD = /\b(?:that|which|who|why|if|when|while|had|was|were|die|das|wenn|falls|hatte|war)\b/iu

/** What a report names among its limits, it does not hide. */
function isOpenItem(outline: Outline, passage: Passage): boolean {
  const { label, value, text, isLead } = passage
  if (isUnder(outline, passage, 'headLimits')) return false
  if (label === undefined) return isLead && UNSTARTED.test(text) && !TOLD.test(text)
  return OPEN_STATE.test(value ?? '')
}

function hasOpenStatus(passage: Passage): boolean {
  if (
    passage.tags.has('negation') &&
    !/\bnot (?:yet|started)\b|\bnicht begonnen\b/i.test(passage.text)
  )
    return false
  if (passage.kind === 'row') {
    if (passage.header?.some((name) => RISK_COLUMN.test(name)) === true) return false
    const column =
      passage.header?.findIndex((name) =>
        /^(?:status|state|stand|statut|estado|durum)$/i.test(name.trim()),
      ) ?? -1
    const cell = column < 0 ? '' : (passage.cells?.[column] ?? '')
    return /^\W*(?:in progress|pending|tbd|not started|open|todo|to do|blocked|wip|in arbeit|offen|ausstehend|(?:noch )?nicht begonnen|en cours|à faire|pendiente|en curso|bekliyor|devam ediyor)\b/i.test(
      cell,
    )
  }
  return false
}

/** "Next step: run the first drill"; only what follows the label in the same item or paragraph. */
function isNextStep(outline: Outline, passage: Passage): boolean {
  const parent = passage.parent === undefined ? undefined : outline.passages[passage.parent]
  const introducer = parent?.kind === 'paragraph' ? parent : undefined
  const label = introducer?.label ?? (passage.kind === 'item' ? undefined : passage.label)
  if (
    label === undefined ||
    !/^\W*next (?:step|action)s?\W*$|^\W*nächster? schritte?\W*$|^\W*prochaines? étapes?\W*$|^\W*próximos? pasos?\W*$|^\W*sonraki adım(?:lar)?\W*$/iu.test(
      label,
    )
  )
    return false
  return introducer !== undefined ? passage.isLead : (passage.value ?? '').trim() !== ''
}
