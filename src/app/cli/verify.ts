// The verify command; it composes nothing and needs no data folder.
import type { CommandOutcome, OptionValues } from '../../client/index.ts'
import { runVerify } from '../../verify/cli.ts'

export async function runVerifyCommand(
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const trust = typeof options['trust'] === 'string' ? { trust: options['trust'] } : {}
  const entry = typeof options['entry'] === 'string' ? { entry: options['entry'] } : {}
  const witnesses =
    typeof options['witnesses'] === 'string' ? { witnesses: options['witnesses'] } : {}
  const { exitCode, data, text } = await runVerify({
    bundle: args[0] ?? '',
    ...trust,
    ...entry,
    ...witnesses,
  })
  return { exit: exitCode, data, text }
}
