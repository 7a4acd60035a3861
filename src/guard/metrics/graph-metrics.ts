// Metrics of the graph guard.
import { GRAPH_REASONS } from '../graph/graph-terms.ts'
import { countOne } from './rule.ts'
import type { MetricRule } from './rule.ts'

export const GRAPH_METRICS: readonly MetricRule[] = [
  {
    name: 'graph_guard_block_total',
    kind: 'counter',
    help: 'Queries refused, by reason; enforced="false" were only reported.',
    labels: { reason: GRAPH_REASONS, enforced: ['true', 'false'] },
    on: {
      'graph.refused': ({ reason, isEnforced }) => countOne(reason, String(isEnforced)),
    },
  },
  {
    name: 'graph_query_complexity_score',
    kind: 'histogram',
    help: 'Cost of the queries that could be counted, admitted or not.',
    labels: {},
    bounds: [1, 10, 50, 100, 500, 1_000, 5_000, 10_000, 50_000, 1_000_000],
    on: { 'graph.scored': ({ cost }) => ({ labels: [], value: cost }) },
  },
]
