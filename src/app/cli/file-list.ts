// Lists the files of a repository, bounded, without following a symbolic link and without what tools put there.
import type { Dirent } from 'node:fs'
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

/** Folders below that cannot be read are left out; then the list counts as cut. @throws APP_FILE_UNREADABLE for the folder itself */
export async function listFilesBelow(folder: string): Promise<ListedFiles> {
  const paths: string[] = []
  let isCut = false
  const missed = (): void => {
    isCut = true
  }
  const visit = async (below: string, depth: number): Promise<void> => {
    for await (const entry of entriesOf(folder, below, missed)) {
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

/**
 * Entries of a folder, by a reading that the system may refuse at its start or in its midst.
 * @param missed called when a folder below cannot be read: it is left out, as other tools do, and the list is not whole
 */
async function* entriesOf(
  folder: string,
  below: string,
  missed: () => void,
): AsyncGenerator<Dirent> {
  try {
    for await (const entry of await opendir(join(folder, below))) yield entry
  } catch (cause) {
    if (below === '')
      throw appFault('APP_FILE_UNREADABLE', `expected a folder at ${folder}: ${messageOf(cause)}`, {
        cause,
      })
    missed()
  }
}
