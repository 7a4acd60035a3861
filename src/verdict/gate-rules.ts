// Rules 2 and 6 of a decision for gates: what is not satisfied, and what would satisfy it.
import { admitGate } from './admission.ts'
import type { Reason, RunTerms, Status } from './model.ts'
import { needsOf } from './plan.ts'
import type { GateStanding, Standings } from './standing.ts'
import { isSatisfied } from './status.ts'
import { reasonInWords, statusWords } from './status-words.ts'

const NO_GO: ReadonlySet<Status> = new Set<Status>([
  'FAIL',
  'ERROR',
  'STALE',
  'INCONCLUSIVE',
  'SKIPPED',
])
const NOT_READY: ReadonlySet<Status> = new Set<Status>(['PENDING', 'BLOCKED', 'RUNNING'])

const FLIP: Readonly<Record<Status, string>> = {
  FAIL: 'Make it pass and run it again.',
  ERROR: 'Repair the check and run it again.',
  STALE: 'Run it again in this environment.',
  INCONCLUSIVE: 'Run it again with data, or assert something of it.',
  SKIPPED: 'Make what it needs pass, then run it.',
  PENDING: 'Run it, or answer it.',
  BLOCKED: 'Satisfy what it needs, then run it.',
  RUNNING: 'Wait until it ends.',
  WARN: '',
  PASS: '',
  NOT_APPLICABLE: '',
}

/** Of a gate that was skipped before what it needs was waived. */
const WAIVED_FLIP = 'Run again: what it needs is waived now.'

/** One reason per required gate that blocks. Other severities never block. */
export function gateReasons(
  standings: Standings,
  held: ReadonlySet<string>,
  waived: ReadonlySet<string>,
  terms: RunTerms,
): Reason[] {
  const isLetThrough = (id: string): boolean =>
    waived.has(id) || isSatisfied(standings.get(id)?.status ?? 'PENDING')
  const out: Reason[] = []
  for (const standing of standings.values()) {
    const { gate, status } = standing
    if (gate.severity !== 'required' || held.has(gate.id) || waived.has(gate.id)) continue
    const needs = needsOf(gate)
    if (status === 'SKIPPED' && needs.length > 0 && needs.every(isLetThrough))
      out.push({ ...reasonFor('7.2', standing, terms), flip: WAIVED_FLIP })
    else if (NO_GO.has(status)) out.push(reasonFor('7.2', standing, terms))
    else if (NOT_READY.has(status)) out.push(reasonFor('7.6', standing, terms))
  }
  return out
}

function reasonFor(rule: string, standing: GateStanding, terms: RunTerms): Reason {
  const evidence = standing.result?.statement ?? standing.result?.evidence[0]?.digest
  return {
    rule,
    gate: standing.gate.id,
    ...(evidence === undefined ? {} : { evidence }),
    text: `${statusWords(standing.status)}: ${reasonInWords(standing.reason)}`,
    flip: flipOf(standing, terms),
  }
}

// A gate that never ran says itself what it waits for; one that waits for another gate is told by its reason.
function flipOf({ gate, status, reason }: GateStanding, terms: RunTerms): string {
  const admission = admitGate(gate, terms)
  return !admission.admitted && admission.status === status && admission.reason === reason
    ? admission.flip
    : FLIP[status]
}

/** Without one required gate that applies, a GO would certify nothing. */
export function nothingCertified(standings: Standings): Reason[] {
  for (const { gate, status } of standings.values()) {
    if (gate.severity === 'required' && status !== 'NOT_APPLICABLE') return []
  }
  return [
    {
      rule: '7.6-nothing-certified',
      text: 'the plan has no required gate that applies, so a GO would certify nothing',
      flip: 'Make at least one gate required.',
    },
  ]
}
