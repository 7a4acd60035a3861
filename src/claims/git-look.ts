// Looks up branches, tags and commits in the files of git (gitrepository-layout); no git process, nothing followed but `gitdir:`.
import type { CommandFiles } from '../client/index.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { keyOf } from './git-names.ts'
import type { GitFact, GitName } from './git-names.ts'

const SMALL_LIMIT_BYTES = 4096
const PACKED_LIMIT_BYTES = 16 * 1024 * 1024
const HEX = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

interface GitFolder {
  /** Holds references and objects; worktrees share it. */
  readonly common: string
  readonly head: string
}

/** Undefined where the folder is no working copy of git, or one whose references are not kept in files. */
export async function lookIntoGit(
  files: CommandFiles,
  folder: string,
  names: readonly GitName[],
): Promise<ReadonlyMap<string, GitFact> | undefined> {
  if (names.length === 0) return undefined
  const git = await findGit(files, folder)
  if (git === undefined) return undefined
  const { common, head } = git
  const packed = await readPackedRefs(files, common)
  const loose = await listLooseRefs(files, common)
  const refs = new Set([...(packed?.keys() ?? []), ...loose.refs])
  const commits = new Set(packed?.values() ?? [])
  const isShallow = await files.exists(files.resolve(common, 'shallow'))
  // A build server checks out one commit, without branches and tags: what is missing there says nothing.
  const isWhole = head.startsWith('ref: ') && !isShallow && !loose.isCut && packed !== undefined
  const facts = new Map<string, GitFact>()
  for (const each of names) {
    facts.set(
      keyOf(each),
      each.kind === 'commit'
        ? await commitFact(files, common, each.name, [head, ...commits])
        : await refFact(files, common, each, refs, isWhole),
    )
  }
  return facts
}

async function findGit(files: CommandFiles, folder: string): Promise<GitFolder | undefined> {
  const at = files.resolve(folder, '.git')
  const link = await files.readText(at, SMALL_LIMIT_BYTES)
  const own =
    link === undefined
      ? at
      : files.resolve(folder, /^gitdir: (.+)$/m.exec(link)?.[1]?.trim() ?? '.git')
  const head = (await files.readText(files.resolve(own, 'HEAD'), SMALL_LIMIT_BYTES))?.trim()
  if (head === undefined || !(HEX.test(head) || head.startsWith('ref: refs/'))) return undefined
  // The reftable format keeps references in tables of its own and leaves this behind.
  if (head === 'ref: refs/heads/.invalid') return undefined
  const shared = (await files.readText(files.resolve(own, 'commondir'), SMALL_LIMIT_BYTES))?.trim()
  return { common: shared === undefined ? own : files.resolve(own, shared), head }
}

/** Full name to commit; undefined where the file is there and cannot be read. */
async function readPackedRefs(
  files: CommandFiles,
  common: string,
): Promise<ReadonlyMap<string, string> | undefined> {
  const path = files.resolve(common, 'packed-refs')
  const text = await files.readText(path, PACKED_LIMIT_BYTES)
  if (text === undefined) return (await files.exists(path)) ? undefined : new Map()
  return new Map(
    text.split('\n').flatMap((line) => {
      const [commit, name] = line.split(' ')
      return commit !== undefined && name !== undefined && HEX.test(commit) ? [[name, commit]] : []
    }),
  )
}

async function listLooseRefs(
  files: CommandFiles,
  common: string,
): Promise<{ readonly refs: readonly string[]; readonly isCut: boolean }> {
  try {
    const { paths, isCut } = await files.listBelow(files.resolve(common, 'refs'))
    return { refs: paths.map((path) => `refs/${path}`), isCut }
  } catch (error) {
    // Without that folder nothing can be called missing.
    if (error instanceof SeaworthyError && error.code === 'APP_FILE_UNREADABLE')
      return { refs: [], isCut: true }
    throw error
  }
}

async function refFact(
  files: CommandFiles,
  common: string,
  { kind, name }: GitName,
  refs: ReadonlySet<string>,
  isWhole: boolean,
): Promise<GitFact> {
  const full = kind === 'tag' ? `refs/tags/${name}` : `refs/heads/${name}`
  // The list leaves out folders such as build; the name itself is asked for.
  if (refs.has(full) || (await files.exists(files.resolve(common, full)))) return 'there'
  if (kind === 'tag') {
    const hasTags = [...refs].some((ref) => ref.startsWith('refs/tags/'))
    return isWhole && hasTags ? 'absent' : 'unknown'
  }
  const end = `/${name}`
  const isRemote = [...refs].some((ref) => ref.startsWith('refs/remotes/') && ref.endsWith(end))
  if (isRemote) return 'there'
  return isWhole ? 'absent' : 'unknown'
}

/** Commits in packs are not looked for, so that a commit is never called missing. */
async function commitFact(
  files: CommandFiles,
  common: string,
  id: string,
  known: readonly string[],
): Promise<GitFact> {
  if (known.some((commit) => commit.startsWith(id))) return 'there'
  if (!HEX.test(id)) return 'unknown'
  const loose = files.resolve(common, 'objects', id.slice(0, 2), id.slice(2))
  return (await files.exists(loose)) ? 'there' : 'unknown'
}
