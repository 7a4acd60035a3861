// A clock that moves only when a test says so.
import type { Clock } from '../src/kernel/index.ts'

export interface FakeClock extends Clock {
  /** Moves time forward and wakes the sleepers whose time has come, in order. */
  advance(ms: number): void
}

interface Sleeper {
  readonly at: number
  wake(): void
}

export function fakeClock(startMs: number): FakeClock {
  let now = startMs
  let sleepers: Sleeper[] = []
  return {
    nowMs: () => now,
    monotonicMs: () => now - startMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const sleeper: Sleeper = { at: now + ms, wake: resolve }
        const stop = (): void => {
          sleepers = sleepers.filter((each) => each !== sleeper)
          reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
        }
        if (signal?.aborted === true) {
          stop()
          return
        }
        signal?.addEventListener('abort', stop, { once: true })
        sleepers.push(sleeper)
      }),
    advance: (ms) => {
      now += ms
      const due = sleepers.filter((each) => each.at <= now).sort((a, b) => a.at - b.at)
      sleepers = sleepers.filter((each) => each.at > now)
      for (const sleeper of due) sleeper.wake()
    },
  }
}
