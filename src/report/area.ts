// An area of a release: the gates under one main heading of the checklist, and how they stand together.
import { isSatisfied, worstStatus } from '../verdict/index.ts'
import type { GateStanding, Plan, Standings, Status } from '../verdict/index.ts'

export interface AreaStanding {
  readonly area: string
  readonly standings: readonly GateStanding[]
  readonly requiredCount: number
  readonly heldCount: number
  /** The worst of its required gates; undefined when none is required. */
  readonly worst: Status | undefined
}

/** Between the headings that a gate's section names, outermost first. */
const SECTION_SEPARATOR = ' › '

/** Roll-ups are left out: their children count. In the order of the checklist. */
export function areasOf(plan: Plan, standings: Standings): readonly AreaStanding[] {
  const byArea = new Map<string, GateStanding[]>()
  for (const gate of plan.gates) {
    const standing = standings.get(gate.id)
    if (standing === undefined || gate.children !== undefined) continue
    const area = gate.section.split(SECTION_SEPARATOR)[0] ?? ''
    const members = byArea.get(area)
    if (members === undefined) byArea.set(area, [standing])
    else members.push(standing)
  }
  return [...byArea].map(([area, members]) => {
    const required = members.filter(({ gate }) => gate.severity === 'required')
    return {
      area,
      standings: members,
      requiredCount: required.length,
      heldCount: required.filter(({ status }) => isSatisfied(status)).length,
      worst: worstStatus(required.map(({ status }) => status)),
    }
  })
}
