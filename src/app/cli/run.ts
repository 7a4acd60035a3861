// The run command: the runner runs, the release room writes what people read.
import { EXIT, harmlessText, MASK } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { writeDocuments } from '../../release/index.ts'
import { runHere } from '../../runner/index.ts'
import type { RunReport } from '../../runner/index.ts'

export async function runRunCommand(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const report = await runHere(context, args, options)
  const { service, version } = report.view.run
  const paths = await writeDocuments(context, { service, version })
  const exit = report.interrupted ? EXIT.interrupted : report.isComplete ? EXIT.ok : EXIT.noGo
  return {
    exit,
    data: {
      release: `${service}@${version}`,
      run: report.view.run.runId,
      plan: report.view.run.planHash,
      results: report.view.results,
      paths,
      confirm: report.preview,
      unknown: report.unknown,
    },
    text: renderRun(report, paths, args[0] ?? ''),
  }
}

function renderRun(
  report: RunReport,
  paths: Readonly<Record<string, string>>,
  file: string,
): string {
  const { view, preview } = report
  const counts = new Map<string, number>()
  for (const { status } of view.results) counts.set(status, (counts.get(status) ?? 0) + 1)
  const counted = [...counts].map(([status, count]) => `${count} ${status}`).join(', ')
  const lines = [
    `${view.run.service}@${view.run.version}: ${view.results.length} ${view.results.length === 1 ? 'gate' : 'gates'}: ${counted}`,
    report.isComplete ? 'Every required gate is satisfied.' : 'Required gates are not satisfied.',
  ]
  const waiting = preview.gates.filter(({ gate }) => !view.run.terms.confirmed.includes(gate))
  if (waiting.length > 0) {
    const who = waiting.length === 1 ? '1 gate waits' : `${waiting.length} gates wait`
    lines.push(`${who} for a person’s word, not being proven to only read:`)
    for (const { gate, effect, what } of waiting)
      lines.push(`  ${gate} (${effect}): ${firstLine(what)}`)
    lines.push(
      `Read them, then: seaworthy run${file === '' ? '' : ` ${file}`}${parameterWords(view.run.terms.parameters)} --confirm ${preview.token}`,
    )
  }
  if (report.unknown.length > 0) {
    lines.push(`Cut off earlier, and may have changed something: ${report.unknown.join(', ')}`)
    lines.push('Look at what they left, then add --repeat to the same command.')
  }
  const manual = new Set(
    view.plan.gates.filter((gate) => gate.check.type === 'manual').map((gate) => gate.id),
  )
  for (const { gate, status } of view.results) {
    if (status === 'PENDING' && manual.has(gate))
      lines.push(`A person answers: seaworthy answer ${gate} --as NAME --yes (or --no)`)
  }
  if (report.interrupted) lines.push('Interrupted: run the same command again to resume.')
  lines.push(...Object.entries(paths).map(([name, path]) => `  ${name}: ${path}`))
  lines.push('Next: seaworthy status, seaworthy sign, seaworthy decide')
  return lines.map(harmlessText).join('\n')
}

/** The parameters as they were given; secret ones by name alone, to be taken from the environment. */
function parameterWords(parameters: Readonly<Record<string, string>>): string {
  const quote = (text: string): string =>
    /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
  return Object.entries(parameters)
    .map(([name, value]) => ` --param ${value === MASK ? name : quote(`${name}=${value}`)}`)
    .join('')
}

const LINE_LIMIT_CHARACTERS = 100

function firstLine(text: string): string {
  const line =
    text.split('\n').find((each) => each.trim() !== '' && !each.trim().startsWith('#')) ?? ''
  return line.length > LINE_LIMIT_CHARACTERS ? `${line.slice(0, LINE_LIMIT_CHARACTERS)}…` : line
}
