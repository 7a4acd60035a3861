// What a serving process tells about itself: the watches it hands to the rooms, and `/metrics`.
import type { RefusalKept } from '../../audit/index.ts'
import type { AttemptOutcome } from '../../notification/index.ts'
import { makeMetricsOf } from '../../guard/index.ts'
import type { GuardSink } from '../../guard/index.ts'
import { utf8Bytes } from '../../kernel/index.ts'
import type { Clock, Log, Route, Sql, Tracing } from '../../kernel/index.ts'
import type { Ledger } from '../../ledger/index.ts'
import { readProcessFigures, systemWire, watchSql } from '../../platform/index.ts'
import type { OpenSql, SqlStats } from '../../platform/index.ts'
import type { RealtimeFigures, RealtimeSink } from '../../realtime/index.ts'
import type { RequestWatch } from '../../web/index.ts'
import { OPERATOR } from '../authenticate.ts'
import { appFault } from '../errors.ts'
import { makeFigureReader } from './figures.ts'
import type { FigureReader } from './figures.ts'
import { EVENT_METRICS, FIGURE_METRICS, SERIES_LIMIT_COUNT } from './rules.ts'
import type { Figure, ServerEvent } from './rules.ts'
import { watchLedger } from './watch-ledger.ts'

export interface Telemetry {
  readonly requests: RequestWatch
  readonly guardSink: GuardSink
  readonly realtimeSink: RealtimeSink
  /** Who is connected is read at each scrape. */
  readRealtime(read: () => RealtimeFigures): void
  watchDatabase(sql: OpenSql): OpenSql
  watchLedger(ledger: Ledger): Ledger
  countRefusal(whose: 'principal' | 'stranger', kept: RefusalKept): void
  countNotification(outcome: AttemptOutcome): void
  routes(database: { readonly sql: Sql; stats(): Promise<SqlStats> }): readonly Route[]
  close(): void
}

/** @param requestLog gets a line for each request; absent = they are counted only */
export function makeTelemetry(clock: Clock, tracing: Tracing, requestLog?: Log): Telemetry {
  const metrics = makeMetricsOf<ServerEvent>(EVENT_METRICS, SERIES_LIMIT_COUNT)
  let inFlightCount = 0
  let figures: FigureReader | undefined
  let readRealtime: (() => RealtimeFigures) | undefined
  return {
    guardSink: metrics.sink,
    realtimeSink: metrics.sink,
    readRealtime: (read) => void (readRealtime = read),
    requests: {
      begun: () => void (inFlightCount += 1),
      ended(request) {
        inFlightCount -= 1
        metrics.sink({ type: 'http.ended', ...request })
        requestLog?.info('request', { ...request, durationMs: roundMs(request.durationMs) })
      },
    },
    watchDatabase: (sql) =>
      watchSql(sql, clock, (ended) => metrics.sink({ type: 'sql.ended', ...ended })),
    watchLedger: (ledger) =>
      watchLedger(ledger, clock, tracing, (outcome, durationMs) =>
        metrics.sink({ type: 'ledger.append-ended', outcome, durationMs }),
      ),
    countRefusal: (whose, kept) => metrics.sink({ type: 'audit.refused', whose, kept }),
    countNotification: (outcome) => metrics.sink({ type: 'notification.attempted', outcome }),
    routes({ sql, stats }) {
      const reader = makeFigureReader({
        clock,
        sql,
        wire: systemWire,
        readProcess: readProcessFigures,
        stats,
      })
      figures = reader
      return [
        metricsRoute(async () => {
          const now = makeMetricsOf(FIGURE_METRICS, SERIES_LIMIT_COUNT)
          for (const figure of await reader.read()) now.sink(figure)
          now.sink({ type: 'seaworthy_http_requests_in_flight', value: inFlightCount })
          for (const figure of realtimeFigures(readRealtime?.())) now.sink(figure)
          return metrics.text() + now.text()
        }, metrics.contentType),
      ]
    },
    close: () => figures?.close(),
  }
}

function realtimeFigures(figures: RealtimeFigures | undefined): readonly Figure[] {
  if (figures === undefined) return []
  const type = 'seaworthy_realtime_connections'
  return [
    { type, labels: ['known'], value: figures.connections },
    { type, labels: ['unknown'], value: figures.unknown },
    { type: 'seaworthy_realtime_rooms', value: figures.rooms },
    { type: 'seaworthy_realtime_tenants', value: figures.tenants },
  ]
}

const MICROSECONDS_PER_MS = 1_000

function roundMs(ms: number): number {
  return Math.round(ms * MICROSECONDS_PER_MS) / MICROSECONDS_PER_MS
}

/** The counts are of the whole deployment, so a tenant's key does not open them, whatever its role. */
function metricsRoute(text: () => Promise<string>, mediaType: string): Route {
  return {
    method: 'GET',
    path: '/metrics',
    summary: 'Metrics of this server for Prometheus; with a key of the operator',
    access: 'read',
    answer: { mediaType },
    async handle({ principal }) {
      if (principal.id !== OPERATOR)
        throw appFault('APP_OPERATOR_ONLY', 'expected a key of the operator')
      return { bytes: utf8Bytes(await text()), mediaType }
    },
  }
}
