// A guarded GraphQL server in a process of its own, which tells how long its event loop was held up and how large it got.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { makeGraphGuard } from '../src/guard/index.ts'
import { nodeGuardClock as clock } from '../src/guard/node.ts'
import { startMercurius, startYoga } from './graph-servers.ts'

/** Steps of the histogram; a delay shorter than that is the timer's own. */
const RESOLUTION_MS = 5
const NS_PER_MS = 1e6

const guard = makeGraphGuard({ clock })
const kind = process.argv[2]
const server = await (kind === 'yoga'
  ? startYoga(guard)
  : startMercurius(guard, kind === 'jit' ? 1 : 0))

/** Milliseconds of processor time of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e3
}

// The wall clock of a shared machine says how busy the neighbours are. What the loop itself was held up by is the processor
// time between two beats of a timer that is due on every turn.
let beats: number[] = []
let last = cpuMs()
setInterval(() => {
  const now = cpuMs()
  beats.push(now - last)
  last = now
}, RESOLUTION_MS)

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
process.on('message', (asked) => {
  if (asked === 'begin') {
    delays.reset()
    delays.enable()
    beats = []
  }
  const sorted = beats.toSorted((a, b) => a - b)
  process.send?.({
    beatCount: sorted.length,
    p99Ms: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0,
    longestMs: sorted.at(-1) ?? 0,
    wallP99Ms: delays.percentile(99) / NS_PER_MS - RESOLUTION_MS,
    rssMb: process.memoryUsage().rss / 1e6,
  })
})
process.send?.({ url: server.url })
