// The verify command; it composes nothing and needs no data folder.
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { runVerify } from '../../verify/cli.ts'

export async function runVerifyCommand(
  _context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const trust = typeof options['trust'] === 'string' ? { trust: options['trust'] } : {}
  const { exitCode, data, text } = await runVerify({ bundle: args[0] ?? '', ...trust })
  return { exit: exitCode, data, text }
}
