// How smoothly a page of the board scrolls in a real Chromium: time from frame to frame, and what the page's own thread did for one.
import { loadavg } from 'node:os'
import type { Tab } from './chromium.ts'

/** Two frames of sixty a second are the goal of a machine that does nothing else; this is for one that does twenty things. */
export const FRAME_LIMIT_MS = 3_000
/** What the page itself may take of a processor for one frame: one of sixty a second, on any machine. */
export const FRAME_BUSY_LIMIT_MS = 17
export const FRAME_COUNT_LEAST = 10
const FRAME_COUNT = 120
const SCROLLING_LIMIT_MS = 20_000
const STEP_PIXELS = 100

/** Milliseconds from frame to frame while the page is scrolled by six screens a second. */
const SCROLL = `new Promise((resolve) => {
  const gaps = []
  const began = performance.now()
  let last
  const step = (now) => {
    if (last !== undefined) gaps.push(now - last)
    last = now
    scrollBy(0, ${STEP_PIXELS})
    if (gaps.length < ${FRAME_COUNT} && now < began + ${SCROLLING_LIMIT_MS}) requestAnimationFrame(step)
    else resolve(gaps)
  }
  requestAnimationFrame(step)
})`

export interface Scrolled {
  readonly frameCount: number
  readonly p95Ms: number
  /** Processor time of the page's own thread for one frame: how busy the machine is makes no difference to it. */
  readonly busyMs: number
  /** All of it, for people. */
  readonly text: string
}

/** From where the page stands. */
export async function scrollOn(tab: Tab): Promise<Scrolled> {
  await tab.send('Performance.enable', { timeDomain: 'threadTicks' })
  const before = await busyMsOf(tab)
  const gaps = (await tab.evaluate(SCROLL)) as number[]
  const busyMs = ((await busyMsOf(tab)) - before) / gaps.length
  const sorted = gaps.toSorted((one, other) => one - other)
  const share = (part: number): number => sorted[Math.floor(part * (sorted.length - 1))]!
  const told = [
    `frames: p50 ${share(0.5).toFixed(1)} ms`,
    `p95 ${share(0.95).toFixed(1)} ms`,
    `longest ${share(1).toFixed(1)} ms`,
    `processor time of one ${busyMs.toFixed(1)} ms`,
    `load ${loadavg()[0]!.toFixed(1)}`,
  ]
  return { frameCount: gaps.length, p95Ms: share(0.95), busyMs, text: told.join(', ') }
}

async function busyMsOf(tab: Tab): Promise<number> {
  const { metrics } = (await tab.send('Performance.getMetrics')) as {
    metrics: { name: string; value: number }[]
  }
  return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1_000
}
