// Files that are either whole or not there.
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { messageOf, type SeaworthyError } from '../kernel/index.ts'
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
