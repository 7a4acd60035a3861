// The metrics of the server as data: what it counts by itself as things happen, and the figures it reads when it is asked.
import { countOne, GUARD_METRICS } from '../../guard/index.ts'
import type { GuardEvent, MetricRule } from '../../guard/index.ts'
import { TRANSACTION_OUTCOMES } from '../../platform/index.ts'
import type { EndedTransaction } from '../../platform/index.ts'
import { ATTEMPT_OUTCOMES } from '../../notification/index.ts'
import type { AttemptOutcome } from '../../notification/index.ts'
import type { RealtimeEvent } from '../../realtime/index.ts'
import type { EndedRequest } from '../../web/index.ts'
import type { RefusalKept } from '../../audit/index.ts'
import { REALTIME_METRICS } from './realtime-rules.ts'
import type { AppendOutcome } from './watch-ledger.ts'

export type ServerEvent =
  | {
      readonly type: 'audit.refused'
      readonly whose: 'principal' | 'stranger'
      readonly kept: RefusalKept
    }
  | { readonly type: 'notification.attempted'; readonly outcome: AttemptOutcome }
  | GuardEvent
  | RealtimeEvent
  | ({ readonly type: 'http.ended' } & EndedRequest)
  | ({ readonly type: 'sql.ended' } & EndedTransaction)
  | {
      readonly type: 'ledger.append-ended'
      readonly outcome: AppendOutcome
      readonly durationMs: number
    }

const MS_PER_S = 1_000
/** Bounds at which the house has promises: 50 ms for reads and writes, 1.2 s for deliveries. */
const DURATION_BOUNDS_S = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.2, 2.5, 5, 10,
]
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']
const STATUS_CLASSES = ['2xx', '3xx', '4xx', '5xx']

/** Of the metrics with open labels only routes have many values, and those are the routes that are mounted. */
export const SERIES_LIMIT_COUNT = 2_000

const OWN_METRICS: readonly MetricRule<ServerEvent>[] = [
  {
    name: 'seaworthy_http_request_duration_seconds',
    kind: 'histogram',
    help: 'Requests by template of the route, method and class of status; their number is its count.',
    labels: { route: 'open', method: METHODS, status: STATUS_CLASSES },
    bounds: DURATION_BOUNDS_S,
    on: {
      'http.ended': ({ route, method, status, durationMs }) => ({
        labels: [route, method, `${Math.floor(status / 100)}xx`],
        value: durationMs / MS_PER_S,
      }),
    },
  },
  {
    name: 'seaworthy_http_cut_off_total',
    kind: 'counter',
    help: 'Requests whose connection ended before the whole answer had left.',
    labels: {},
    on: { 'http.ended': ({ isCutOff }) => (isCutOff ? countOne() : undefined) },
  },
  {
    name: 'seaworthy_database_transaction_duration_seconds',
    kind: 'histogram',
    help: 'Transactions by how they ended, the wait for a connection included.',
    labels: { outcome: TRANSACTION_OUTCOMES },
    bounds: DURATION_BOUNDS_S,
    on: {
      'sql.ended': ({ outcome, durationMs }) => ({
        labels: [outcome],
        value: durationMs / MS_PER_S,
      }),
    },
  },
  {
    name: 'seaworthy_ledger_append_duration_seconds',
    kind: 'histogram',
    help: 'Appends to a ledger, each of one fact or several; those inside a larger transaction before its commit.',
    labels: { outcome: ['appended', 'refused'] },
    bounds: DURATION_BOUNDS_S,
    on: {
      'ledger.append-ended': ({ outcome, durationMs }) => ({
        labels: [outcome],
        value: durationMs / MS_PER_S,
      }),
    },
  },
  {
    name: 'seaworthy_audit_refusals_total',
    kind: 'counter',
    help: 'Refused requests by whether a key fitted, and what the audit log kept: an entry, a count for a later entry, or nothing because it failed.',
    labels: { whose: ['principal', 'stranger'], kept: ['entry', 'tally', 'lost'] },
    on: { 'audit.refused': ({ whose, kept }) => ({ labels: [whose, kept], value: 1 }) },
  },
  {
    name: 'seaworthy_notification_attempts_total',
    kind: 'counter',
    help: 'Attempts of this process to bring a message over a channel, by what they came to; tests are not counted.',
    labels: { outcome: ATTEMPT_OUTCOMES },
    on: { 'notification.attempted': ({ outcome }) => ({ labels: [outcome], value: 1 }) },
  },
]

