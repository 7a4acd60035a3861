// Fills a checklist with what a run found: earned boxes, slot values, decided toggles, sign-off rows.
import type { Digest } from '../kernel/index.ts'
import { fillDocument } from '../document/index.ts'
import type { DocumentFills } from '../document/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import type { CurrentResult, Plan, SignOff } from '../verdict/index.ts'
import { importChecklist } from './import.ts'
import type { ImportedGate } from './imported.ts'

export interface ChecklistFacts {
  readonly plan: Plan
  /** How each gate stands now, which is not always how it was stored. */
  readonly results: readonly CurrentResult[]
  readonly signOffs: readonly SignOff[]
  /** Display names by principal id. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * The filled copy: a box is ticked exactly when its gate is satisfied, and a tick nobody earned is taken away; every
 * byte outside the filled spots is the original's. @param original the bytes the plan was made from
 */
export function fillChecklist(
  digest: Digest,
  original: Uint8Array,
  facts: ChecklistFacts,
): Uint8Array {
  const { name, gates } = facts.plan.source
  const imported = importChecklist(original, name, digest, gates)
  const results = new Map(facts.results.map((result) => [result.gate, result]))
  const found = imported.gates.flatMap((gate) => {
    const result = results.get(gate.id)
    return result === undefined ? [] : [{ gate, result }]
  })
  return fillDocument(original, {
    boxes: found
      .filter(({ gate }) => gate.hasBox)
      .map(({ gate, result }) => ({ line: gate.line, isChecked: isSatisfied(result.status) })),
    slots: found.flatMap(({ gate, result }) => slotFills(gate, result)),
    toggles: found.flatMap(({ gate, result }) => toggleFills(gate, result)),
    signOffs: imported.signOffs.flatMap(({ role, line }) => signOffFills(role, line, facts)),
  })
}

function slotFills(gate: ImportedGate, result: CurrentResult): NonNullable<DocumentFills['slots']> {
  return gate.slots.flatMap(({ id, line, column, unit }) => {
    // A slot may be called as what every object has.
    const found = Object.hasOwn(result.slots, id) ? result.slots[id] : undefined
    const value = withoutUnit(found?.trim() ?? '', unit)
    return value === '' ? [] : [{ line, column, value }]
  })
}

// The document has the unit already, right behind the slot.
function withoutUnit(value: string, unit: string | undefined): string {
  return unit !== undefined && value.endsWith(unit) ? value.slice(0, -unit.length).trimEnd() : value
}

function toggleFills(
  gate: ImportedGate,
  result: CurrentResult,
): NonNullable<DocumentFills['toggles']> {
  return gate.toggles.flatMap(({ id, line, column }) => {
    const value = Object.hasOwn(result.toggles, id) ? result.toggles[id] : undefined
    return value === undefined ? [] : [{ line, column, value }]
  })
}

// A row has room for one person: the last one who spoke for the role.
function signOffFills(
  role: string,
  line: number,
  facts: ChecklistFacts,
): NonNullable<DocumentFills['signOffs']> {
  const last = facts.signOffs.filter((signOff) => signOff.role === role).at(-1)
  if (last === undefined) return []
  const name = facts.names[last.principal] ?? last.principal
  return [
    {
      line,
      name,
      isApproved: last.decision === 'APPROVE',
      time: new Date(last.atMs).toISOString(),
    },
  ]
}
