// Looks up in a working copy what a report points at; reads files, runs nothing, follows no links.
import type { CommandFiles } from '../client/index.ts'
import { claimsFault } from './errors.ts'
import { lookIntoGit } from './git-look.ts'
import { allGitNames } from './git-names.ts'
import type { GitFact } from './git-names.ts'
import { allPointers } from './pointers.ts'
import type { FileFacts } from './rule.ts'
import type { Scene } from './scene.ts'
import type { TestReport } from './test-figures.ts'
import { readTestReports } from './test-reports.ts'
import { readWorkflowNames } from './workflow-files.ts'

/** Larger files are known to exist, and their lines are not counted. */
const FILE_LIMIT_BYTES = 4 * 1024 * 1024
/** Folders that are built, not kept: what is missing there says nothing. */
const BUILT = /^(?:dist|build|target|out|coverage|node_modules|vendor|\.next|bin|obj)\//

export interface RepositoryLook {
  /** By path as the report writes it; null when no file of the repository has that path. */
  readonly files: ReadonlyMap<string, FileFacts | null>
  /** Test reports among its files. */
  readonly tests: readonly TestReport[]
  /** Unset where it is no working copy of git, or where the report names nothing of git. */
  readonly git?: ReadonlyMap<string, GitFact>
  /** Names of its CI workflows; unset where it has none. */
  readonly workflows?: ReadonlySet<string>
  readonly fileCount: number
  /** True when the repository has more files than are listed: then nothing is called missing. */
  readonly isCut: boolean
}

/** @throws CLAIMS_REPOSITORY_EMPTY when there are no files below the folder */
export async function lookIntoRepository(
  files: CommandFiles,
  folder: string,
  scene: Scene,
): Promise<RepositoryLook> {
  const { paths, isCut } = await files.listBelow(folder)
  if (paths.length === 0) {
    throw claimsFault(
      'CLAIMS_REPOSITORY_EMPTY',
      `expected a folder with files, found none in ${folder}`,
    )
  }
  const known = new Set(paths)
  const byEnd = endsOf(paths)
  const found = new Map<string, FileFacts | null>()
  for (const pointer of allPointers(scene.outline)) {
    const path = pointer.replace(/^\.\//, '')
    const at = known.has(path) ? path : byEnd.get(path)
    if (at !== undefined) {
      const text = await files.readText(files.resolve(folder, at), FILE_LIMIT_BYTES)
      found.set(pointer, { lines: text === undefined ? null : linesOf(text) })
    } else if (!isCut && isDecisive(path)) {
      // Links and folders that are left out of the list are there, and are not read.
      const isThere = await files.exists(files.resolve(folder, path))
      if (!isThere) found.set(pointer, null)
    }
  }
  const tests = await readTestReports(files, folder, paths)
  const git = await lookIntoGit(files, folder, allGitNames(scene.outline))
  const workflows = isCut ? undefined : await readWorkflowNames(files, folder, paths)
  return {
    files: found,
    tests,
    ...(git === undefined ? {} : { git }),
    ...(workflows === undefined ? {} : { workflows }),
    fileCount: paths.length,
    isCut,
  }
}

/** A bare name may lie anywhere, and an address or a built file is no file of the repository. */
function isDecisive(path: string): boolean {
  const [first, ...more] = path.split('/')
  if (more.length === 0 || BUILT.test(path)) return false
  return first!.startsWith('.') || !first!.includes('.')
}

/** Paths by what they end with, where only one file ends so: reports of a part of a repository leave the start out. */
function endsOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const ends = new Map<string, string | undefined>()
  for (const path of paths) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const end = path.slice(at + 1)
      ends.set(end, ends.has(end) ? undefined : path)
    }
  }
  return new Map([...ends].flatMap(([end, path]) => (path === undefined ? [] : [[end, path]])))
}

/** As `wc -l` counts, and one more for a last line without its end. */
function linesOf(text: string): number {
  if (text === '') return 0
  const ends = text.split('\n').length - 1
  return text.endsWith('\n') ? ends : ends + 1
}
