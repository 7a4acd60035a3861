// Metrics of the rate anomaly guard, under the names of the reference checklists.
import { countOne } from '../metrics/rule.ts'
import type { MetricRule } from '../metrics/rule.ts'

export const ANOMALY_METRICS: readonly MetricRule[] = [
  {
    name: 'abuseguard_throttles_total',
    kind: 'counter',
    help: 'Throttles begun because the rate of a tenant was abnormal.',
    labels: { tenant_id: 'open' },
    on: {
      'anomaly.throttle-began': ({ tenant, isEnforced }) =>
        isEnforced ? countOne(tenant) : undefined,
    },
  },
  {
    name: 'abuseguard_would_throttle_total',
    kind: 'counter',
    help: 'Throttles that learning mode kept from beginning.',
    labels: { tenant_id: 'open' },
    on: {
      'anomaly.throttle-began': ({ tenant, isEnforced }) =>
        isEnforced ? undefined : countOne(tenant),
    },
  },
  {
    name: 'abuseguard_throttle_ends_total',
    kind: 'counter',
    help: 'Throttles ended, by reason.',
    labels: { reason: ['calm', 'accepted', 'marked', 'switched-off'] },
    on: {
      'anomaly.throttle-ended': ({ reason, isEnforced }) =>
        isEnforced ? countOne(reason) : undefined,
    },
  },
  {
    name: 'abuseguard_refused_total',
    kind: 'counter',
    help: 'Requests refused by throttles that have ended.',
    labels: {},
    on: {
      'anomaly.throttle-ended': ({ refusedCount }) => ({ labels: [], value: refusedCount }),
    },
  },
  {
    name: 'abuseguard_false_positive_total',
    kind: 'counter',
    help: 'Throttles that somebody marked as legitimate traffic.',
    labels: {},
    on: { 'anomaly.marked': () => countOne() },
  },
  {
    name: 'abuseguard_untracked_total',
    kind: 'counter',
    help: 'Requests of tenants for whom the anomaly guard had no room.',
    labels: {},
    on: { 'anomaly.untracked': ({ count }) => ({ labels: [], value: count }) },
  },
]
