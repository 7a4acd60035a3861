// Metrics of the rate limits, the address blocks and the ingest guard.
import { INGEST_REASONS } from '../ingest/ingest-reason.ts'
import { countOne } from './rule.ts'
import type { MetricRule } from './rule.ts'

export const RATE_METRICS: readonly MetricRule[] = [
  {
    name: 'rate_limit_refused_total',
    kind: 'counter',
    help: 'Requests refused by a rate limit, by policy and by who decided: the shared store, this process, or nobody.',
    labels: { policy: 'open', source: ['shared', 'local', 'untracked'] },
    on: { 'rate.refused': ({ policy, source }) => countOne(policy, source) },
  },
  {
    name: 'rate_limit_store_lost_total',
    kind: 'counter',
    help: 'Times the shared store of the limits stopped answering.',
    labels: {},
    on: { 'rate.store-lost': () => countOne() },
  },
  {
    name: 'rate_limit_store_back_total',
    kind: 'counter',
    help: 'Times the shared store of the limits answered again.',
    labels: {},
    on: { 'rate.store-back': () => countOne() },
  },
  {
    name: 'address_blocked_total',
    kind: 'counter',
    help: 'Blocks of addresses that kept running into their limit.',
    labels: {},
    on: { 'address.blocked': () => countOne() },
  },
  {
    name: 'address_unblocked_total',
    kind: 'counter',
    help: 'Blocks of addresses that somebody ended.',
    labels: {},
    on: { 'address.unblocked': () => countOne() },
  },
]

export const INGEST_METRICS: readonly MetricRule[] = [
  {
    name: 'ingest_malformed_total',
    kind: 'counter',
    help: 'Bodies refused, by reason.',
    labels: { reason: INGEST_REASONS },
    on: { 'ingest.refused': ({ reason }) => countOne(reason) },
  },
  {
    name: 'ingest_quarantined_total',
    kind: 'counter',
    help: 'Refused bodies that were kept for people to look at, by reason.',
    labels: { reason: INGEST_REASONS },
    on: { 'ingest.quarantined': ({ reason }) => countOne(reason) },
  },
  {
    name: 'ingest_quarantine_lost_total',
    kind: 'counter',
    help: 'Refused bodies that were not kept: too large, too many at once, or a store that failed.',
    labels: { cause: ['full', 'failed'] },
    on: {
      'ingest.quarantine-full': () => countOne('full'),
      'ingest.quarantine-failed': () => countOne('failed'),
    },
  },
  {
    name: 'ingest_contract_refused_total',
    kind: 'counter',
    help: 'Schemas that were refused as contracts, by reason.',
    labels: { reason: 'open' },
    on: { 'contract.refused': ({ reason }) => countOne(reason) },
  },
]
