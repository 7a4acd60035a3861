// The small process that starts commands: forking copies the page tables of the process that forks, and this one has few.
import { messageOf, type SpawnResult } from '../kernel/index.ts'
import { runChild } from './spawn-child.ts'
import type { SpawnOrder, SpawnReport } from './spawn-messages.ts'

const running = new Map<number, AbortController>()

process.on('message', (order: SpawnOrder) => {
  if (order.kind === 'abort') running.get(order.id)?.abort()
  else {
    const { id } = order
    runOrder(order).then(
      (result) => endOrder({ kind: 'ended', id, result }),
      (error: unknown) => endOrder({ kind: 'failed', id, reason: messageOf(error) }),
    )
  }
})

// The process that wanted the commands is gone, however it ended: so go the commands.
process.once('disconnect', () => {
  for (const stop of running.values()) stop.abort()
  leaveWhenIdle()
})

report({ kind: 'ready' })

async function runOrder(order: Extract<SpawnOrder, { kind: 'run' }>): Promise<SpawnResult> {
  const { id, mark, terms, isHeard } = order
  const stop = new AbortController()
  running.set(id, stop)
  const onOutput = (stream: 'stdout' | 'stderr', chunk: Uint8Array): void => {
    report({ kind: 'output', id, stream, chunk })
  }
  return runChild({ ...terms, signal: stop.signal, ...(isHeard ? { onOutput } : {}) }, mark)
}

function endOrder(message: Extract<SpawnReport, { kind: 'ended' | 'failed' }>): void {
  running.delete(message.id)
  report(message)
  leaveWhenIdle()
}

function report(message: SpawnReport): void {
  // A reader that is gone is noticed as 'disconnect'.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
}

function leaveWhenIdle(): void {
  // Also ends the process when something else would keep it alive; the folder of pipes goes with it.
  if (!process.connected && running.size === 0) process.exit(0)
}
