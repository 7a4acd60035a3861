// The runner's commands: run a plan here, answer a manual gate.
import { canonicalBytes, contentDigest, EXIT } from '../kernel/index.ts'
import type { ContentDigest } from '../kernel/index.ts'
import type {
  Client,
  CommandContext,
  CommandOutcome,
  LocalKey,
  OptionValues,
} from '../client/index.ts'
import { chooseFile, uploadPlan } from '../gates/index.ts'
import type { RecordedPlan, RunView, StartedRun } from '../gates/index.ts'
import { openRunner } from '../identity/index.ts'
import { keyIdOf, releaseDigestOf } from '../proof/index.ts'
import { isSatisfied, neededParameters } from '../verdict/index.ts'
import type { Plan, Subject } from '../verdict/index.ts'
import { apiSink } from './api-sink.ts'
import { answerManualGate } from './checks/manual.ts'
import { runnerFault } from './errors.ts'
import type { RunBinding } from './gate-run.ts'
import { listOption, readParameters } from './parameters.ts'
import type { RunParameters } from './parameters.ts'
import { progressView } from './progress.ts'
import type { ProgressView } from './progress.ts'
import { PARALLEL_LIMIT } from './schedule.ts'
import { runPlan } from './service.ts'
import { agreedFolder, gateUserOf, workspaceOf } from './workspace.ts'

/** What a run came to: the settled results, and what a person would have to confirm. */
export interface RunReport {
  readonly view: RunView
  readonly preview: StartedRun['preview']
  readonly interrupted: boolean
  /** Gates that were cut off and may have changed something; they wait for `--repeat`. */
  readonly unknown: readonly string[]
  /** Every required gate is satisfied. */
  readonly isComplete: boolean
}

