// Files that are either whole or not there, and the guard file of signed checkpoints.
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  base64Of,
  bytesEqual,
  bytesOfBase64,
  messageOf,
  type SeaworthyError,
} from '../kernel/index.ts'
import { platformFault } from './errors.ts'

/** @param mode permission bits of the new file; owner only unless told */
export async function atomicWriteFile(
  path: string,
  bytes: Uint8Array,
  mode = 0o600,
): Promise<void> {
  const partial = `${path}.${randomUUID()}.partial`
  try {
    await writeDurably(partial, bytes, mode)
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw faultOfFile(error, `expected to write ${path}`)
  }
}

/** Writes a new file and flushes it; refuses to touch an existing one. */
export async function writeDurably(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}

/** Makes new names in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder for flushing and needs no such call.
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function faultOfFile(error: unknown, expectation: string): SeaworthyError {
  const code = errorCodeOf(error)
  const isFull = code === 'ENOSPC' || code === 'EDQUOT'
  return platformFault(
    isFull ? 'PLATFORM_DISK_FULL' : 'PLATFORM_FILE_FAILED',
    `${expectation}, got: ${messageOf(error)}`,
    { cause: error, details: { code: code ?? null } },
  )
}

/** `ENOENT`, `ENOSPC` … of an error of the operating system. */
export function errorCodeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined
}

export interface GuardedCheckpoint {
  readonly size: number
  /** 32 bytes. */
  readonly root: Uint8Array
}

/** Remembers, outside the database, the last checkpoint signed for each log. */
export interface CheckpointGuard {
  read(origin: string): Promise<GuardedCheckpoint | undefined>
  /**
   * Durable when it resolves. Writing the same checkpoint again is harmless.
   * @throws PLATFORM_CHECKPOINT_CONFLICT for a smaller size, or another root for the same size
   */
  write(origin: string, checkpoint: GuardedCheckpoint): Promise<void>
}

/**
 * The guard on a JSON file. One process may use it at a time (the folder lock sees to that); calls within
 * the process queue up.
 */
export function openCheckpointGuard(path: string): CheckpointGuard {
  let turn: Promise<unknown> = Promise.resolve()
  return {
    read: async (origin) => (await readGuard(path)).get(origin),
    write: (origin, checkpoint) => {
      const mine = turn.then(() => advanceGuard(path, origin, checkpoint))
      // The next writer comes even when this one fails; the failure reaches its own caller.
      turn = mine.catch(() => undefined)
      return mine
    },
  }
}

async function advanceGuard(path: string, origin: string, next: GuardedCheckpoint): Promise<void> {
  const known = await readGuard(path)
  const last = known.get(origin)
  if (last !== undefined) {
    const isFork = next.size === last.size && !bytesEqual(next.root, last.root)
    if (next.size < last.size || isFork) {
      throw platformFault(
        'PLATFORM_CHECKPOINT_CONFLICT',
        `expected a checkpoint of ${origin} after size ${last.size}, got ${isFork ? 'another root for' : ''} size ${next.size}`,
        { details: { origin, signedSize: last.size, size: next.size } },
      )
    }
    if (next.size === last.size) return
  }
  known.set(origin, next)
  const rows = [...known].map(([name, { size, root }]) => [name, { size, root: base64Of(root) }])
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const text = `${JSON.stringify(Object.fromEntries(rows), null, 2)}\n`
  await atomicWriteFile(path, new TextEncoder().encode(text))
}

async function readGuard(path: string): Promise<Map<string, GuardedCheckpoint>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return new Map()
    throw faultOfFile(error, `expected to read ${path}`)
  }
  try {
    return new Map(
      Object.entries(JSON.parse(text) as object).map(([origin, row]) => [origin, guardRow(row)]),
    )
  } catch (error) {
    throw faultOfFile(error, `expected ${path} to hold checkpoints`)
  }
}

function guardRow(row: unknown): GuardedCheckpoint {
  const { size, root } = row as { size?: unknown; root?: unknown }
  if (
    typeof size !== 'number' ||
    !Number.isSafeInteger(size) ||
    size < 0 ||
    typeof root !== 'string'
  ) {
    throw new TypeError('a row without size and root')
  }
  return { size, root: bytesOfBase64(root) }
}
