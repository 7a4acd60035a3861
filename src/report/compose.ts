// Composes the report of a kind from the facts of a release.
import type { Digest } from '../kernel/index.ts'
import { standingsOf, withRollUps } from '../verdict/index.ts'
import type { Standings } from '../verdict/index.ts'
import { areasOf } from './area.ts'
import { composeAudit } from './audit.ts'
import { composeClosure } from './closure.ts'
import { composeDecision } from './decision.ts'
import { composeDiff } from './diff.ts'
import { composeEvaluation } from './evaluation.ts'
import { composeMetrics } from './metrics.ts'
import type { DecidedState, ReportFacts, ReportKind, ReportPage } from './model.ts'
import { composeReadiness } from './readiness.ts'

/** Pure: the same facts give the same page. */
export function composeReport(digest: Digest, kind: ReportKind, facts: ReportFacts): ReportPage {
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
  }
}

/** As the decision sees them: aged to its instant, roll-ups the worst of their children. */
export function standingsAt(digest: Digest, { plan, inputs }: DecidedState): Standings {
  return withRollUps(plan, standingsOf(digest, plan, inputs), (child) => child.status)
}
