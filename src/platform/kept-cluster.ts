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
 * Copies the kept database to `target`, an empty folder, and flushes every file of it. To keep one is a convenience: what cannot be
 * copied (another account's, a full disk) is as if none were kept, and `target` is empty again.
 * @returns whether it is there now
 */
export function takeKept(kept: string, target: string): boolean {
  if (!existsSync(kept)) return false
  try {
    cpSync(kept, target, COPY)
    flushTree(target)
    return true
  } catch {
    for (const name of readdirSync(target))
      rmSync(join(target, name), { recursive: true, force: true })
    return false
  }
}

/**
 * Keeps a copy of a database that was closed cleanly; the first of several that try at once stays. Where nothing can be written,
 * such as beside packages that are read only, nothing is kept.
 */
export function keepCluster(made: string, kept: string): void {
  const partial = `${kept}.${randomUUID()}`
  try {
    mkdirSync(dirname(kept), { recursive: true })
    cpSync(made, partial, COPY)
    flushTree(partial)
    renameSync(partial, kept)
  } catch {
    rmSync(partial, { recursive: true, force: true })
  }
}

/** What was kept turned out to be no database that this engine opens. */
export function dropKept(kept: string): void {
  try {
    rmSync(kept, { recursive: true, force: true })
  } catch {
    // Another account's: it stays, and is passed over each time.
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
