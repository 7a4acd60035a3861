// The checkpoint guard: remembers, outside the database, what was signed last of each log.
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { atomicWriteFile, errorCodeOf, faultOfFile } from './files.ts'
import { advanceRow, announceRow, formatGuard, logsOfTenant, parseGuard } from './guard-rows.ts'
import type { GuardedCheckpoint, GuardedLog, GuardedRestore, GuardRows } from './guard-rows.ts'

export interface CheckpointGuard {
  read(origin: string): Promise<GuardedCheckpoint | undefined>
  /**
   * Durable when it resolves. Writing the same checkpoint again is harmless.
   * @param tenantId whose log it is
   * @throws PLATFORM_CHECKPOINT_CONFLICT for a smaller size, or another root for the same size
   */
  write(origin: string, checkpoint: GuardedCheckpoint, tenantId?: string): Promise<void>
  /** Of the tenant, oldest first. */
  logsOf(tenantId: string): Promise<readonly GuardedLog[]>
  /** Durable when it resolves: before the log that goes on is committed. @throws PLATFORM_CHECKPOINT_CONFLICT */
  announce(origin: string, tenantId: string, restored: GuardedRestore): Promise<void>
}

/** Where rows are kept, and changed by one at a time. */
interface GuardPlace {
  read(): Promise<GuardRows>
  /** @param work says whether it changed the rows */
  change(work: (rows: GuardRows) => boolean): Promise<void>
}

/**
 * The guard on a JSON file. One process may use it at a time (the folder lock sees to that); calls within
 * the process queue up.
 */
export function openCheckpointGuard(path: string): CheckpointGuard {
  let turn: Promise<unknown> = Promise.resolve()
  return guardOn({
    read: () => readGuard(path),
    change: (work) => {
      const mine = turn.then(async () => {
        const rows = await readGuard(path)
        if (!work(rows)) return
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await atomicWriteFile(path, new TextEncoder().encode(formatGuard(rows)))
      })
      // The next writer comes even when this one fails; the failure reaches its own caller.
      turn = mine.catch(() => undefined)
      return mine
    },
  })
}

function guardOn({ read, change }: GuardPlace): CheckpointGuard {
  return {
    read: async (origin) => (await read()).get(origin)?.signed,
    logsOf: async (tenantId) => logsOfTenant(await read(), tenantId),
    write: (origin, next, tenantId) => change((rows) => advanceRow(rows, origin, next, tenantId)),
    announce: (origin, tenantId, restored) =>
      change((rows) => announceRow(rows, origin, tenantId, restored)),
  }
}

async function readGuard(path: string): Promise<GuardRows> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return new Map()
    throw faultOfFile(error, `expected to read ${path}`)
  }
  try {
    return parseGuard(text)
  } catch (error) {
    throw faultOfFile(error, `expected ${path} to hold checkpoints`)
  }
}
