// The config command: every setting with the place it was taken from.
import { EXIT, harmlessLine } from '../../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../../client/index.ts'
import { readConfig } from '../config.ts'

export async function runConfigCommand(
  _context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  const { settings } = await readConfig({ data: text('data'), tenant: text('tenant') })
  const widest = Math.max(...settings.map(({ key }) => key.length))
  const lines = settings.map(({ key, value, source }) =>
    harmlessLine(`${key.padEnd(widest)}  ${value}  (${source})`),
  )
  return { exit: EXIT.ok, data: { settings }, text: lines.join('\n') }
}
