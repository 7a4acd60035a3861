// Keeps the report files that a command writes: only what this very attempt has written, as evidence beside its output.
import { harmlessLine } from '../../kernel/index.ts'
import { matchesReportPath, reportStreamName } from '../../verdict/index.ts'
import type { CapturedReport } from '../../verdict/index.ts'
import type { StreamTally } from './collected.ts'
import { listWorkspaceFolder, readWorkspaceFile, stampOfFile } from './workspace-file.ts'
import type { FileStamp } from './workspace-file.ts'

/** Bytes kept of one report; a larger one is not kept in part, since half a report proves nothing. */
export const REPORT_FILE_LIMIT_BYTES = 16 * 1024 * 1024
/** Bytes kept of all reports of one attempt. */
const REPORT_TOTAL_LIMIT_BYTES = 32 * 1024 * 1024

/** Files kept of one attempt. */
const REPORT_FILE_COUNT_LIMIT = 500

/** The paths that a check names, each with the files that lay there before the attempt began. */
export type ReportsBefore = ReadonlyMap<string, ReadonlyMap<string, FileStamp>>

export async function stampReports(
  paths: readonly string[],
  workspace: string,
): Promise<ReportsBefore> {
  const before = new Map<string, ReadonlyMap<string, FileStamp>>()
  for (const path of paths) before.set(path, await stampFiles(path, workspace))
  return before
}

/** The files that a path stands for now, with their stamps. */
async function stampFiles(path: string, workspace: string): Promise<Map<string, FileStamp>> {
  const slash = path.lastIndexOf('/')
  const folder = path.slice(0, Math.max(slash, 0))
  const files = path.includes('*')
    ? (await listWorkspaceFolder(folder, workspace))
        .map((name) => path.slice(0, slash + 1) + name)
        .filter((file) => matchesReportPath(path, file))
        .slice(0, REPORT_FILE_COUNT_LIMIT + 1)
    : [path]
  const stamps = new Map<string, FileStamp>()
  for (const file of files) stamps.set(file, await stampOfFile(file, workspace))
  return stamps
}

/**
 * Adds each report to the tally and says of each other one why it is not there. Stamps instead of clocks tell whether the
 * attempt wrote it: the clock of a file system may differ from the runner's. Of a path with `*` every file that lies
 * there has to be of this attempt: what is left of an earlier one would be counted, or its absence be missed.
 */
export async function collectReports(
  before: ReportsBefore,
  workspace: string,
  tally: StreamTally,
): Promise<readonly CapturedReport[]> {
  const kept: CapturedReport[] = []
  let totalBytes = 0
  for (const [path, stamps] of before) {
    const now = await stampFiles(path, workspace)
    if (now.size === 0) kept.push({ path, problem: wroteNone(path) })
    for (const [file, stamp] of now) {
      if (kept.some((each) => each.path === file)) continue
      if (kept.length >= REPORT_FILE_COUNT_LIMIT) {
        return [
          ...kept,
          { path, problem: `more than ${REPORT_FILE_COUNT_LIMIT} reports were written` },
        ]
      }
      const isOld = stamp !== undefined && stamps.get(file) === stamp
      const found = isOld
        ? `the report ${harmlessLine(file)} was there before and was not written by this attempt`
        : await openReport(file, workspace, REPORT_TOTAL_LIMIT_BYTES - totalBytes)
      if (typeof found === 'string') kept.push({ path: file, problem: found })
      else {
        totalBytes += found.length
        tally.add(reportStreamName(file), 'application/octet-stream', found, false)
        kept.push({ path: file })
      }
    }
  }
  return kept
}

function wroteNone(path: string): string {
  return `the command wrote no report ${harmlessLine(path)}`
}

/** The bytes of a report, or why they are not kept. */
async function openReport(
  path: string,
  workspace: string,
  leftBytes: number,
): Promise<Uint8Array | string> {
  const file = await readWorkspaceFile(path, workspace, REPORT_FILE_LIMIT_BYTES)
  if ('error' in file) return `the report ${harmlessLine(path)} could not be read: ${file.error}`
  if ('missing' in file) return wroteNone(path)
  return file.bytes.length > leftBytes
    ? `the report ${harmlessLine(path)} is beyond ${REPORT_TOTAL_LIMIT_BYTES} bytes of reports`
    : file.bytes
}
