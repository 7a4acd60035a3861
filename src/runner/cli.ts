// The run command: runs a plan here, or the part of it that is asked for, and leaves open what can go on later.
import type { CommandContext, OptionValues } from '../client/index.ts'
import { chooseFile, uploadPlan } from '../gates/index.ts'
import type { RecordedPlan, RunHolder, RunView, StartedRun } from '../gates/index.ts'
import { openRunner } from '../identity/index.ts'
import type { EnrolledRunner } from '../identity/index.ts'
import { chooseGates } from './choice.ts'
import type { GateChoice } from './choice.ts'
import { runnerFault } from './errors.ts'
import type { GateUser } from './gate-user.ts'
import { listOption, readParameters } from './parameters.ts'
import type { RunParameters } from './parameters.ts'
import { progressView } from './progress.ts'
import type { ProgressView } from './progress-terms.ts'
import {
  assertParametersTaken,
  authorId,
  callOf,
  parallelOf,
  pinOf,
  subjectOf,
} from './run-request.ts'
import { areSatisfied, closeRun, holderOf } from './run-end.ts'
import { takeUpRun } from './take-up.ts'
import { openSink, resumptionOf } from './run-sink.ts'
import { runPlan } from './service.ts'
import { gateUserOf, workspaceOf } from './workspace.ts'

/** What a run came to: the settled results, and what a person would have to confirm. */
export interface RunReport {
  readonly view: RunView
  readonly preview: StartedRun['preview']
  readonly interrupted: boolean
  /** True when the run was there before. */
  readonly isResumed: boolean
  /** Gates that were asked for; absent when the whole plan was. */
  readonly named?: readonly string[]
  /** Gates that were cut off and may have changed something; they wait for `--repeat`. */
  readonly unknown: readonly string[]
  /** Every required gate of the plan is satisfied. */
  readonly isComplete: boolean
  /** Every required gate that was asked for is satisfied. */
  readonly isAnswered: boolean
  /** Commands ran in an empty folder, because nobody has reviewed the plan or confirmed the run. */
  readonly isEmptyFolder: boolean
  /** The run can be gone on with: it was cut off, waits for a person, or only a part of it was asked for. */
  readonly isOpen: boolean
}

