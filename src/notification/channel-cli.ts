// The commands of channels: add, list, change, remove.
import { EXIT, harmlessLine, harmlessText, utf8Text } from '../kernel/index.ts'
import { everyRow } from '../client/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { MadeChannel, PresentedChannel } from './channel-http.ts'
import { notificationFault } from './errors.ts'

const SECRET_LIMIT_BYTES = 4_096

export async function runChannelAdd(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const target = await targetOf(context, options)
  if (target === undefined)
    throw notificationFault(
      'NOTIFICATION_CHANNEL_REFUSED',
      'expected --kind webhook, slack, pagerduty, email or wiki',
    )
  const body = { name: args[0], target, ...rateOf(options) }
  const made = await context.client.call<MadeChannel>('POST', '/v1/channels', body)
  const { verifyWith } = made
  const keys =
    verifyWith === null
      ? []
      : [
          `secret: ${verifyWith.secret}`,
          `public key (v1a): ${verifyWith.publicKey}`,
          'The secret is not shown again.',
        ]
  const next = `Prove that it works: seaworthy notify test ${made.name}${context.placeWords}`
  return {
    exit: EXIT.ok,
    data: made,
    text: harmlessText([lineOf(made), ...keys, next].join('\n')),
  }
}

export async function runChannelList(context: CommandContext): Promise<CommandOutcome> {
  const all = await everyRow<PresentedChannel>(context.client, '/v1/channels')
  return {
    exit: EXIT.ok,
    data: all,
    text:
      all.map((each) => harmlessLine(lineOf(each))).join('\n') ||
      'There is no channel yet: seaworthy notify channel add NAME --kind KIND',
  }
}

export async function runChannelChange(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { enable, disable, name } = options
  const target = await targetOf(context, options)
  const changed = await context.client.call<PresentedChannel>('PUT', pathOf(args[0]), {
    ...(typeof name === 'string' ? { name } : {}),
    ...rateOf(options),
    ...(target === undefined ? {} : { target }),
    ...(enable === true ? { isEnabled: true } : disable === true ? { isEnabled: false } : {}),
  })
  return { exit: EXIT.ok, data: changed, text: harmlessLine(lineOf(changed)) }
}

export async function runChannelRemove(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  await context.client.call('DELETE', pathOf(args[0]))
  return { exit: EXIT.ok, data: null, text: harmlessLine(`${args[0] ?? ''}: removed`) }
}

/** Undefined when no kind is named. Secrets come from files, never from the command line, which others on a machine can read. */
async function targetOf(
  context: CommandContext,
  options: OptionValues,
): Promise<object | undefined> {
  const { kind, secretFile } = options
  if (typeof kind !== 'string') {
    if (secretFile === undefined) return undefined
    throw notificationFault('NOTIFICATION_CHANNEL_REFUSED', 'expected --kind with --secret-file')
  }
  const secret =
    typeof secretFile === 'string'
      ? utf8Text(await context.files.read(secretFile, SECRET_LIMIT_BYTES)).trim()
      : undefined
  if (kind === 'email') {
    const { port, to } = options
    return {
      kind,
      ...named(options, ['host', 'security', 'user', 'from']),
      ...(typeof port === 'string' ? { port: Number(port) } : {}),
      ...(Array.isArray(to) ? { to } : {}),
      ...(secret === undefined ? {} : { password: secret }),
    }
  }
  const { url } = options
  const address = typeof url === 'string' ? { url } : {}
  if (kind === 'pagerduty')
    return { kind, ...address, ...(secret === undefined ? {} : { routingKey: secret }) }
  if (kind === 'wiki')
    return {
      kind,
      ...address,
      ...named(options, ['style', 'method', 'user']),
      ...(secret === undefined ? {} : { token: secret }),
    }
  return { kind, ...(secret === undefined ? {} : { url: secret }) }
}

function named(options: OptionValues, names: readonly string[]): object {
  const rows = names.map((name) => [name, options[name]] as const)
  return Object.fromEntries(rows.filter(([, value]) => typeof value === 'string'))
}

function rateOf({ rate }: OptionValues): object {
  return typeof rate === 'string' ? { ratePerMinute: Number(rate) } : {}
}

function lineOf(channel: PresentedChannel): string {
  const { name, kind, settings, isEnabled, health, restsUntil, ratePerMinute } = channel
  const state = isEnabled
    ? restsUntil === null
      ? health
      : `${health} until ${restsUntil}`
    : 'disabled'
  const to = Array.isArray(settings['to']) ? `  ${settings['to'].join(' ')}` : ''
  return `${name}  ${kind}  ${String(settings['host'] ?? '')}${to}  ${ratePerMinute}/min  ${state}`
}

function pathOf(name: string | undefined): string {
  return `/v1/channels/${encodeURIComponent(name ?? '')}`
}
