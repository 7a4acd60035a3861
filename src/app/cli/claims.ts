// The claims command: the claims room audits, and the CI system gets the audit as its job summary.
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { auditMarkdown, runClaims } from '../../claims/index.ts'
import { appendJobSummary } from './job-summary.ts'

export async function runClaimsCommand(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const outcome = await runClaims(context, args, options)
  await appendJobSummary(context, `${auditMarkdown(outcome.data, outcome.data.report)}\n`)
  return outcome
}
