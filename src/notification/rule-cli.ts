// The commands of rules: set, list, remove.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { ShownRule } from './rules.ts'

export async function runRuleSet(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { on, channel, subject, quietMinutes } = options
  const rule = await context.client.call<ShownRule>('PUT', pathOf(args[0]), {
    events: Array.isArray(on) ? on : [],
    channels: Array.isArray(channel) ? channel : [],
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof quietMinutes === 'string' ? { quietMinutes: Number(quietMinutes) } : {}),
  })
  return { exit: EXIT.ok, data: rule, text: harmlessLine(lineOf(rule)) }
}

export async function runRuleList(context: CommandContext): Promise<CommandOutcome> {
  const all = await everyRow<ShownRule>(context.client, '/v1/notification-rules')
  return {
    exit: EXIT.ok,
    data: all,
    text: all.map((each) => harmlessLine(lineOf(each))).join('\n') || 'There is no rule yet.',
  }
}

export async function runRuleRemove(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  await context.client.call('DELETE', pathOf(args[0]))
  return { exit: EXIT.ok, data: null, text: harmlessLine(`${args[0] ?? ''}: removed`) }
}

function lineOf({ name, events, channels, subject, quietMinutes }: ShownRule): string {
  return `${name}  ${events.join(' ')}  ${subject}  to ${channels.join(' ')}  quiet ${quietMinutes} min`
}

function pathOf(name: string | undefined): string {
  return `/v1/notification-rules/${encodeURIComponent(name ?? '')}`
}