export async function runHere(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<RunReport> {
  const file = chooseFile(context, args[0])
  // Everything that can be refused is refused before a run is opened: a new run makes the last one history.
  const parallelLimit = parallelOf(options)
  const resume = resumeOf(options)
  const parameters = readParameters(context, context.ports.digest, options)
  const recorded = await uploadPlan(context, file, options)
  const choice = choiceOf(recorded, options)
  // With a token the control plane compares all of it, and says that the token is for something else.
  if (options['confirm'] === undefined) assertParametersTaken(recorded.plan, parameters)
  const subject = subjectOf(context, recorded, options)
  const { service, version } = recorded.plan
  const author = await authorId(context, options)
  await context.client.call('POST', '/v1/releases', { service, version, author })
  const runner = await openRunner(context, options)
  const holder = holderOf(context)
  const started = await takeUpRun(context.client, context.process, {
    planHash: recorded.planHash,
    parameters: parameters.shown,
    parametersDigest: pinOf(context, { file, subject, parameters: parameters.digest }, options),
    subject,
    confirmToken: options['confirm'],
    resume: resume ?? (choice.gates === undefined ? 'cut-off' : 'open'),
    gates: choice.gates,
    runner: holder,
    call: callOf(context, file, options),
  })
  const workspace = workspaceOf(context, file, recorded, started.run.terms, options)
  const gateUser = await gateUserOf(context, workspace, options)
  const call = {
    file,
    started,
    holder,
    runner,
    choice,
    parameters,
    parallelLimit,
    workspace,
    gateUser,
  }
  return executeRun(context, call, options['repeat'] === true)
}

interface RunToExecute {
  /** As it was named. */
  readonly file: string
  readonly started: StartedRun
  readonly holder: RunHolder
  readonly runner: EnrolledRunner
  readonly choice: GateChoice
  readonly parameters: RunParameters
  readonly parallelLimit: number
  readonly workspace: 'none' | (string & {})
  readonly gateUser: GateUser
}

async function executeRun(
  context: CommandContext,
  call: RunToExecute,
  isRepeated: boolean,
): Promise<RunReport> {
  const { file, started, holder, runner, choice, parameters, workspace, gateUser } = call
  const { client, ports } = context
  const { run, plan, preview, isResumed } = started
  const progress = progressOf(context, plan, file, choice)
  try {
    const { sink, submitted } = await openSink(context, run.runId, holder)
    const { interrupted, unknown } = await runPlan({
      plan,
      planHash: run.planHash,
      runId: run.runId,
      subject: run.subject,
      terms: run.terms,
      secretParameters: parameters.secrets,
      runnerId: runner.principal.id,
      version: context.version,
      signer: runner.key.signer,
      ports,
      sink,
      workspace,
      gateUser,
      resume: resumptionOf(started, submitted),
      ...(choice.gates === undefined ? {} : { only: choice.gates }),
      ...(isRepeated ? repetitionOf(started, choice) : {}),
      parallelLimit: call.parallelLimit,
      onEvent: (event) => progress.show(event),
      signal: context.signal,
    })
    const isWaiting = preview !== null || choice.gates !== undefined
    const isCutOff = interrupted || unknown.length > 0
    const view = await closeRun(client, run.runId, holder, isCutOff, isWaiting)
    return {
      view,
      preview,
      isResumed,
      interrupted,
      unknown,
      ...(choice.gates === undefined ? {} : { named: choice.named }),
      isComplete: areSatisfied(view, undefined),
      isAnswered: areSatisfied(view, new Set(choice.named)),
      isEmptyFolder: workspace === 'none',
      isOpen: view.run.finishedAt === null,
    }
  } finally {
    await progress.close()
  }
}

export function choiceOf({ plan }: RecordedPlan, options: OptionValues): GateChoice {
  const from = options['from']
  return chooseGates(plan, {
    only: listOption(options, 'only'),
    ...(typeof from === 'string' ? { from } : {}),
  })
}

/** What the options say about open runs; undefined when they say nothing. */
export function resumeOf(options: OptionValues): 'must' | 'none' | undefined {
  const isResumed = options['resume'] === true
  if (isResumed && options['fresh'] === true)
    throw runnerFault('RUNNER_OPTION_REFUSED', 'expected --resume or --fresh, got both')
  if (options['fresh'] === true) return 'none'
  return isResumed ? 'must' : undefined
}

/** With --repeat a person asks for gates again: those that were cut off, and of a part also those that have a result. */
function repetitionOf(
  started: StartedRun,
  choice: GateChoice,
): { readonly again: readonly string[]; readonly confirmRepeat: readonly string[] } {
  return {
    again: choice.gates === undefined ? [] : choice.named,
    confirmRepeat: started.unfinished,
  }
}

function progressOf(
  context: CommandContext,
  plan: RunView['plan'],
  file: string,
  { gates: chosen }: GateChoice,
): ProgressView {
  const { files, screen } = context
  // A plan file keeps the name of its checklist, not where it lies; beside the plan is the best guess.
  const source = files.baseName(file) === plan.source.name ? file : plan.source.name
  return progressView({
    mode: context.isJson ? 'ndjson' : screen.isLive ? 'live' : 'lines',
    write: (text) => context.notify(text),
    clock: context.ports.clock,
    gates: plan.gates
      .filter(({ id, children }) => children === undefined && chosen?.includes(id) !== false)
      .map(({ id, title, section, severity, source: { line } }) => ({
        id,
        title,
        section,
        severity,
        place: { file: source, line },
      })),
    isColoured: screen.isColoured,
    ...(screen.ci === undefined ? {} : { ci: screen.ci }),
    size: () => screen.size(),
  })
}
