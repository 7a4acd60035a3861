// What a command of a test bundle gave, as a runner captures it.
import { utf8Bytes } from '../src/kernel/index.ts'
import { reportStreamName } from '../src/verdict/index.ts'
import type { Capture } from '../src/verdict/index.ts'

/** What a command gave: `report` is what it wrote into the one report file of its check. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly report?: { readonly path: string; readonly text: string }
}

export function commandCapture(result: CommandResult): Capture {
  return {
    kind: 'command',
    exitCode: result.exitCode,
    signal: null,
    timedOut: false,
    steps: [{ line: 1, exitCode: result.exitCode }],
    durationMs: 12,
    streams: { stdout: { truncated: false, maskedCount: 0 } },
    ...(result.report === undefined ? {} : { reports: [{ path: result.report.path }] }),
  }
}

export function streamsOf({ stdout, report }: CommandResult): Readonly<Record<string, Uint8Array>> {
  return {
    stdout: utf8Bytes(stdout),
    ...(report === undefined ? {} : { [reportStreamName(report.path)]: utf8Bytes(report.text) }),
  }
}
