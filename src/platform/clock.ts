// The system's clock behind the Clock port, with a steady time that goes on while the machine sleeps.
import { uptime } from 'node:os'
import type { Clock } from '../kernel/index.ts'

/** Reading the boot clock costs a system call and more, so it is read once in so long. */
const BOOT_READ_MS = 10
/** Less than this between the two clocks is their resolution and drift, not a sleep. */
const SLEEP_NOTICED_MS = 1_000

/**
 * A steady time that counts suspended time: the process' clock, which is fine but stands still while the machine
 * sleeps, moved ahead by what the boot clock went further. Never goes back.
 * @param readBootMs time since boot with suspended time, however coarse; absent where the system has none to offer
 * @param readWallMs whose leap after a sleep has the boot clock read at once
 */
export function makeSteadyTime(
  readProcessMs: () => number,
  readBootMs: (() => number) | undefined,
  readWallMs: () => number,
): () => number {
  if (readBootMs === undefined) return readProcessMs
  const aheadMs = readBootMs() - readProcessMs()
  let sleptMs = 0
  let read = { processMs: -Infinity, wallMs: -Infinity }
  return () => {
    const now = { processMs: readProcessMs(), wallMs: readWallMs() }
    const isFresh =
      now.processMs - read.processMs < BOOT_READ_MS &&
      Math.abs(now.wallMs - read.wallMs) < BOOT_READ_MS
    if (isFresh) return now.processMs + sleptMs
    read = now
    const missingMs = readBootMs() - now.processMs - aheadMs - sleptMs
    if (missingMs >= SLEEP_NOTICED_MS) sleptMs += missingMs
    return now.processMs + sleptMs
  }
}

/**
 * Linux counts uptime on the boot clock and Windows in ticks that go on during sleep. On macOS uptime is derived from
 * the wall clock, whose leaps are what a steady clock must not follow, so there and elsewhere a sleep is not counted.
 */
const hasBootClock = process.platform === 'linux' || process.platform === 'win32'

/** Real time. `sleep` keeps the process alive until it ends. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: makeSteadyTime(
    () => performance.now(),
    hasBootClock ? () => uptime() * 1_000 : undefined,
    () => Date.now(),
  ),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(reasonOf(signal))
        return
      }
      const stop = (): void => {
        clearTimeout(timer)
        if (signal !== undefined) reject(reasonOf(signal))
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, ms)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error
    ? signal.reason
    : new Error('aborted', { cause: signal.reason })
}
