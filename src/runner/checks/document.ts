// Reads one file of the workspace as evidence, without ever leaving the workspace.
import { STREAM_LIMIT_BYTES, StreamTally } from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'
import { readWorkspaceFile } from './workspace-file.ts'

/** A missing file is a fact (`found: false`); a path that may not be read is an `error`. */
export async function collectDocument(
  check: CheckOf<'document'>,
  site: CheckSite,
): Promise<Collected> {
  const startedMs = site.ports.clock.monotonicMs()
  const reading = await readWorkspaceFile(check.path, site.workspace, STREAM_LIMIT_BYTES)
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

function mediaTypeOf(path: string): string {
  if (path.endsWith('.json')) return 'application/json'
  return /\.(?:md|markdown)$/.test(path)
    ? 'text/markdown; charset=utf-8'
    : 'text/plain; charset=utf-8'
}
