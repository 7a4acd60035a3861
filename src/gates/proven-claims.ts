// Holds a plan's claims of `provenRead` to the proof: a plan file is written by people, and only the lint may say so.
import type { Effect, Plan, PlanGate } from '../verdict/index.ts'
import { isHarmlessRequest } from './http-request.ts'
import { classifyBlock, lintBlock } from '../soundness/index.ts'
import type { BlockClass, CodeBlock } from '../soundness/index.ts'

/** Methods that are there to change something (RFC 9110, RFC 5789); a POST may be a question. */
const CHANGING_METHODS: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE'])

/**
 * The plan with every claim withdrawn that cannot be proven again; what a person made stricter stays so. A withdrawn
 * claim leaves its gate waiting for review or confirmation.
 */
export function withdrawUnprovenClaims(plan: Plan): Plan {
  return {
    ...plan,
    gates: plan.gates.map((gate) => ({
      ...gate,
      effect: effectOf(gate),
      provenRead: gate.provenRead && isProvenAgain(gate),
      unsound: unsoundRulesOf(gate),
    })),
  }
}

/**
 * A person may say that what the lint cannot read only reads. What it recognises as a change stays one whatever the
 * plan says, and asks before it runs.
 */
function effectOf(gate: PlanGate): Effect {
  const { check } = gate
  if (gate.effect !== 'read') return gate.effect
  if (check.type === 'http')
    return CHANGING_METHODS.has(check.method.toUpperCase()) ? 'unknown' : gate.effect
  if (check.type !== 'command') return gate.effect
  const { effect } = classifyCheck(gate, check.language, check.script)
  return effect === 'write-prod' || effect === 'write-staging' ? effect : gate.effect
}

function classifyCheck(gate: PlanGate, language: string, source: string): BlockClass {
  return classifyBlock(blockOf(gate, language, source))
}

/** What the lint says of the script as it stands in the plan; a plan cannot hide it by leaving it out. */
function unsoundRulesOf(gate: PlanGate): readonly string[] {
  if (gate.check.type !== 'command') return gate.unsound
  const findings = lintBlock(blockOf(gate, gate.check.language, gate.check.script))
  return [
    ...new Set(findings.filter(({ level }) => level === 'error').map(({ rule }) => rule)),
  ].sort()
}

function blockOf(gate: PlanGate, language: string, source: string): CodeBlock {
  const place = { line: gate.source.line, column: 1 }
  const lines = source.split('\n').map((_, index) => ({ line: place.line + index, column: 1 }))
  return { id: gate.id, language, kind: 'runnable', source, inline: false, ...place, lines }
}

function isProvenAgain(gate: PlanGate): boolean {
  const { check } = gate
  switch (check.type) {
    case 'command':
      return classifyCheck(gate, check.language, check.script).provenRead
    case 'http':
      return isHarmlessRequest(check)
    case 'sql':
      return classifyCheck(gate, 'sql', check.text).provenRead
    // A query has no way to change anything; what may be sent is only the query.
    case 'promql':
      return true
    // Collects facts of the control plane and changes none; what asks another service is never taken on its word.
    case 'builtin':
      return check.on === undefined
    // A file of the workspace.
    case 'document':
      return true
    // Nothing runs.
    case 'manual':
    case 'unsupported':
      return true
  }
}