export async function runHere(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<RunReport> {
  const file = chooseFile(context, args[0])
  const { client, ports } = context
  // Everything that can be refused is refused before a run is opened: a new run makes the last one history.
  const parallelLimit = parallelOf(options)
  const parameters = readParameters(context, ports.digest, options)
  const recorded = await uploadPlan(context, file, options)
  // With a token the control plane compares all of it, and says that the token is stale.
  if (options['confirm'] === undefined) assertParametersTaken(recorded.plan, parameters)
  const subject = subjectOf(context, recorded, options)
  const { service, version } = recorded.plan
  await client.call('POST', '/v1/releases', {
    service,
    version,
    author: await authorId(context, options),
  })
  const runner = await openRunner(context, options)
  const started = await client.call<StartedRun>('POST', '/v1/runs', {
    planHash: recorded.planHash,
    parameters: parameters.shown,
    parametersDigest: pinOf(context, { file, subject, parameters: parameters.digest }, options),
    subject,
    confirmToken: options['confirm'],
    fresh: options['fresh'] === true ? true : undefined,
  })
  const workspace = workspaceOf(context, file, recorded, options)
  const gateUser = await gateUserOf(context, workspace, options)
  const progress = progressOf(context)
  try {
    const outcome = await runPlan({
      plan: started.plan,
      planHash: recorded.planHash,
      runId: started.run.runId,
      subject,
      terms: started.run.terms,
      secretParameters: parameters.secrets,
      runnerId: runner.principal.id,
      version: context.version,
      signer: runner.key.signer,
      ports,
      sink: apiSink(client, started.run.runId),
      workspace,
      gateUser,
      resume: { ...started, results: started.finished },
      confirmRepeat: options['repeat'] === true ? started.unfinished : [],
      parallelLimit,
      onEvent: (event) => progress.show(event),
      signal: context.signal,
    })
    const { interrupted, unknown } = outcome
    const view = await closeRun(client, started.run.runId, interrupted || unknown.length > 0)
    return { view, preview: started.preview, interrupted, unknown, isComplete: isRunComplete(view) }
  } finally {
    await progress.close()
  }
}

/** A run that has something left to resume stays open: a new one would not know what was cut off. */
async function closeRun(client: Client, runId: string, isLeftOpen: boolean): Promise<RunView> {
  const path = `/v1/runs/${runId}`
  return isLeftOpen ? client.call('GET', path) : client.call('POST', `${path}/finish`, {})
}

function assertParametersTaken(plan: Plan, parameters: RunParameters): void {
  const taken = new Set(plan.gates.flatMap(neededParameters))
  const idle = Object.keys(parameters.shown).filter((name) => !taken.has(name))
  if (idle.length === 0) return
  const known = [...taken].sort().join(', ') || 'none'
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected parameters that a gate takes (${known}), got ${idle.join(', ')}`,
  )
}

function progressOf(context: CommandContext): ProgressView {
  return progressView({
    mode: context.isJson ? 'ndjson' : context.isTerminal ? 'live' : 'lines',
    write: (text) => context.notify(text),
    clock: context.ports.clock,
  })
}

function isRunComplete(view: RunView): boolean {
  const severities = new Map(view.plan.gates.map((gate) => [gate.id, gate.severity]))
  return view.results.every(
    (result) => severities.get(result.gate) !== 'required' || isSatisfied(result.status),
  )
}

export async function runAnswer(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  if ((options['yes'] === true) === (options['no'] === true)) {
    throw runnerFault('RUNNER_OPTION_REFUSED', 'expected exactly one of --yes and --no')
  }
  const { client, ports } = context
  const runs = await client.call<readonly { runId: string }[]>('GET', '/v1/runs')
  const newest = runs[0]
  if (newest === undefined)
    throw runnerFault('RUNNER_GATE_UNKNOWN', 'expected a run with the gate, found no run')
  const view = await client.call<RunView>('GET', `/v1/runs/${newest.runId}`)
  const key = await context.keys.open(typeof options['as'] === 'string' ? options['as'] : '')
  const gate = args[0] ?? ''
  const binding: RunBinding = {
    runId: newest.runId,
    planHash: view.run.planHash,
    subject: view.run.subject,
    runner: { id: personIdOf(context, key), version: context.version },
    signer: key.signer,
    digest: ports.digest,
  }
  const outcome = await answerManualGate({
    plan: view.plan,
    gate,
    attempt: (view.attempts[gate] ?? 0) + 1,
    answer: options['yes'] === true,
    note: typeof options['comment'] === 'string' ? options['comment'] : '',
    slots: Object.fromEntries(listOption(options, 'slot').map(slotPair)),
    binding,
    sink: apiSink(client, newest.runId),
    clock: ports.clock,
  })
  return {
    exit: isSatisfied(outcome.status) ? EXIT.ok : EXIT.noGo,
    data: { gate, ...outcome },
    text: `${outcome.status} ${gate}: ${outcome.reason}`,
  }
}

function slotPair(text: string): readonly [string, string] {
  const at = text.indexOf('=')
  if (at < 1)
    throw runnerFault(
      'RUNNER_SLOT_UNKNOWN',
      `expected ID=VALUE, got ${JSON.stringify(text.slice(0, 100))}`,
    )
  return [text.slice(0, at), text.slice(at + 1)]
}

function personIdOf(context: CommandContext, key: LocalKey): string {
  return `person-${keyIdOf(context.ports.digest, key.signer.publicKey).slice(0, 16)}`
}

async function authorId(context: CommandContext, options: OptionValues): Promise<string | null> {
  const name = options['author']
  return typeof name === 'string' ? personIdOf(context, await context.keys.open(name)) : null
}

function subjectOf(
  context: CommandContext,
  recorded: RecordedPlan,
  options: OptionValues,
): Subject {
  const { service, version, environment } = recorded.plan
  const artefacts = listOption(options, 'artefact').map(
    (text): readonly [string, ContentDigest] => {
      const at = text.lastIndexOf('=')
      const hex = text.slice(at + 1).replace(/^sha256:/, '')
      if (at < 1 || !/^[0-9a-f]{64}$/.test(hex)) {
        throw runnerFault(
          'RUNNER_OPTION_REFUSED',
          `expected NAME=SHA256, got ${JSON.stringify(text.slice(0, 200))}`,
        )
      }
      return [text.slice(0, at), `sha256:${hex}`]
    },
  )
  const release = releaseDigestOf(context.ports.digest, service, version, environment)
  const digests = artefacts.length === 0 ? { release } : Object.fromEntries(artefacts)
  return { service, version, environment, digests, ...commitOf(options) }
}

function commitOf(options: OptionValues): { readonly commit?: string } {
  const commit = options['commit']
  if (typeof commit !== 'string') return {}
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(commit)) return { commit }
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected the full hash of a commit, got ${JSON.stringify(commit.slice(0, 100))}`,
  )
}

/** What a confirm token is for, besides the plan: the values, the folder and the subject of this run. */
function pinOf(
  context: CommandContext,
  run: { readonly file: string; readonly subject: Subject; readonly parameters: ContentDigest },
  options: OptionValues,
): ContentDigest {
  const { file, subject, parameters } = run
  const workspace = agreedFolder(context, file, options)
  return contentDigest(
    context.ports.digest.sha256(canonicalBytes({ parameters, subject, workspace })),
  )
}

const PARALLEL_MAXIMUM = 64

function parallelOf(options: OptionValues): number {
  const text = options['parallel']
  if (text === undefined) return PARALLEL_LIMIT
  const count = Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= PARALLEL_MAXIMUM) return count
  throw runnerFault(
    'RUNNER_OPTION_REFUSED',
    `expected --parallel from 1 to ${PARALLEL_MAXIMUM}, got ${JSON.stringify(text)}`,
  )
}
