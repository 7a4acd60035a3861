// The verify command; it composes nothing and needs no data folder.
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { exitCodeOfReport, renderVerifyReport } from '../../verify/index.ts'
import { verifyBundleFile } from '../../verify/node.ts'

export async function runVerifyCommand(
  _context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const trust = typeof options['trust'] === 'string' ? options['trust'] : undefined
  const report = await verifyBundleFile(args[0] ?? '', trust)
  return { exit: exitCodeOfReport(report), data: report, text: renderVerifyReport(report) }
}
