// What this process costs: memory, processor time, and since when it runs.

const MICROSECONDS_PER_S = 1_000_000

export interface ProcessFigures {
  readonly residentBytes: number
  readonly heapUsedBytes: number
  readonly heapTotalBytes: number
  readonly cpuS: number
  /** Seconds since the epoch. */
  readonly startedS: number
}

export function readProcessFigures(): ProcessFigures {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return {
    residentBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    cpuS: (user + system) / MICROSECONDS_PER_S,
    startedS: performance.timeOrigin / 1_000,
  }
}
