// R12: the report against the checklist it reports on.
import type { ClaimFinding } from './model.ts'
import { findingOf } from './rule.ts'
import type { Asides, FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'
import { isWithin } from './subject.ts'

/** Open boxes that are held against ticked items of the report, and those looked at per item. */
const OPEN_LIMIT = 1_000
const CLOSURES_LIMIT = 1_000
const VERDICT_LIMIT = 300

export const findChecklistGaps: FindContradictions = (scene, { checklist }: Asides) => {
  if (checklist?.document === undefined) return []
  return [
    ...verdictsAgainst(scene, checklist, checklist.document),
    ...itemsAgainst(scene, checklist, checklist.document),
  ]
}

function verdictsAgainst(scene: Scene, checklist: Scene, document: string): ClaimFinding[] {
  const open = checklist.owed.map(({ passage }) => passage)
  if (open.length === 0) return []
  return scene.verdicts
    .filter(({ isQualified }) => !isQualified)
    .slice(0, VERDICT_LIMIT)
    .map(({ passage }) =>
      findingOf({
        rule: 'R12',
        verdict: 'CONTRADICTED',
        claim: passage,
        against: open,
        document,
        message: `The report speaks for everything, and ${open.length} ${open.length === 1 ? 'item' : 'items'} of the checklist ${open.length === 1 ? 'is' : 'are'} open`,
      }),
    )
}

function itemsAgainst(scene: Scene, checklist: Scene, document: string): ClaimFinding[] {
  const open = checklist.owed.filter(({ stems }) => stems.size >= 2).slice(0, OPEN_LIMIT)
  return scene.closures.slice(0, CLOSURES_LIMIT).flatMap((closure) => {
    if (closure.stems.size < 2) return []
    const same = open.filter(
      ({ stems }) => isWithin(stems, closure.stems) && closure.stems.size <= stems.size + 1,
    )
    if (same.length === 0) return []
    return [
      findingOf({
        rule: 'R12',
        verdict: 'CONTRADICTED',
        claim: closure.passage,
        against: same.map(({ passage }) => passage),
        document,
        message: `“${closure.title}” is done in the report and open in the checklist`,
      }),
    ]
  })
}
