// Opens files of the workspace without ever leaving it: no `..`, no symbolic link, only regular files, up to a size.
import { constants } from 'node:fs'
import { lstat, open, readdir } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'

/** Path segments at most. */
const SEGMENT_LIMIT = 64

export type WorkspaceFile =
  | { readonly bytes: Uint8Array }
  | { readonly missing: true }
  | { readonly error: string }

/**
 * Which writing of a file lies there; undefined when none does. The time of the last change of its entry is no part of it: linking,
 * moving and other rights change that without a byte being written.
 */
export type FileStamp = string | undefined

/** The bytes of a file of the workspace; an error says why it may not be read. */
export async function readWorkspaceFile(
  path: string,
  workspace: string,
  limitBytes: number,
): Promise<WorkspaceFile> {
  return withWorkspaceFile(path, workspace, async (at) =>
    // A link put here since the look above is refused by the kernel; one in a folder would need the user's own rights.
    readWhole(
      await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
      limitBytes,
    ),
  )
}

/** Names in a folder of the workspace (`''` is the workspace itself), sorted; none when it may not be read. */
export async function listWorkspaceFolder(
  folder: string,
  workspace: string,
): Promise<readonly string[]> {
  if (workspace === 'none') return []
  const found =
    folder === ''
      ? { names: await readdir(workspace) }
      : await withWorkspaceFile(folder, workspace, async (at) => ({ names: await readdir(at) }))
  return 'names' in found ? found.names.toSorted() : []
}

/** The stamp of what lies at the path now; a path that may not be read has none. */
export async function stampOfFile(path: string, workspace: string): Promise<FileStamp> {
  const found = await withWorkspaceFile(path, workspace, async (at) => {
    const { ino, size, mtimeNs } = await lstat(at, { bigint: true })
    return { stamp: [ino, size, mtimeNs].join(' ') }
  })
  return 'stamp' in found ? found.stamp : undefined
}

async function withWorkspaceFile<T>(
  path: string,
  workspace: string,
  use: (at: string) => Promise<T>,
): Promise<T | Exclude<WorkspaceFile, { readonly bytes: Uint8Array }>> {
  if (workspace === 'none') return { error: 'expected a workspace to read files from, got none' }
  const segments = path.split('/')
  const isInside = segments.every(
    (segment) => segment !== '' && segment !== '.' && segment !== '..' && !/[\\\0]/.test(segment),
  )
  if (!isInside || segments.length > SEGMENT_LIMIT) {
    return { error: 'expected a path inside the workspace without "..", "." and empty segments' }
  }
  try {
    let at = workspace
    for (const segment of segments) {
      at = join(at, segment)
      if ((await lstat(at)).isSymbolicLink())
        return { error: `expected no symbolic link on the path, got one at ${segment}` }
    }
    return await use(at)
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true }
    if (code === undefined) throw thrown
    return { error: `expected a readable file, got ${code}` }
  }
}

async function readWhole(file: FileHandle, limitBytes: number): Promise<WorkspaceFile> {
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return { error: 'expected a regular file' }
    if (facts.size > limitBytes)
      return { error: `expected at most ${limitBytes} bytes, got ${facts.size}` }
    const bytes = new Uint8Array(facts.size)
    let sizeBytes = 0
    while (sizeBytes < bytes.length) {
      const { bytesRead } = await file.read(bytes, sizeBytes, bytes.length - sizeBytes, sizeBytes)
      if (bytesRead === 0) break
      sizeBytes += bytesRead
    }
    return { bytes: bytes.subarray(0, sizeBytes) }
  } finally {
    await file.close()
  }
}
