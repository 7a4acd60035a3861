// An area of a release: the gates under one main heading of the checklist, and how they stand together.
import { isSatisfied, worstStatus } from '../verdict/index.ts'
import type { GateStanding, Plan, Standings, Status } from '../verdict/index.ts'

export interface AreaStanding {
  readonly area: string
  readonly standings: readonly GateStanding[]
  /** Its required gates that the decision counted. */
  readonly required: readonly GateStanding[]
  readonly requiredCount: number
  readonly heldCount: number
  /** Required gates of later phases, which the decision did not count. */
  readonly laterCount: number
  /** The worst of its required gates; undefined when none is required. */
  readonly worst: Status | undefined
}

/** Between the headings that a gate's section names, outermost first. */
const SECTION_SEPARATOR = ' › '

/** Roll-ups are left out: their children count. In the order of the checklist. */
export function areasOf(
  plan: Plan,
  standings: Standings,
  notYetDue: readonly string[] = [],
): readonly AreaStanding[] {
  const later = new Set(notYetDue)
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
    const all = members.filter(({ gate }) => gate.severity === 'required')
    const required = all.filter(({ gate }) => !later.has(gate.id))
    return {
      area,
      standings: members,
      required,
      requiredCount: required.length,
      laterCount: all.length - required.length,
      heldCount: required.filter(({ status }) => isSatisfied(status)).length,
      worst: worstStatus(required.map(({ status }) => status)),
    }
  })
}
