// A database as initdb leaves it, kept from one first start to the next, because making one costs seconds of processor time.
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'

/** A copy shares blocks with what it is a copy of, where the file system can do that. */
const COPY = { recursive: true, mode: constants.COPYFILE_FICLONE } as const

/**
 * Copies the kept database to `target` and flushes every file of it.
 * @returns false when none is kept
 */
export function takeKept(kept: string, target: string): boolean {
  if (!existsSync(kept)) return false
  cpSync(kept, target, COPY)
  flushTree(target)
  return true
}

/** Keeps a copy of a database that was closed cleanly; the first of several that try at once stays. */
export function keepCluster(made: string, kept: string): void {
  const partial = `${kept}.${randomUUID()}`
  mkdirSync(dirname(kept), { recursive: true })
  cpSync(made, partial, COPY)
  try {
    renameSync(partial, kept)
  } catch (error) {
    rmSync(partial, { recursive: true })
    if (!existsSync(kept)) throw error
  }
}

function flushTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) flushTree(path)
    else flush(path, 'r+')
  }
  // Windows cannot open a folder for flushing and needs no such call.
  if (process.platform !== 'win32') flush(folder, 'r')
}

function flush(path: string, flags: string): void {
  const descriptor = openSync(path, flags)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
