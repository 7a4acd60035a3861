// Counts what the guards tell and writes it as a Prometheus exposition; the list of all metrics is here.
import { ANOMALY_METRICS } from '../anomaly/anomaly-metrics.ts'
import type { GuardEvent } from '../model.ts'
import { GRAPH_METRICS } from './graph-metrics.ts'
import { BREAKER_METRICS, EDGE_METRICS } from './edge-metrics.ts'
import { INGEST_METRICS, RATE_METRICS } from './rate-metrics.ts'
import type { MetricPoint, MetricRule, TypedEvent } from './rule.ts'
import { MetricSeries } from './series.ts'
import { SWITCH_METRICS } from './switch-metrics.ts'

/** Each part of the guard adds its list. */
export const GUARD_METRICS: readonly MetricRule[] = [
  ...RATE_METRICS,
  ...INGEST_METRICS,
  ...GRAPH_METRICS,
  ...SWITCH_METRICS,
  ...ANOMALY_METRICS,
  ...EDGE_METRICS,
  ...BREAKER_METRICS,
]

/** Series of one metric that are told apart; a scrape stays below a megabyte with all of them. */
const SERIES_LIMIT_COUNT = 200

export interface Metrics<Event extends TypedEvent> {
  /** Hand it to whatever tells such events, as its `sink`. Never throws. */
  sink(this: void, event: Event): void
  /** Prometheus text exposition 0.0.4: what `GET /metrics` answers. */
  text(): string
  /** The media type of `text()`. */
  readonly contentType: string
}

export type GuardMetrics = Metrics<GuardEvent>

export interface MetricTerms {
  /**
   * Label combinations that one metric tells apart, first come; past it, values that come from outside (a tenant, a policy) are
   * counted as `other`. Default 200.
   */
  readonly seriesLimit?: number
}

export function makeGuardMetrics(terms: MetricTerms = {}): GuardMetrics {
  return makeMetricsOf(GUARD_METRICS, terms.seriesLimit ?? SERIES_LIMIT_COUNT)
}

/** The same over rules of a service's own: one exposition for what it tells and what the guards tell. */
export function makeMetricsOf<Event extends TypedEvent>(
  rules: readonly MetricRule<Event>[],
  seriesLimit = SERIES_LIMIT_COUNT,
): Metrics<Event> {
  type PointReader = (event: Event) => MetricPoint | undefined
  const all = rules.map((rule) => ({ rule, series: new MetricSeries(rule, seriesLimit) }))
  const readers = new Map<string, (readonly [MetricSeries, PointReader])[]>()
  for (const { rule, series } of all) {
    for (const [type, read] of Object.entries(rule.on)) {
      const listed = readers.get(type) ?? []
      // The key is the type of the events that the reader is called with.
      listed.push([series, read as PointReader])
      readers.set(type, listed)
    }
  }
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    sink(event) {
      for (const [series, read] of readers.get(event.type) ?? []) {
        const point = read(event)
        if (point !== undefined) series.add(point)
      }
    },
    text: () => all.map(({ series }) => series.text()).join(''),
  }
}
