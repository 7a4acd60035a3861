// The command `runner start`: an enrolled runner waits for runs that people ask for, and executes them here.
import { EXIT, harmlessText } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import type { ClaimedRequest } from '../../dispatch/index.ts'
import type { RunHolder, StartedRun } from '../../gates/index.ts'
import { openRunner } from '../../identity/index.ts'
import type { EnrolledRunner } from '../../identity/index.ts'
import type { RunEvent } from '../events.ts'
import { holderOf } from '../run-end.ts'
import { executeRequest } from './asked-run.ts'
import { readStartTerms } from './start-terms.ts'
import type { StartTerms } from './start-terms.ts'
import { describeThrown, waitForRequests } from './waiting.ts'

/** What became of a request that this runner took. */
interface Ended {
  readonly request: string
  readonly release: string
  readonly state: string
  readonly run: string | null
  readonly isComplete: boolean
}

export async function runRunnerStart(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const terms = readStartTerms(context, options)
  const runner = await openRunner(context, options)
  const tell = (text: string): void => context.notify(`${harmlessText(text)}\n`)
  tell(describeStart(runner, terms))
  const ended: Ended[] = []
  await waitForRequests({
    context,
    runner,
    terms,
    tell,
    newHolder: () => holderOf(context),
    execute: async (claimed, holder) => {
      const end = await executeAndTell(context, options, { terms, runner, holder }, claimed, tell)
      if (end !== undefined) ended.push(end)
    },
  })
  const count = ended.length === 1 ? '1 run' : `${ended.length} runs`
  return {
    exit: EXIT.ok,
    data: { runner: runner.principal.id, ended },
    text: `${runner.key.name} waits no more; it took ${count}.`,
  }
}

function describeStart({ key, principal }: EnrolledRunner, { offer }: StartTerms): string {
  const services = offer.services === null ? 'any service' : offer.services.join(', ')
  const labels = offer.labels.length === 0 ? 'no labels' : `labels ${offer.labels.join(', ')}`
  return `${key.name} (${principal.id}) takes runs of ${services} in ${offer.environments.join(', ')}, with ${labels}. Ctrl-C ends it.`
}

async function executeAndTell(
  context: CommandContext,
  options: OptionValues,
  how: {
    readonly terms: StartTerms
    readonly runner: EnrolledRunner
    readonly holder: RunHolder
  },
  claimed: ClaimedRequest,
  tell: (text: string) => void,
): Promise<Ended | undefined> {
  const { requestId, service, version, environment, askedBy } = claimed.request
  tell(`took ${requestId}: ${service}@${version} in ${environment}, asked for by ${askedBy}`)
  const onEvent = (_claimed: ClaimedRequest, { run }: StartedRun, event: RunEvent): void => {
    const line = lineOf(event)
    if (line !== undefined) tell(`  ${run.runId}  ${line}`)
  }
  try {
    const { request, isComplete } = await executeRequest(
      { context, options, ...how, onEvent },
      claimed,
    )
    tell(`${request.state} ${requestId}${request.reason === null ? '' : `: ${request.reason}`}`)
    const { state, runId } = request
    return {
      request: requestId,
      release: `${service}@${version}`,
      state,
      run: runId,
      isComplete,
    }
  } catch (thrown) {
    // The next request must not suffer for it: its lease ends, and the control plane says that it was abandoned.
    tell(`could not go on with ${requestId}: ${describeThrown(thrown)}`)
    return undefined
  }
}

function lineOf(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'gate-started':
      return `started  ${event.gate}`
    case 'gate-finished':
      return `${event.status.padEnd(8)} ${event.gate}`
    default:
      return undefined
  }
}
