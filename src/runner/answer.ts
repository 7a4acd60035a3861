// The answer command: a person's word on a manual gate of a release's newest run, under that person's key.
import { EXIT } from '../kernel/index.ts'
import { firstRow } from '../client/index.ts'
import type { Client, CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { parseReleaseName } from '../gates/index.ts'
import type { RunBinding, RunView } from '../gates/index.ts'
import { isSatisfied } from '../verdict/index.ts'
import { apiSink } from './api-sink.ts'
import { answerManualGate } from './checks/manual.ts'
import { runnerFault } from './errors.ts'
import { listOption } from './parameters.ts'
import { personIdOf } from './run-request.ts'

export async function runAnswer(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  if ((options['yes'] === true) === (options['no'] === true)) {
    throw runnerFault('RUNNER_OPTION_REFUSED', 'expected exactly one of --yes and --no')
  }
  const { client, ports } = context
  const runId = await meantRun(client, options)
  const view = await client.call<RunView>('GET', `/v1/runs/${runId}`)
  const { service, version, subject } = view.run
  const key = await context.keys.open(typeof options['as'] === 'string' ? options['as'] : '')
  const gate = args[0] ?? ''
  const binding: RunBinding = {
    runId,
    planHash: view.run.planHash,
    subject,
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
    sink: apiSink(client, runId),
    clock: ports.clock,
  })
  return {
    exit: isSatisfied(outcome.status) ? EXIT.ok : EXIT.noGo,
    data: { gate, run: runId, ...outcome },
    text: `${outcome.status} ${gate} of ${service}@${version} in ${subject.environment}: ${outcome.reason}`,
  }
}

/** The newest run of the release that is named, or of all: others may have started one of another release meanwhile. */
async function meantRun(client: Client, { release, environment }: OptionValues): Promise<string> {
  if (typeof release === 'string') {
    const { service, version } = parseReleaseName(release)
    const query =
      typeof environment === 'string' ? `?environment=${encodeURIComponent(environment)}` : ''
    const path = `/v1/releases/${encodeURIComponent(service)}/${encodeURIComponent(version)}${query}`
    return (await client.call<{ readonly runId: string }>('GET', path)).runId
  }
  if (environment !== undefined)
    throw runnerFault('RUNNER_OPTION_REFUSED', 'expected --environment beside --release')
  const newest = await firstRow<{ readonly runId: string }>(client, '/v1/runs')
  if (newest !== undefined) return newest.runId
  throw runnerFault('RUNNER_GATE_UNKNOWN', 'expected a run with the gate, found no run')
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
