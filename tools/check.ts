// Everything a machine can say about the code short of running the tests; each step prints what it read and how long it took.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { inspectDocs, renderDocsReport } from './docs.ts'
import { buildPackages } from './pack.ts'
import { inspectTree, renderTidy } from './tidy.ts'
import { readTree } from './tidy/project.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

interface StepResult {
  readonly isGood: boolean
  /** How many things the step read; a step that read nothing proves nothing. */
  readonly readCount: number
  /** What to show: always for a bad step, the last line for a good one. */
  readonly text: string
}

interface Step {
  readonly name: string
  run(): StepResult | Promise<StepResult>
}

const STEPS: readonly Step[] = [
  { name: 'types', run: () => checkTypes('.') },
  { name: 'types of the board', run: () => checkTypes('board') },
  {
    name: 'lint',
    run: () =>
      runTool(['oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '.'], / on (\d+) files/),
  },
  { name: 'format', run: () => runTool(['oxfmt/bin/oxfmt', '--check', '.'], / on (\d+) files/) },
  { name: 'house rules', run: checkTidy },
  { name: 'unused code', run: checkUnused },
  { name: 'documents', run: checkDocs },
  { name: 'packages', run: checkPackages },
]

/** Runs a tool from node_modules and takes the count of files from what it says. */
function runTool([script = '', ...args]: readonly string[], count: RegExp): StepResult {
  const program = join(root, 'node_modules', script)
  const done = spawnSync(process.execPath, [program, ...args], { cwd: root, encoding: 'utf8' })
  if (done.error !== undefined) throw done.error
  const text = `${done.stdout}${done.stderr}`.trim()
  return { isGood: done.status === 0, readCount: Number(count.exec(text)?.[1] ?? 0), text }
}

function checkTypes(project: string): StepResult {
  const { isGood, text } = runTool(
    ['typescript/bin/tsc', '-p', project, '--noEmit', '--listFiles', '--pretty', 'false'],
    /$/,
  )
  const lines = text.split('\n')
  const isListed = (line: string): boolean =>
    /\.(?:tsx?|mts|cts)$/.test(line) && !line.includes(': error TS')
  const readCount = lines.filter((line) => isListed(line) && !line.includes('node_modules')).length
  const faults = lines.filter((line) => !isListed(line))
  return {
    isGood,
    readCount,
    text: [...faults, `read ${readCount} files of the project`].join('\n'),
  }
}

function checkTidy(): StepResult {
  const report = inspectTree(readTree(root))
  return {
    isGood: report.findings.length === 0,
    readCount: report.fileCount,
    text: renderTidy(report),
  }
}

function checkUnused(): StepResult {
  const reporters = ['--reporter', 'symbols', '--reporter', './tools/unused-count.ts']
  return runTool(
    ['knip/bin/knip.js', '--no-progress', '--no-config-hints', ...reporters],
    /read (\d+) files/,
  )
}

async function checkDocs(): Promise<StepResult> {
  const report = await inspectDocs(root)
  return {
    isGood: report.faults.length === 0,
    readCount: Math.min(report.codeCount, report.linkCount),
    text: renderDocsReport(report),
  }
}

async function checkPackages(): Promise<StepResult> {
  const out = mkdtempSync(join(tmpdir(), 'seaworthy-check-'))
  try {
    const built = buildPackages(out)
    const lines: string[] = []
    for (const { name, folder } of built) {
      const { messages, pkg } = await publint({ pkgDir: folder, level: 'warning', strict: true })
      lines.push(
        ...messages.map((message) => `${name}: ${formatMessage(message, pkg) ?? message.code}`),
      )
    }
    const counts = built.map(({ name, fileCount }) => `${name} ${fileCount} files`)
    return {
      isGood: lines.length === 0,
      readCount: Math.min(...built.map(({ fileCount }) => fileCount)),
      text: [...lines, `packed ${counts.join(', ')}`].join('\n'),
    }
  } finally {
    rmSync(out, { recursive: true })
  }
}

async function runStep({ name, run }: Step): Promise<boolean> {
  const startedMs = performance.now()
  const result = await finish(run)
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const isGood = result.isGood && result.readCount > 0
  const lines = result.text.split('\n')
  const shown = isGood ? [lines.at(-1) ?? ''] : lines
  const nothing = result.readCount === 0 ? ['read nothing, so it proves nothing'] : []
  process.stdout.write(
    `${isGood ? '✓' : '✗'} ${name}, ${seconds} s\n${[...shown, ...nothing].join('\n').replace(/^/gm, '  ')}\n`,
  )
  return isGood
}

/** A step that breaks down is a failed step, and the next ones still run. */
async function finish(run: Step['run']): Promise<StepResult> {
  try {
    return await run()
  } catch (error) {
    return {
      isGood: false,
      readCount: 0,
      text: error instanceof Error ? error.message : String(error),
    }
  }
}

let failedCount = 0
for (const step of STEPS) if (!(await runStep(step))) failedCount += 1
process.stdout.write(`\n${STEPS.length - failedCount} of ${STEPS.length} checks passed\n`)
process.exitCode = failedCount === 0 ? 0 : 1
