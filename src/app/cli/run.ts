// The run command: the runner runs, the release room writes what people read.
import { EXIT, harmlessText, MASK } from '../../kernel/index.ts'
import type { ExitCode } from '../../kernel/index.ts'
import { shellWordOf } from '../../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { writeDocuments } from '../../release/index.ts'
import { runDryRun, runHere } from '../../runner/index.ts'
import type { RunReport } from '../../runner/index.ts'
import { currentResults } from '../../verdict/index.ts'
import type { CurrentResult } from '../../verdict/index.ts'
import { writeJobSummary } from './job-summary.ts'

export async function runRunCommand(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  if (options['dryRun'] === true) return runDryRun(context, args, options)
  const report = await runHere(context, args, options)
  const { service, version, subject } = report.view.run
  const { environment } = subject
  const paths = await writeDocuments(context, { service, version, environment })
  const exit = exitOf(report)
  await writeJobSummary(context, report, exit)
  return {
    exit,
    data: {
      release: `${service}@${version}`,
      run: report.view.run.runId,
      isResumed: report.isResumed,
      isOpen: report.isOpen,
      ...(report.named === undefined ? {} : { only: report.named }),
      plan: report.view.run.planHash,
      results: currentOf(report),
      paths,
      confirm: presentPreview(report),
      unknown: report.unknown,
    },
    text: renderRun(report, paths, { file: shellWordOf(args[0] ?? ''), place: context.placeWords }),
  }
}

/** What was asked for holds and the rest has not run: neither a success nor a failure of the release. */
function exitOf(report: RunReport): ExitCode {
  if (report.interrupted) return EXIT.interrupted
  if (report.isComplete) return EXIT.ok
  return report.isAnswered && report.named !== undefined ? EXIT.notReady : EXIT.noGo
}

function presentPreview({ preview }: RunReport): unknown {
  if (preview === null) return null
  const { token, risk, policy, expiresAt, changes } = preview
  const gates = changes.map(({ of, effect, what }) => ({ gate: of, effect, what }))
  return { token, risk, policy, expiresAt, gates }
}

/** What the commands that a person may run next have in common. */
interface NextWords {
  readonly file: string
  readonly place: string
}

function renderRun(
  report: RunReport,
  paths: Readonly<Record<string, string>>,
  next: NextWords,
): string {
  const { view } = report
  const { place } = next
  const lines = [
    `${view.run.service}@${view.run.version}: ${countText(currentOf(report))}`,
    standingLine(report),
    ...folderLines(report),
    ...waitingLines(report, next),
    ...unknownLines(report),
    ...staleLines(report, next),
    ...answerLines(report, next),
    ...goingOnLines(report, next),
    ...Object.entries(paths).map(([name, path]) => `  ${name}: ${path}`),
    `Next: seaworthy status, seaworthy sign, seaworthy decide${place === '' ? '' : `, each with${place}`}`,
  ]
  return lines.map(harmlessText).join('\n')
}

function currentOf({ view }: RunReport): readonly CurrentResult[] {
  return currentResults(view.plan.gates, view.results)
}

/** What to run again, because what it took from another gate does not count any more. */
function staleLines(report: RunReport, { file, place }: NextWords): readonly string[] {
  const stale = currentOf(report).filter(({ status }) => status === 'STALE')
  return stale.flatMap(({ gate, reason }) => [
    `STALE ${gate}: ${reason}`,
    `  Run it again: seaworthy run ${file} --only ${gate} --repeat${place}`,
  ])
}

function countText(results: readonly CurrentResult[]): string {
  const counts = new Map<string, number>()
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1)
  const counted = [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
  return `${results.length} ${results.length === 1 ? 'gate' : 'gates'}: ${counted}`
}

function standingLine(report: RunReport): string {
  if (report.isComplete) return 'Every required gate is satisfied.'
  if (report.named === undefined) return 'Required gates are not satisfied.'
  const asked = new Set(report.named)
  const results = currentOf(report).filter(({ gate }) => asked.has(gate))
  const held = report.isAnswered ? 'satisfied' : 'not satisfied'
  return `Only a part of the plan was asked for, and it is ${held}: ${countText(results)}. This is no whole run.`
}

/** A command that did not find its files must not look like a release that lacks them. */
function folderLines({ view, isEmptyFolder }: RunReport): readonly string[] {
  const commands = new Set(
    view.plan.gates.filter((gate) => gate.check.type === 'command').map((gate) => gate.id),
  )
  const hasMissed = view.results.some(
    ({ gate, status }) => commands.has(gate) && (status === 'FAIL' || status === 'ERROR'),
  )
  return isEmptyFolder && hasMissed
    ? [
        'Nobody has reviewed the plan, so its commands ran in an empty folder; --workspace FOLDER gives them another.',
      ]
    : []
}

function waitingLines({ preview }: RunReport, { place }: NextWords): readonly string[] {
  if (preview === null) return []
  const { changes, risk, token, expiresAt } = preview
  const who = changes.length === 1 ? '1 gate waits' : `${changes.length} gates wait`
  return [
    `${who} for a person’s word, not being proven to only read (risk ${risk}):`,
    ...changes.map(({ of, effect, what }) => `  ${of} (${effect}): ${firstLine(what)}`),
    `Read them, then, once and before ${expiresAt}: seaworthy confirm ${token}${place}`,
    'What has a result is kept and does not run again.',
  ]
}

function unknownLines({ unknown }: RunReport): readonly string[] {
  if (unknown.length === 0) return []
  return [
    `Cut off earlier, and may have changed something: ${unknown.join(', ')}`,
    'Look at what they left, then add --repeat to the same command, without --confirm.',
  ]
}

function answerLines({ view }: RunReport, { place }: NextWords): readonly string[] {
  const manual = new Set(
    view.plan.gates.filter((gate) => gate.check.type === 'manual').map((gate) => gate.id),
  )
  return view.results
    .filter(({ gate, status }) => status === 'PENDING' && manual.has(gate))
    .map(
      ({ gate }) => `A person answers: seaworthy answer ${gate} --as NAME --yes${place} (or --no)`,
    )
}

function goingOnLines(
  { view, interrupted, isOpen, named }: RunReport,
  { file, place }: NextWords,
): readonly string[] {
  const again = `seaworthy run ${file}${parameterWords(view.run.terms.parameters)}${place}`
  if (interrupted)
    return [`Interrupted: ${again} goes on with the same run; what finished is kept.`]
  if (isOpen && named !== undefined) return [`The rest of the same run: ${again} --resume`]
  return []
}

/** The parameters as they were given; secret ones by name alone, as secrets again, to be taken from the environment. */
function parameterWords(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) =>
      value === MASK ? ` --secret ${name}` : ` --param ${shellWordOf(`${name}=${value}`)}`,
    )
    .join('')
}

const LINE_LIMIT_CHARACTERS = 100

function firstLine(text: string): string {
  const line =
    text.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#')) ?? ''
  return line.length > LINE_LIMIT_CHARACTERS ? `${line.slice(0, LINE_LIMIT_CHARACTERS)}…` : line
}
