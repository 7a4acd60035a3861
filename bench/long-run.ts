// Measures a command on an existing folder, and a run of a thousand gates with its memory; prints markdown lines and keeps nothing.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, release, tmpdir, type } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../bin/seaworthy.js', import.meta.url))
const STATUS_RUNS = 9
const STATUS_GOAL_MS = 1_000
const GATES = 1_000
const GATE_GOAL_MS = 15
/** 400 MB. */
const MEMORY_GOAL_MIB = 381
/** How often the peak of the memory is read; the kernel keeps the peak, so only the last moment can be missed. */
const MEMORY_POLL_MS = 50

interface Finished {
  readonly tookMs: number
  readonly stderr: string
  /** Peak resident memory of the process itself, in MiB; 0 where the system does not show it. */
  readonly peakMib: number
}

async function runProgram(...args: string[]): Promise<Finished> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, [PROGRAM, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  let peakMib = 0
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const timer = setInterval(() => {
    peakMib = Math.max(peakMib, readPeakMib(child.pid))
  }, MEMORY_POLL_MS)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearInterval(timer)
  if (code !== 0) throw new Error(`expected exit 0 of ${args[0] ?? ''}, got ${String(code)}`)
  return { tookMs: performance.now() - startedMs, stderr, peakMib }
}

function readPeakMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8')
    return Number(/VmHWM:\s*(\d+) kB/.exec(status)?.[1] ?? 0) / 1024
  } catch {
    // Not Linux, or the process has just ended.
    return 0
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function writeChecklist(folder: string, name: string, gates: number): string {
  const items = Array.from(
    { length: gates },
    (_, at) => `- [ ] **Gate ${at + 1}**\n  \`\`\`bash\n  test -d .\n  \`\`\`\n`,
  )
  const path = join(folder, `${name}.md`)
  writeFileSync(path, `# ${name} 1.0.0\n\n${items.join('')}`)
  return path
}

async function measure(folder: string): Promise<string[]> {
  const data = ['--data', join(folder, 'data')]
  await runProgram('run', writeChecklist(folder, 'small', 3), ...data)
  await runProgram('status', ...data)
  const times: number[] = []
  for (let at = 0; at < STATUS_RUNS; at++) {
    times.push((await runProgram('status', ...data)).tookMs)
  }
  const long = ['run', writeChecklist(folder, 'long', GATES), ...data, '--parallel', '1', '--json']
  const { stderr, peakMib } = await runProgram(...long)
  const last: { kind: string; durationMs: number; counts: Record<string, number> } = JSON.parse(
    stderr.trim().split('\n').at(-1) ?? '',
  )
  if (last.kind !== 'run-finished' || last.counts['PASS'] !== GATES) {
    throw new Error(`expected ${GATES} passing gates, got ${JSON.stringify(last)}`)
  }
  return [
    `| a command on an existing folder | \`seaworthy status\` | ${median(times).toFixed(0)} ms | ≤ ${STATUS_GOAL_MS} ms |`,
    `| one of ${GATES} gates | \`seaworthy run long.md --parallel 1\` | ${(last.durationMs / GATES).toFixed(1)} ms | ≤ ${GATE_GOAL_MS} ms |`,
    `| peak memory of that run | the same | ${peakMib.toFixed(0)} MiB | ≤ ${MEMORY_GOAL_MIB} MiB |`,
  ]
}

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
try {
  const before = loadavg()[0] ?? 0
  const lines = await measure(folder)
  process.stdout.write(
    [
      `Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${type()} ${release()}, Node ${process.versions.node}; load ${before.toFixed(1)} before and ${(loadavg()[0] ?? 0).toFixed(1)} after.`,
      `Median of ${STATUS_RUNS} commands after one that is not counted; one run: node bench/long-run.ts`,
      '',
      '| what | command | measured | goal |',
      '|---|---|---|---|',
      ...lines,
      '',
    ].join('\n'),
  )
} finally {
  rmSync(folder, { recursive: true })
}
