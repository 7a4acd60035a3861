// The Markdown that a CI system shows on the page of a job: the first screen of a run, for people who never open the log.
import { appendFile } from 'node:fs/promises'
import { EXIT, messageOf } from '../../kernel/index.ts'
import type { CommandContext } from '../../client/index.ts'
import { escapeMarkdown } from '../../report/index.ts'
import { currentResults, isSatisfied } from '../../verdict/index.ts'
import type { RunReport } from '../../runner/index.ts'

/** Gates listed at most; the rest is counted. A job summary may have 1 MiB. */
const GATE_LIMIT = 200
const REASON_LIMIT_CHARACTERS = 300

/** Appends the summary of a run where the CI system wants one; a summary that cannot be written is told, and harms nothing. */
export async function writeJobSummary(
  context: CommandContext,
  report: RunReport,
  exit: number,
): Promise<void> {
  await appendJobSummary(context, renderJobSummary(report, exit))
}

/** Appends to the file a person named, else to where the CI system wants it; without either it does nothing. */
export async function appendJobSummary(
  context: CommandContext,
  text: string,
  file = context.screen.summaryFile,
): Promise<void> {
  if (file === undefined) return
  try {
    await appendFile(file, text)
  } catch (thrown) {
    context.notify(`the job summary could not be written: ${messageOf(thrown)}\n`)
  }
}

export function renderJobSummary(report: RunReport, exit: number): string {
  const { view } = report
  const { service, version, runId } = view.run
  const gates = new Map(view.plan.gates.map((gate) => [gate.id, gate]))
  const asked = report.named === undefined ? undefined : new Set(report.named)
  const results = currentResults(view.plan.gates, view.results).filter(
    ({ gate }) => asked?.has(gate) ?? true,
  )
  const counts = new Map<string, number>()
  for (const { status } of results) counts.set(status, (counts.get(status) ?? 0) + 1)
  const open = results.filter(({ status }) => !isSatisfied(status) || status === 'WARN')
  const rows = open.slice(0, GATE_LIMIT).map(({ gate, status, reason }) => {
    const known = gates.get(gate)
    const title = escapeMarkdown(known?.title ?? gate)
    const why = escapeMarkdown(Array.from(reason).slice(0, REASON_LIMIT_CHARACTERS).join(''))
    return `| ${status} | ${title} | ${known?.severity ?? ''} | ${why} |`
  })
  const more = open.length > GATE_LIMIT ? [`… and ${open.length - GATE_LIMIT} more.`, ''] : []
  return [
    `## ${escapeMarkdown(`${service}@${version}`)}: ${headline(report, exit)}`,
    '',
    [...counts].map(([status, count]) => `${count} ${status}`).join(' · ') || 'no gate',
    '',
    ...(rows.length === 0
      ? []
      : ['| status | gate | severity | why |', '| --- | --- | --- | --- |', ...rows, '', ...more]),
    `Run \`${runId}\`, plan \`${view.run.planHash}\`. \`seaworthy decide\` gives the verdict with people in it.`,
    '',
  ].join('\n')
}

function headline({ named, isAnswered }: RunReport, exit: number): string {
  if (named !== undefined && exit !== EXIT.interrupted)
    return `only a part was asked for, and it is ${isAnswered ? 'satisfied' : 'not satisfied'}`
  if (exit === EXIT.ok) return 'every required gate is satisfied'
  return exit === EXIT.interrupted ? 'interrupted' : 'required gates are not satisfied'
}
