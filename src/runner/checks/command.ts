// Runs a bash block under strict rules in a scratch folder and keeps what it wrote.
import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SpawnOutput, SpawnResult, SpawnUser } from '../../kernel/index.ts'
import { messageOf, utf8TextLossy } from '../../kernel/index.ts'
import type { Capture, PlanGate } from '../../verdict/index.ts'
import { gateEnvironment } from '../environment.ts'
import { runnerFault } from '../errors.ts'
import { readStepTrace } from '../step-trace.ts'
import { strictShellCall } from '../strict-shell.ts'
import { STREAM_LIMIT_BYTES, StreamTally, timeoutOf } from './collected.ts'
import type { CheckOf, CheckSite, Collected } from './collected.ts'
import { collectReports, stampReports } from './report-files.ts'

/** Folders opened for deletion at most, should a command have left read-only ones behind. */
const FOLDER_LIMIT = 100_000

/**
 * Runs the block in a process group of its own. It gets no terminal and an empty standard input, starts in the
 * workspace (or the scratch folder, when there is none) and may write only what its user may write.
 */
export async function collectCommand(
  gate: PlanGate,
  check: CheckOf<'command'>,
  site: CheckSite,
): Promise<Collected> {
  const notes: string[] = []
  const user = await site.nextUser?.()
  const { folder, home, block } = await makeScratch(site.scratchRoot, check.script, user)
  try {
    const before = await stampReports(check.reports ?? [], site.workspace)
    const result = await spawnBlock(gate, site, { home, block, user })
    const tally = new StreamTally(site.mask)
    const capture = captureOf(result, tally, user)
    const reports = await collectReports(before, site.workspace, tally)
    return {
      capture: reports.length === 0 ? capture : { ...capture, reports },
      streams: tally.streams,
      aborted: result.aborted,
      notes,
    }
  } finally {
    const left = await removeFolder(folder)
    if (left !== undefined) notes.push(`the scratch folder ${folder} could not be removed: ${left}`)
  }
}

interface Scratch {
  readonly folder: string
  /** Empty; HOME and TMPDIR of the command. */
  readonly home: string
  /** File with the block as the plan has it. */
  readonly block: string
}

async function makeScratch(
  scratchRoot: string,
  script: string,
  user: SpawnUser | undefined,
): Promise<Scratch> {
  try {
    const folder = await mkdtemp(join(scratchRoot, 'seaworthy-gate-'))
    const home = join(folder, 'home')
    const block = join(folder, 'block.sh')
    await Promise.all([mkdir(home, { mode: 0o700 }), writeFile(block, script, { mode: 0o400 })])
    if (user !== undefined)
      await Promise.all([folder, home, block].map((path) => chown(path, user.uid, user.gid)))
    return { folder, home, block }
  } catch (thrown) {
    throw runnerFault(
      'RUNNER_SCRATCH_FAILED',
      `expected to make a folder in ${scratchRoot}, got: ${messageOf(thrown)}`,
      {
        cause: thrown,
      },
    )
  }
}

async function spawnBlock(
  gate: PlanGate,
  site: CheckSite,
  start: { readonly home: string; readonly block: string; readonly user: SpawnUser | undefined },
): Promise<SpawnResult> {
  const { home, block, user } = start
  let totalBytes = 0
  return site.ports.spawn.run({
    ...strictShellCall(block),
    cwd: site.workspace === 'none' ? home : site.workspace,
    env: gateEnvironment({
      searchPath: site.searchPath,
      scratch: home,
      names: gate.parameters,
      values: site.parameters,
    }),
    timeoutMs: timeoutOf(gate),
    outputLimitBytes: STREAM_LIMIT_BYTES,
    extraOutputs: 1,
    ...(user === undefined ? {} : { user }),
    signal: site.signal,
    onOutput: (_stream, chunk) => {
      totalBytes += chunk.length
      site.onOutput?.(gate.id, totalBytes)
    },
  })
}

function captureOf(
  result: SpawnResult,
  tally: StreamTally,
  user: SpawnUser | undefined,
): Extract<Capture, { kind: 'command' }> {
  // After a time limit or a call-off something always runs; only what a command left by itself says something about it.
  const { leftovers } = result.timedOut || result.aborted ? {} : result
  const keep = (name: string, output: SpawnOutput | undefined): void => {
    if (output !== undefined)
      tally.add(
        name,
        'text/plain; charset=utf-8',
        output.bytes,
        output.totalBytes > output.bytes.length,
      )
  }
  keep('stdout', result.stdout)
  keep('stderr', result.stderr)
  const [raw] = result.extra
  keep('trace', raw)
  const trace = readStepTrace(raw === undefined ? '' : utf8TextLossy(raw.bytes), result.exitCode)
  if (trace.truncated)
    tally.states['trace'] = {
      truncated: true,
      maskedCount: tally.states['trace']?.maskedCount ?? 0,
    }
  return {
    kind: 'command',
    exitCode: result.exitCode,
    signal: result.signal,
    timedOut: result.timedOut,
    ...(result.startError === undefined ? {} : { startError: result.startError }),
    ...(user === undefined ? {} : { uid: user.uid }),
    ...(leftovers === undefined ? {} : { leftovers }),
    steps: trace.steps,
    durationMs: Math.round(result.durationMs),
    streams: tally.states,
  }
}

/** Removes a scratch folder; undefined when it is gone, else the reason it is not. */
async function removeFolder(folder: string): Promise<string | undefined> {
  try {
    await rm(folder, { recursive: true, force: true })
    return undefined
  } catch {
    // Package caches are read-only folders by design: open them and try once more.
    return removeReadOnlyFolder(folder)
  }
}

async function removeReadOnlyFolder(folder: string): Promise<string | undefined> {
  try {
    const folders = [folder]
    for (let i = 0; i < folders.length && i < FOLDER_LIMIT; i++) {
      const at = folders[i]!
      await chmod(at, 0o700)
      const entries = await readdir(at, { withFileTypes: true })
      folders.push(
        ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(at, entry.name)),
      )
    }
    await rm(folder, { recursive: true, force: true })
    return undefined
  } catch (thrown) {
    return messageOf(thrown)
  }
}
