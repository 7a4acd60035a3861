// Measures how long --help takes and what a gate costs beside its command; prints markdown lines and keeps nothing.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { arch, cpus, release, tmpdir, totalmem, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../bin/seaworthy.js', import.meta.url))
const HELP_RUNS = 10
const GATE_RUNS = 5
const GATES = 50
const HELP_GOAL_MS = 80
const GATE_GOAL_MS = 15
const GIBIBYTE = 1024 ** 3

interface RunEvent {
  readonly kind: string
  readonly durationMs: number
  readonly counts: Readonly<Record<string, number>>
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Milliseconds from start to end of the process, and what it wrote to standard error. */
function timeProcess(
  file: string,
  args: readonly string[],
): { tookMs: number; stderr: string; status: number | null } {
  const startedMs = performance.now()
  const { status, stderr, error } = spawnSync(file, args, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (error !== undefined) throw error
  return { tookMs: performance.now() - startedMs, stderr, status }
}

function repeat(count: number, file: string, args: readonly string[]): number {
  timeProcess(file, args)
  return median(Array.from({ length: count }, () => timeProcess(file, args).tookMs))
}

/** The runner's own account of the run: from its first gate to its last, without the start of the process. */
function timeRun(checklist: string, dataFolder: string): number {
  const words = ['run', checklist, '--data', dataFolder, '--parallel', '1', '--json']
  const { stderr, status } = timeProcess(process.execPath, [PROGRAM, ...words])
  const last = stderr.trim().split('\n').at(-1) ?? ''
  const event: RunEvent = JSON.parse(last)
  if (status !== 0 || event.kind !== 'run-finished' || event.counts['PASS'] !== GATES) {
    throw new Error(`expected ${GATES} passing gates, got exit ${status} and ${last}`)
  }
  return event.durationMs
}

function measureGates(): number {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
  try {
    const items = Array.from(
      { length: GATES },
      (_, index) => `- [ ] **Gate ${index + 1}**\n  \`\`\`bash\n  test -d .\n  \`\`\`\n`,
    )
    const checklist = join(folder, 'fleet.md')
    writeFileSync(checklist, `# Fleet 1.0.0\n\n${items.join('')}`)
    timeRun(checklist, join(folder, 'data'))
    return (
      median(Array.from({ length: GATE_RUNS }, () => timeRun(checklist, join(folder, 'data')))) /
      GATES
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function line(what: string, command: string, measuredMs: number, goalMs?: number): string {
  const goal = goalMs === undefined ? '' : `≤ ${goalMs} ms`
  return `| ${what} | \`${command}\` | ${measuredMs.toFixed(1)} ms | ${goal} |`
}

const helpMs = repeat(HELP_RUNS, process.execPath, [PROGRAM, '--help'])
const nodeMs = repeat(HELP_RUNS, process.execPath, ['-e', '0'])
const bashMs = repeat(HELP_RUNS, 'bash', ['-c', 'test -d .'])
const gateMs = measureGates()
process.stdout.write(
  [
    `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / GIBIBYTE)} GiB, ${type()} ${release()} ${arch()}, Node ${process.versions.node}.`,
    `Medians of ${HELP_RUNS} processes, and of ${GATE_RUNS} runs of ${GATES} gates, each after one that is not counted.`,
    '',
    '| what | command | median | goal |',
    '|---|---|---|---|',
    line('help', 'seaworthy --help', helpMs, HELP_GOAL_MS),
    line('of it, Node alone', "node -e '0'", nodeMs),
    line(
      'one gate: run, judged, stored, signed, in the ledger',
      'seaworthy run fleet.md --parallel 1',
      gateMs,
      GATE_GOAL_MS,
    ),
    line('of it, the command alone', "bash -c 'test -d .'", bashMs),
    '',
  ].join('\n'),
)
