// Request counts and durations in the Prometheus text format.

export interface Metrics {
  observe(status: number, seconds: number): void
  render(): string
}

const BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1]

export function makeMetrics(): Metrics {
  const byStatus = new Map<number, number>()
  const buckets = BUCKETS_SECONDS.map(() => 0)
  let count = 0
  let sumSeconds = 0
  return {
    observe(status, seconds) {
      byStatus.set(status, (byStatus.get(status) ?? 0) + 1)
      count += 1
      sumSeconds += seconds
      for (const [index, bound] of BUCKETS_SECONDS.entries())
        if (seconds <= bound) buckets[index]! += 1
    },
    render() {
      return [
        '# HELP harbour_requests_total Requests answered, by status.',
        '# TYPE harbour_requests_total counter',
        ...[...byStatus]
          .sort(([a], [b]) => a - b)
          .map(([status, total]) => `harbour_requests_total{status="${status}"} ${total}`),
        '# HELP harbour_request_duration_seconds Time from request to answer.',
        '# TYPE harbour_request_duration_seconds histogram',
        ...BUCKETS_SECONDS.map(
          (bound, index) =>
            `harbour_request_duration_seconds_bucket{le="${bound}"} ${buckets[index]}`,
        ),
        `harbour_request_duration_seconds_bucket{le="+Inf"} ${count}`,
        `harbour_request_duration_seconds_sum ${sumSeconds}`,
        `harbour_request_duration_seconds_count ${count}`,
        '',
      ].join('\n')
    },
  }
}
