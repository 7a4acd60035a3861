// Metrics of the guards at the edge and of the breakers.
import { BREAKER_STATES } from '../breaker/breaker-events.ts'
import type { BreakerState } from '../breaker/breaker-events.ts'
import { CORS_REASONS, CSRF_REASONS } from '../edge/edge-events.ts'
import { countOne } from './rule.ts'
import type { MetricPoint, MetricRule } from './rule.ts'

export const EDGE_METRICS: readonly MetricRule[] = [
  {
    name: 'cors_refused_total',
    kind: 'counter',
    help: 'Requests and preflights from pages that may not read the answer, by reason.',
    labels: { reason: CORS_REASONS, kind: ['preflight', 'request'] },
    on: {
      'cors.refused': ({ reason, isPreflight }) =>
        countOne(reason, isPreflight ? 'preflight' : 'request'),
    },
  },
  {
    name: 'csrf_refused_total',
    kind: 'counter',
    help: 'Requests refused because a foreign page may have made them, by reason.',
    labels: { reason: CSRF_REASONS },
    on: { 'csrf.refused': ({ reason }) => countOne(reason) },
  },
]

/** 0 closed, 1 half open, 2 open, 3 held. */
function stateOf(breaker: string, state: BreakerState): MetricPoint {
  return { labels: [breaker], value: BREAKER_STATES.indexOf(state) }
}

export const BREAKER_METRICS: readonly MetricRule[] = [
  {
    name: 'breaker_state',
    kind: 'gauge',
    help: 'State of a breaker: 0 closed, 1 half open, 2 open, 3 held open by somebody.',
    labels: { breaker: 'open' },
    on: {
      'breaker.started': ({ breaker, state }) => stateOf(breaker, state),
      'breaker.changed': ({ breaker, to }) => stateOf(breaker, to),
    },
  },
  {
    name: 'breaker_changes_total',
    kind: 'counter',
    help: 'Changes of a breaker, by the state it went to.',
    labels: { breaker: 'open', to: BREAKER_STATES },
    on: { 'breaker.changed': ({ breaker, to }) => countOne(breaker, to) },
  },
  {
    name: 'breaker_refused_total',
    kind: 'counter',
    help: 'Calls that a breaker did not let through.',
    labels: { breaker: 'open' },
    on: { 'breaker.refused': ({ breaker }) => countOne(breaker) },
  },
]
