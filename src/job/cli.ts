// The commands of background work: list, show, retry, cancel, kinds, schedules.
import { EXIT, harmlessLine, harmlessText } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { JobPage, PresentedKind } from './http.ts'
import type { StoredJob, StoredSchedule } from './model.ts'

export async function runJobsList(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const query = new URLSearchParams()
  for (const name of ['state', 'kind', 'before', 'limit']) {
    const value = options[name]
    if (typeof value === 'string') query.set(name, value)
  }
  const page = await context.client.call<JobPage>('GET', `/v1/jobs?${query.toString()}`)
  const lines = page.jobs.map(lineOf)
  if (page.next !== null) lines.push(`older: seaworthy jobs list --before ${page.next}`)
  return { exit: EXIT.ok, data: page, text: lines.join('\n') || 'There is no such job.' }
}

function lineOf(job: StoredJob): string {
  const share = job.progress === null ? '' : ` ${Math.round(job.progress * 100)} %`
  const said = job.error ?? job.note ?? ''
  return harmlessLine(
    `${job.id}  ${job.state.padEnd(9)} ${job.kind.padEnd(20)} attempt ${job.attempt}${share}  due ${job.dueAt}  ${said}`.trimEnd(),
  )
}

export async function runJobsShow(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  return outcomeOf(await context.client.call<StoredJob>('GET', pathOf(args[0])))
}

export async function runJobsRun(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  return outcomeOf(await context.client.call<StoredJob>('POST', '/v1/jobs', { kind: args[0] }))
}

export async function runJobsRetry(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  return outcomeOf(await context.client.call<StoredJob>('POST', `${pathOf(args[0])}/retry`))
}

export async function runJobsCancel(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  return outcomeOf(await context.client.call<StoredJob>('POST', `${pathOf(args[0])}/cancel`))
}

function outcomeOf(job: StoredJob): CommandOutcome {
  const lines = Object.entries(job).flatMap(([name, value]) =>
    value === null ? [] : [`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`],
  )
  return { exit: EXIT.ok, data: job, text: harmlessText(lines.join('\n')) }
}

function pathOf(id: string | undefined): string {
  return `/v1/jobs/${encodeURIComponent(id ?? '')}`
}

export async function runJobsKinds(context: CommandContext): Promise<CommandOutcome> {
  const kinds = await context.client.call<readonly PresentedKind[]>('GET', '/v1/job-kinds')
  const lines = kinds.map(
    ({ name, summary, isSchedulable }) =>
      `${name.padEnd(20)} ${summary}${isSchedulable ? ' (jobs run, jobs schedule)' : ''}`,
  )
  return { exit: EXIT.ok, data: kinds, text: lines.map(harmlessLine).join('\n') }
}

/** Without a name the list; with a kind and a time a schedule is set, with `--remove` it is taken away. */
export async function runJobsSchedule(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { kind, cron, remove } = options
  const path = `/v1/schedules/${encodeURIComponent(args[0] ?? '')}`
  if (args[0] !== undefined && remove === true) {
    await context.client.call('DELETE', path)
    return { exit: EXIT.ok, data: null, text: harmlessLine(`${args[0]}: removed`) }
  }
  if (args[0] !== undefined) {
    const set = await context.client.call<StoredSchedule>('PUT', path, { kind, cron })
    return { exit: EXIT.ok, data: set, text: scheduleLine(set) }
  }
  const all = await everyRow<StoredSchedule>(context.client, '/v1/schedules')
  return {
    exit: EXIT.ok,
    data: all,
    text: all.map(scheduleLine).join('\n') || 'There is no schedule yet.',
  }
}

function scheduleLine({ name, kind, cron, nextAt, createdBy }: StoredSchedule): string {
  return harmlessLine(
    `${name.padEnd(20)} ${kind.padEnd(20)} ${cron}  next ${nextAt}  by ${createdBy}`,
  )
}
