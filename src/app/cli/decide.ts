// The decide command in a pipeline: the release room decides, the summary goes where people look.
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { renderDecisionSummary, runDecide } from '../../release/index.ts'
import type { DecidedRelease } from '../../release/index.ts'
import { appendJobSummary } from './job-summary.ts'

export async function runDecideCommand(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const outcome = await runDecide(context, args, options)
  const file = typeof options['summary'] === 'string' ? options['summary'] : undefined
  const decided = outcome.data as DecidedRelease
  await appendJobSummary(context, renderDecisionSummary(decided), file)
  return outcome
}
