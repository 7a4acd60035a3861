// Runs the tests in groups and ends with plain counts; a group without a test, or a skip without a name, cannot pass unseen.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { renderCtrf } from './test-ctrf.ts'
import { GROUP_NAMES, groupsFor, probePostgres } from './test-groups.ts'
import type { GroupRequest, TestGroup } from './test-groups.ts'
import { SUMMARY_FILE_VARIABLE } from './test-reporter.ts'
import type { TestCounts } from './test-reporter.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const TEST_TIMEOUT_MS = 10 * 60_000
/** A group that hangs is killed, so that a run always ends with counts. */
const GROUP_TIMEOUT_MS = 90 * 60_000
const EXIT_USAGE = 2

interface GroupOutcome {
  readonly name: string
  readonly counts: TestCounts
  /** Why the group fails although no test of it may have. */
  readonly fault?: string
  readonly durationMs: number
}

const NOTHING: TestCounts = { passed: 0, failed: 0, skipped: [], tests: [] }

async function runGroup(group: TestGroup, folder: string): Promise<GroupOutcome> {
  const startedMs = performance.now()
  const finish = (counts: TestCounts, fault?: string): GroupOutcome => ({
    name: group.name,
    counts,
    durationMs: performance.now() - startedMs,
    ...(fault === undefined ? {} : { fault }),
  })
  if (group.files.length === 0) return finish(NOTHING, 'no test file found')
  process.stdout.write(`\n${group.name}: ${group.files.length} files\n`)
  const summary = join(folder, `${group.name.replaceAll(' ', '-')}.json`)
  const ended = await runNode(group, summary)
  if (!existsSync(summary))
    return finish(NOTHING, `the test process ended without counts (${ended})`)
  const counts: TestCounts = JSON.parse(readFileSync(summary, 'utf8'))
  if (counts.passed + counts.failed === 0) return finish(counts, 'not one test ran')
  if (ended !== 'exit 0' && counts.failed === 0)
    return finish(counts, `every test passed, yet the process ended with ${ended}`)
  return finish(counts)
}

/** A group in one process leaves the other processors idle, so such groups run beside each other; the others each have the machine. */
async function runGroups(groups: readonly TestGroup[], folder: string): Promise<GroupOutcome[]> {
  const outcomes = new Map<TestGroup, GroupOutcome>()
  const run = async (group: TestGroup): Promise<void> => {
    outcomes.set(group, await runGroup(group, folder))
  }
  const waiting = groups.filter(({ isolation }) => isolation === 'none')
  const runOneByOne = async (): Promise<void> => {
    for (let group = waiting.shift(); group !== undefined; group = waiting.shift()) await run(group)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, runOneByOne))
  for (const group of groups.filter(({ isolation }) => isolation === 'process')) await run(group)
  return groups.map((group) => outcomes.get(group)!)
}

function runNode(group: TestGroup, summary: string): Promise<string> {
  const ended = Promise.withResolvers<string>()
  const args = [
    '--test',
    `--test-isolation=${group.isolation}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    `--test-reporter=${new URL('./test-reporter.ts', import.meta.url).href}`,
    '--test-reporter-destination=stdout',
    ...(group.isolation === 'process' ? [`--test-concurrency=${availableParallelism()}`] : []),
    ...group.files,
  ]
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...group.env, [SUMMARY_FILE_VARIABLE]: summary },
    timeout: GROUP_TIMEOUT_MS,
  })
  child.on('error', ended.reject)
  child.on('exit', (code, signal) =>
    ended.resolve(signal === null ? `exit ${code}` : `signal ${signal}`),
  )
  return ended.promise
}

/** One line alone on its line, because machines look for it. */
function renderCounts({
  passed,
  failed,
  skipped,
}: {
  passed: number
  failed: number
  skipped: number
}): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

function renderOutcomes(outcomes: readonly GroupOutcome[], notRun: readonly string[]): string {
  const lines: string[] = ['']
  const skips = outcomes.flatMap(({ name, counts }) =>
    counts.skipped.map((skip) => ({ group: name, ...skip })),
  )
  if (skips.length + notRun.length > 0) lines.push('Skipped:')
  for (const { group, name, file, reason } of skips)
    lines.push(`  ${name} (${file}, ${group}): ${reason}`)
  for (const text of notRun) lines.push(`  ${text}`)
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const { name, counts, fault, durationMs } of outcomes) {
    // A group that proves nothing is a failure of its own, so that the total cannot read like success.
    const failed = counts.failed + (fault === undefined ? 0 : 1)
    const own = { passed: counts.passed, failed, skipped: counts.skipped.length }
    total.passed += own.passed
    total.failed += own.failed
    total.skipped += own.skipped
    lines.push(
      '',
      `${name}, ${(durationMs / 1000).toFixed(1)} s${fault === undefined ? '' : `: ${fault}`}`,
      renderCounts(own),
    )
  }
  lines.push('', 'all groups', renderCounts(total), '')
  return lines.join('\n')
}

const OPTIONS = {
  group: { type: 'string' },
  quick: { type: 'boolean' },
  extended: { type: 'boolean' },
  'service-bound': { type: 'boolean' },
  ctrf: { type: 'string' },
} as const

interface TestRequest extends GroupRequest {
  /** Where a CTRF report of the run goes. */
  readonly ctrf?: string
}

function readRequest(args: readonly string[]): TestRequest | string {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
  })
  const unknown = [
    ...Object.keys(values)
      .filter((name) => !(name in OPTIONS))
      .map((name) => `--${name}`),
    ...positionals,
  ]
  if (unknown.length > 0)
    return `expected --group NAME, --quick, --extended, --service-bound or --ctrf FILE, not ${unknown.join(' ')}`
  if (values.ctrf !== undefined && typeof values.ctrf !== 'string')
    return 'expected the name of a file after --ctrf'
  const report = values.ctrf === undefined ? {} : { ctrf: values.ctrf }
  if (values.group === undefined) {
    const isExtended = values.extended === true
    const isServiceBound = values['service-bound'] === true
    const isQuick = values.quick === true
    return { only: undefined, isQuick, isExtended, isServiceBound, ...report }
  }
  if (typeof values.group === 'string' && GROUP_NAMES.includes(values.group)) {
    const isServiceBound = values['service-bound'] === true
    return { only: values.group, isQuick: false, isExtended: false, isServiceBound, ...report }
  }
  return `--group is one of ${GROUP_NAMES.join(', ')}, not ${String(values.group)}`
}

async function runTests(request: TestRequest): Promise<boolean> {
  const postgres = await probePostgres(process.env)
  const groups = groupsFor(request, postgres, root)
  const hasDatabase = groups.some(({ name }) => name.startsWith('database'))
  const notRun =
    hasDatabase && 'absence' in postgres ? [`database on postgres: ${postgres.absence}`] : []
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-tests-'))
  const startMs = Date.now()
  try {
    const outcomes = await runGroups(groups, folder)
    process.stdout.write(renderOutcomes(outcomes, notRun))
    if (request.ctrf !== undefined) {
      const file = resolve(request.ctrf)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, renderCtrf(outcomes, notRun, { startMs, stopMs: Date.now() }))
    }
    return outcomes.every(({ counts, fault }) => counts.failed === 0 && fault === undefined)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const request = readRequest(process.argv.slice(2))
if (typeof request === 'string') {
  process.stderr.write(`${request}\n`)
  process.exitCode = EXIT_USAGE
} else {
  process.exitCode = (await runTests(request)) ? 0 : 1
}
