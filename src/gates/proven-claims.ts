// Holds a plan's claims of `provenRead` to the proof: a plan file is written by people, and only the lint may say so.
import type { Plan, PlanGate } from '../verdict/index.ts'
import { isHarmlessRequest } from './http-request.ts'
import { classifyBlock } from '../soundness/index.ts'

/**
 * The plan with every claim withdrawn that cannot be proven again; what a person made stricter stays so. A withdrawn
 * claim leaves its gate waiting for review or confirmation.
 */
export function withdrawUnprovenClaims(plan: Plan): Plan {
  return {
    ...plan,
    gates: plan.gates.map((gate) =>
      gate.provenRead && !isProvenAgain(gate) ? { ...gate, provenRead: false } : gate,
    ),
  }
}

function isProvenAgain(gate: PlanGate): boolean {
  const { check } = gate
  switch (check.type) {
    case 'command': {
      const place = { line: gate.source.line, column: 1 }
      const { language, script } = check
      const block = {
        id: gate.id,
        language,
        kind: 'runnable',
        source: script,
        inline: false,
      } as const
      return classifyBlock({ ...block, ...place, lines: [place] }).provenRead
    }
    case 'http':
      return isHarmlessRequest(check)
    // A read-only transaction that is rolled back; a file of the workspace.
    case 'sql':
    case 'document':
      return true
    // Nothing runs.
    case 'manual':
    case 'unsupported':
      return true
  }
}
