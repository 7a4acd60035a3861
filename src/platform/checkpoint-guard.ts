// The checkpoint guard: remembers, outside the database, what was signed last of each log.
import { randomUUID } from 'node:crypto'
import { link, mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { platformFault } from './errors.ts'
import { atomicWriteFile, errorCodeOf, faultOfFile, syncFolder, writeDurably } from './files.ts'
import { advanceRow, announceRow, formatGuard, logsOfTenant, parseGuard } from './guard-rows.ts'
import type { GuardedCheckpoint, GuardedLog, GuardedRestore, GuardRows } from './guard-rows.ts'

/** Versions of a shared guard that stay: for whoever was about to read one, and for people. */
const KEPT_VERSIONS = 16
/** Times that a writer lets others go first. */
const TURN_LIMIT = 1_000
const VERSION_NAME = /^guard\.([0-9]{12})\.json$/

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

/**
 * The guard in a folder that several processes share, of several machines if it is mounted there: each change is a new file
 * with the next number, which one alone can make.
 * @param seed file of `openCheckpointGuard` that an empty folder begins with
 */
export function openSharedCheckpointGuard(folder: string, seed: string): CheckpointGuard {
  return guardOn({
    read: async () => (await readNewest(folder, seed)).rows,
    async change(work) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      for (let turn = 0; turn < TURN_LIMIT; turn++) {
        const { version, rows } = await readNewest(folder, seed)
        if (!work(rows)) return
        if (await addVersion(folder, version + 1, formatGuard(rows))) return
      }
      throw platformFault('PLATFORM_FILE_FAILED', `expected a turn at ${folder}, got none`)
    },
  })
}

async function listVersions(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (errorCodeOf(error) === 'ENOENT') return []
    throw faultOfFile(error, `expected to read ${folder}`)
  })
  const versions = names.flatMap((name) => VERSION_NAME.exec(name)?.[1] ?? [])
  return versions.map(Number).sort((a, b) => a - b)
}

async function readNewest(
  folder: string,
  seed: string,
): Promise<{ readonly version: number; readonly rows: GuardRows }> {
  for (let turn = 0; turn < TURN_LIMIT; turn++) {
    const version = (await listVersions(folder)).at(-1)
    if (version === undefined) return { version: 0, rows: await readGuard(seed) }
    const path = pathOf(folder, version)
    const rows = await readGuard(path)
    // A version is never empty: such rows are of one that was taken away by then.
    if (rows.size > 0) return { version, rows }
  }
  throw platformFault('PLATFORM_FILE_FAILED', `expected to read ${folder}, got no version of it`)
}

/** @returns false when another was faster: then nothing was changed, or somebody has gone on from it */
async function addVersion(folder: string, version: number, text: string): Promise<boolean> {
  const partial = join(folder, `${randomUUID()}.partial`)
  const path = pathOf(folder, version)
  try {
    await writeDurably(partial, new TextEncoder().encode(text), 0o600)
    await link(partial, path)
    await syncFolder(folder)
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') return false
    throw faultOfFile(error, `expected to write ${path}`)
  } finally {
    await rm(partial, { force: true })
  }
  const versions = await listVersions(folder)
  for (const old of versions.slice(0, -KEPT_VERSIONS))
    await rm(pathOf(folder, old), { force: true })
  // Behind a newer one it is no version of anything, should whatever it was made from be gone already.
  return versions.at(-1) === version
}

function pathOf(folder: string, version: number): string {
  return join(folder, `guard.${String(version).padStart(12, '0')}.json`)
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
