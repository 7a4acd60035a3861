// Keeps the report files that a command writes: only what this very attempt has written, as evidence beside its output.
import { harmlessLine } from '../../kernel/index.ts'
import { reportStreamName } from '../../verdict/index.ts'
import type { CapturedReport } from '../../verdict/index.ts'
import type { StreamTally } from './collected.ts'
import { readWorkspaceFile, stampOfFile } from './workspace-file.ts'
import type { FileStamp } from './workspace-file.ts'

/** Bytes kept of one report; a larger one is not kept in part, since half a report proves nothing. */
export const REPORT_FILE_LIMIT_BYTES = 16 * 1024 * 1024
/** Bytes kept of all reports of one attempt. */
const REPORT_TOTAL_LIMIT_BYTES = 64 * 1024 * 1024

/** What lay at each path before the attempt began. */
export type ReportsBefore = ReadonlyMap<string, FileStamp>

export async function stampReports(
  paths: readonly string[],
  workspace: string,
): Promise<ReportsBefore> {
  const stamps = new Map<string, FileStamp>()
  for (const path of paths) stamps.set(path, await stampOfFile(path, workspace))
  return stamps
}

/**
 * Adds each report to the tally and says of each other one why it is not there. Stamps instead of clocks tell whether the
 * attempt wrote it: the clock of a file system may differ from the runner's.
 */
export async function collectReports(
  before: ReportsBefore,
  workspace: string,
  tally: StreamTally,
): Promise<readonly CapturedReport[]> {
  let totalBytes = 0
  const kept: CapturedReport[] = []
  for (const [path, stamp] of before) {
    const shown = harmlessLine(path)
    const refuse = (problem: string): number => kept.push({ path, problem })
    const now = await stampOfFile(path, workspace)
    const file = await readWorkspaceFile(path, workspace, REPORT_FILE_LIMIT_BYTES)
    if ('error' in file) refuse(`the report ${shown} could not be read: ${file.error}`)
    else if ('missing' in file || now === undefined) refuse(`the command wrote no report ${shown}`)
    else if (now === stamp)
      refuse(`the report ${shown} was there before and was not written by this attempt`)
    else if (totalBytes + file.bytes.length > REPORT_TOTAL_LIMIT_BYTES)
      refuse(`the report ${shown} is beyond ${REPORT_TOTAL_LIMIT_BYTES} bytes of reports`)
    else {
      totalBytes += file.bytes.length
      tally.add(reportStreamName(path), 'application/octet-stream', file.bytes, false)
      kept.push({ path })
    }
  }
  return kept
}