export const EVENT_METRICS: readonly MetricRule<ServerEvent>[] = [
  ...OWN_METRICS,
  ...(REALTIME_METRICS as readonly MetricRule<ServerEvent>[]),
  // Their events are among ours.
  ...(GUARD_METRICS as readonly MetricRule<ServerEvent>[]),
]

/** One figure as it is read at a scrape: `type` is the name of its metric. */
export interface Figure {
  readonly type: string
  readonly labels?: readonly string[]
  readonly value: number
}

/**
 * Read anew for every scrape, so that what cannot be read is missing instead of old. The names of the process are those that
 * Prometheus client libraries use, so that dashboards made for them work.
 */
export const FIGURE_METRICS: readonly MetricRule<Figure>[] = [
  figure('seaworthy_http_requests_in_flight', 'Requests that are being answered.'),
  figure(
    'seaworthy_realtime_connections',
    'Realtime connections by whether it is known whose they are.',
    {
      state: ['known', 'unknown'],
    },
  ),
  figure('seaworthy_realtime_rooms', 'Releases and tenants that realtime connections watch.'),
  figure('seaworthy_realtime_tenants', 'Logs that are followed for realtime connections.'),
  figure('seaworthy_database_up', 'Whether the database answered this scrape: 1 or 0.'),
  figure('seaworthy_database_transactions_waiting', 'Transactions that wait for a connection.'),
  figure('seaworthy_database_connections', 'Connections of this process by state.', {
    state: ['busy', 'idle'],
  }),
  figure('seaworthy_ledger_entries', 'Entries of all ledgers of the database.'),
  figure(
    'seaworthy_jobs',
    'Background jobs of the database that are not done, by kind and state.',
    {
      kind: 'open',
      state: ['waiting', 'ready', 'active', 'dead'],
    },
  ),
  figure('seaworthy_run_requests', 'Runs that were asked for and are not over, by state.', {
    state: ['waiting', 'claimed', 'running'],
  }),
  figure('seaworthy_runners_waiting', 'Runners that wait for runs.'),
  figure('seaworthy_webhook_deliveries', 'Deliveries of webhooks that did not arrive, by state.', {
    state: ['pending', 'dead'],
  }),
  figure('seaworthy_webhook_endpoints', 'Endpoints that get nothing now, by state.', {
    state: ['resting', 'disabled'],
  }),
  figure('seaworthy_notification_messages', 'Messages that did not arrive, by state.', {
    state: ['pending', 'dead'],
  }),
  figure('seaworthy_notification_channels', 'Channels that get nothing now, by state.', {
    state: ['resting', 'disabled'],
  }),
  figure(
    'seaworthy_notification_oldest_pending_seconds',
    'How long the oldest message has waited that did not arrive yet; 0 without any.',
  ),
  figure('process_resident_memory_bytes', 'Resident memory.'),
  figure('nodejs_heap_size_used_bytes', 'Heap in use.'),
  figure('nodejs_heap_size_total_bytes', 'Heap that was taken from the system.'),
  { ...figure('process_cpu_seconds_total', 'Processor time, user and system.'), kind: 'counter' },
  figure('process_start_time_seconds', 'Start of the process since the Unix epoch.'),
  figure(
    'nodejs_eventloop_lag_p50_seconds',
    'Median delay of the event loop since the last scrape.',
  ),
  figure('nodejs_eventloop_lag_p99_seconds', 'Its 99th percentile since the last scrape.'),
  figure('nodejs_eventloop_lag_max_seconds', 'Its longest since the last scrape.'),
]

function figure(name: string, help: string, labels: MetricRule['labels'] = {}): MetricRule<Figure> {
  const read = ({
    labels: values = [],
    value,
  }: Figure): { labels: readonly string[]; value: number } => ({
    labels: values,
    value,
  })
  return { name, kind: 'gauge', help, labels, on: { [name]: read } }
}
