// Lists the files of a repository, bounded, without following a symbolic link and without what tools put there.
import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../kernel/index.ts'
import { appFault } from '../errors.ts'

/** Most files listed; a larger repository is cut, and that is said. */
export const LISTED_LIMIT_COUNT = 20_000
/** Deepest folder looked into. */
const DEPTH_LIMIT = 12

/** Folders that hold other people's files or what a build left. */
const SKIPPED = new Set([
  '.git',
  '.hg',
  '.seaworthy',
  '.terraform',
  '.venv',
  '__pycache__',
  'build',
  'coverage',
  'dist',
  'node_modules',
  'out',
  'target',
  'vendor',
  'venv',
])

export interface ListedFiles {
  /** Relative paths with `/`, sorted. */
  readonly paths: readonly string[]
  readonly isCut: boolean
}

/** @throws APP_FILE_UNREADABLE when the folder itself cannot be listed */
export async function listFilesBelow(folder: string): Promise<ListedFiles> {
  const paths: string[] = []
  let isCut = false
  const visit = async (below: string, depth: number): Promise<void> => {
    for await (const entry of await openFolder(folder, below)) {
      if (paths.length >= LISTED_LIMIT_COUNT || depth > DEPTH_LIMIT) {
        isCut = true
        return
      }
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isFile()) paths.push(path)
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) await visit(path, depth + 1)
    }
  }
  await visit('', 0)
  return { paths: paths.sort(), isCut }
}

async function openFolder(
  folder: string,
  below: string,
): Promise<AsyncIterable<{ name: string; isFile(): boolean; isDirectory(): boolean }>> {
  try {
    return await opendir(join(folder, below))
  } catch (cause) {
    // A folder below that this person may not read is left out, as their other tools do.
    if (below !== '' && cause instanceof Error && 'code' in cause && cause.code === 'EACCES')
      return nothing()
    throw appFault(
      'APP_FILE_UNREADABLE',
      `expected a folder at ${join(folder, below)}: ${messageOf(cause)}`,
      { cause },
    )
  }
}

async function* nothing(): AsyncGenerator<never> {
  // No entries.
}
