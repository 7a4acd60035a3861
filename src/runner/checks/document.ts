// Reads one file of the workspace as evidence, without ever leaving the workspace.
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { STREAM_LIMIT_BYTES, StreamTally } from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'

/** Path segments of a document check at most. */
const SEGMENT_LIMIT = 64

type Reading =
  | { readonly bytes: Uint8Array }
  | { readonly missing: true }
  | { readonly error: string }

/** A missing file is a fact (`found: false`); a path that may not be read is an `error`. */
export async function collectDocument(
  check: CheckOf<'document'>,
  site: CheckSite,
): Promise<Collected> {
  const startedMs = site.ports.clock.monotonicMs()
  const reading = await readDocument(check.path, site.workspace)
  const durationMs = Math.round(site.ports.clock.monotonicMs() - startedMs)
  const tally = new StreamTally(site.mask)
  if ('bytes' in reading) tally.add('text', mediaTypeOf(check.path), reading.bytes, false)
  return {
    capture: {
      kind: 'document',
      found: 'bytes' in reading,
      ...('error' in reading ? { error: reading.error } : {}),
      durationMs,
      streams: tally.states,
    },
    streams: tally.streams,
    aborted: site.signal.aborted,
    notes: [],
  }
}

async function readDocument(path: string, workspace: string): Promise<Reading> {
  if (workspace === 'none')
    return { error: 'expected a workspace to read documents from, got none' }
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
    // A link put here since the look above is refused by the kernel; one in a folder would need the user's own rights.
    return await readWhole(
      await open(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
    )
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : undefined
    if (code === 'ENOENT' || code === 'ENOTDIR') return { missing: true }
    if (code === undefined) throw thrown
    return { error: `expected a readable file, got ${code}` }
  }
}

async function readWhole(file: FileHandle): Promise<Reading> {
  try {
    const facts = await file.stat()
    if (!facts.isFile()) return { error: 'expected a regular file' }
    if (facts.size > STREAM_LIMIT_BYTES)
      return { error: `expected at most ${STREAM_LIMIT_BYTES} bytes, got ${facts.size}` }
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

function mediaTypeOf(path: string): string {
  if (path.endsWith('.json')) return 'application/json'
  return /\.(?:md|markdown)$/.test(path)
    ? 'text/markdown; charset=utf-8'
    : 'text/plain; charset=utf-8'
}
