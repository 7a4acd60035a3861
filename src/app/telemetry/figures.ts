// Reads the figures of a scrape: the process, its connections, and what lies in the database, which may not answer.
import type { Clock, LoopDelay, Sql, Wire } from '../../kernel/index.ts'
import { countLedgerEntries } from '../../ledger/index.ts'
import { countOpenRequests, countWaitingRunners } from '../../dispatch/index.ts'
import { countOpenJobs } from '../../job/index.ts'
import { countNotifications } from '../../notification/index.ts'
import type { NotificationFigures } from '../../notification/index.ts'
import { countWebhooks } from '../../webhook/index.ts'
import type { ProcessFigures, SqlStats } from '../../platform/index.ts'
import type { WebhookFigures } from '../../webhook/index.ts'
import type { Figure } from './rules.ts'

/** A scrape waits for the database no longer than this; Prometheus itself gives up after ten seconds. */
const ANSWER_LIMIT_MS = 2_000
const MS_PER_S = 1_000

export interface FigureSources {
  readonly clock: Clock
  readonly sql: Sql
  readonly wire: Pick<Wire, 'watchLoop'>
  readProcess(): ProcessFigures
  stats(): Promise<SqlStats>
}

export interface FigureReader {
  read(): Promise<readonly Figure[]>
  close(): void
}

export function makeFigureReader(sources: FigureSources): FigureReader {
  let loop = sources.wire.watchLoop()
  const takeLoopDelay = (): LoopDelay => {
    const delay = loop.stop()
    loop = sources.wire.watchLoop()
    return delay
  }
  return {
    async read() {
      const stored = await withinLimit(sources.clock, readStored(sources))
      return [
        ...processFigures(sources.readProcess(), takeLoopDelay()),
        ...connectionFigures(await sources.stats()),
        { type: 'seaworthy_database_up', value: stored === undefined ? 0 : 1 },
        ...(stored ?? []),
      ]
    },
    close: () => void loop.stop(),
  }
}

async function readStored({ sql, clock }: FigureSources): Promise<readonly Figure[]> {
  const [entryCount, jobs] = [await countLedgerEntries(sql), await countOpenJobs(sql)]
  return [
    { type: 'seaworthy_ledger_entries', value: entryCount },
    ...jobs.map(({ kind, state, count }) => ({
      type: 'seaworthy_jobs',
      labels: [kind, state],
      value: count,
    })),
    ...(await countOpenRequests(sql)).map(({ state, count }) => ({
      type: 'seaworthy_run_requests',
      labels: [state],
      value: count,
    })),
    {
      type: 'seaworthy_runners_waiting',
      value: await countWaitingRunners(sql, clock.nowMs()),
    },
    ...webhookFigures(await countWebhooks(sql, clock.nowMs())),
    ...notificationFigures(await countNotifications(sql, clock.nowMs())),
  ]
}

function webhookFigures(counted: WebhookFigures): readonly Figure[] {
  const deliveries = 'seaworthy_webhook_deliveries'
  const endpoints = 'seaworthy_webhook_endpoints'
  return [
    { type: deliveries, labels: ['pending'], value: counted.pending },
    { type: deliveries, labels: ['dead'], value: counted.dead },
    { type: endpoints, labels: ['resting'], value: counted.resting },
    { type: endpoints, labels: ['disabled'], value: counted.disabled },
  ]
}

function notificationFigures(counted: NotificationFigures): readonly Figure[] {
  const messages = 'seaworthy_notification_messages'
  const channels = 'seaworthy_notification_channels'
  return [
    { type: messages, labels: ['pending'], value: counted.pending },
    { type: messages, labels: ['dead'], value: counted.dead },
    { type: channels, labels: ['resting'], value: counted.resting },
    { type: channels, labels: ['disabled'], value: counted.disabled },
    {
      type: 'seaworthy_notification_oldest_pending_seconds',
      value: counted.oldestPendingMs / MS_PER_S,
    },
  ]
}

/** Undefined when it fails or takes too long: the rest of the scrape must not wait for it. */
async function withinLimit<T>(clock: Clock, reading: Promise<T>): Promise<T | undefined> {
  const answered = new AbortController()
  const silence = clock.sleep(ANSWER_LIMIT_MS, answered.signal).then(
    () => undefined,
    () => undefined,
  )
  // `seaworthy_database_up` tells that it failed.
  const settled = reading.catch(() => undefined)
  const first = await Promise.race([settled, silence])
  answered.abort()
  return first
}

function processFigures(process: ProcessFigures, loop: LoopDelay): readonly Figure[] {
  return [
    { type: 'process_resident_memory_bytes', value: process.residentBytes },
    { type: 'nodejs_heap_size_used_bytes', value: process.heapUsedBytes },
    { type: 'nodejs_heap_size_total_bytes', value: process.heapTotalBytes },
    { type: 'process_cpu_seconds_total', value: process.cpuS },
    { type: 'process_start_time_seconds', value: process.startedS },
    { type: 'nodejs_eventloop_lag_p50_seconds', value: loop.p50Ms / MS_PER_S },
    { type: 'nodejs_eventloop_lag_p99_seconds', value: loop.p99Ms / MS_PER_S },
    { type: 'nodejs_eventloop_lag_max_seconds', value: loop.maxMs / MS_PER_S },
  ]
}

function connectionFigures({ waiting, connections }: SqlStats): readonly Figure[] {
  const type = 'seaworthy_database_connections'
  return [
    { type: 'seaworthy_database_transactions_waiting', value: waiting },
    ...(connections === undefined
      ? []
      : [
          { type, labels: ['busy'], value: connections.busy },
          { type, labels: ['idle'], value: connections.idle },
        ]),
  ]
}
