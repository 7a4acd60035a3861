// Composes the report of a kind from the facts of a release.
import type { Digest } from '../kernel/index.ts'
import { isSatisfied, standingsOf, withRollUps } from '../verdict/index.ts'
import type { CurrentResult, GateStanding, Standings } from '../verdict/index.ts'
import { areasOf } from './area.ts'
import { composeAudit } from './audit.ts'
import { composeClosure } from './closure.ts'
import { composeControls } from './controls.ts'
import { composeDecision } from './decision.ts'
import { composeDiff } from './diff.ts'
import { composeEvaluation } from './evaluation.ts'
import { composeMetrics } from './metrics.ts'
import type { DecidedState, ReportFacts, ReportKind, ReportPage } from './model.ts'
import { composeReadiness } from './readiness.ts'
import { withNames } from './words.ts'

/** Pure: the same facts give the same page. */
export function composeReport(digest: Digest, kind: ReportKind, known: ReportFacts): ReportPage {
  const facts = named(known)
  const standings = standingsAt(digest, facts)
  switch (kind) {
    case 'decision':
      return composeDecision(facts, standings)
    case 'evaluation':
      return composeEvaluation(facts, standings)
    case 'readiness':
      return composeReadiness(facts, standings)
    case 'closure':
      return composeClosure(facts, standings)
    case 'audit': {
      const { first } = facts
      const before =
        first && areasOf(first.plan, standingsAt(digest, first), first.verdict.notYetDue)
      return composeAudit(facts, areasOf(facts.plan, standings, facts.verdict.notYetDue), before)
    }
    case 'metrics':
      return composeMetrics(facts)
    case 'diff':
      return composeDiff(facts)
    case 'controls':
      return composeControls(facts, standings)
  }
}

/** Reasons and notes with people by their names: nobody knows who person-16d8d67bf06473f7 is. */
function named(facts: ReportFacts): ReportFacts {
  const { verdict, names } = facts
  const reasons = verdict.reasons.map((reason) => ({
    ...reason,
    text: withNames(reason.text, names),
    flip: withNames(reason.flip, names),
  }))
  const notes = verdict.notes.map((note) => withNames(note, names))
  return { ...facts, verdict: { ...verdict, reasons, notes } }
}

/**
 * As the decision sees them: aged to its instant, roll-ups the worst of their children. Where what it rests on did not
 * verify, nothing holds.
 */
export function standingsAt(digest: Digest, { plan, inputs, verdict }: DecidedState): Standings {
  const seen = standingsOf(digest, plan, inputs)
  const leaves = verdict.value === 'INVALID' ? withoutGreen(seen) : seen
  return withRollUps(plan, leaves, (child) => child.status)
}

function withoutGreen(standings: Standings): Standings {
  return new Map(
    [...standings].map(([id, standing]): [string, GateStanding] => {
      const { expiresAtMs: _end, ...rest } = standing
      if (!isSatisfied(rest.status)) return [id, rest]
      const reason = `it is stored as ${rest.status}, and what the decision rests on did not verify`
      return [id, { ...rest, status: 'INCONCLUSIVE', reason }]
    }),
  )
}

/** Results as a checklist may show them: each by how its gate stands at the decision, and of one that does not hold no green toggle. */
export function resultsAt(digest: Digest, state: DecidedState): readonly CurrentResult[] {
  const standings = standingsAt(digest, state)
  return state.inputs.results.map((result) => {
    const status = standings.get(result.gate)?.status ?? result.status
    const decided = Object.entries(result.toggles).filter(([, isGreen]) => !isGreen)
    const toggles = isSatisfied(status) ? result.toggles : Object.fromEntries(decided)
    return { ...result, status, toggles }
  })
}
