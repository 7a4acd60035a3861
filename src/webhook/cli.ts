// The commands of webhooks: create, list, change, secrets, rotate, remove, send, deliveries, replay.
import { everyRow, previewAction } from '../client/index.ts'
import { EXIT, harmlessLine, harmlessText, SeaworthyError } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { webhookFault } from './errors.ts'
import { PAGE_LIMIT_COUNT } from './model.ts'
import type { PresentedDelivery, PresentedEndpoint } from './http.ts'
import type { EndpointSecrets, Replayed } from './service.ts'

type Opened = PresentedEndpoint & EndpointSecrets

export async function runWebhookCreate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const opened = await context.client.call<Opened>('POST', '/v1/webhooks', {
    url: args[0],
    ...kindsOf(options),
    ...named(options, 'description'),
    ...(options['bodySignature'] === false ? { hasBodySignature: false } : {}),
  })
  return {
    exit: EXIT.ok,
    data: opened,
    text: harmlessText(`${lineOf(opened)}\n${secretLines(opened)}`),
  }
}

export async function runWebhookList(context: CommandContext): Promise<CommandOutcome> {
  const all = await everyRow<PresentedEndpoint>(context.client, '/v1/webhooks')
  return {
    exit: EXIT.ok,
    data: all,
    text:
      all.map((each) => harmlessLine(lineOf(each))).join('\n') ||
      'There is no endpoint yet: seaworthy webhook create URL',
  }
}

export async function runWebhookChange(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { enable, disable } = options
  const changed = await context.client.call<PresentedEndpoint>('PUT', pathOf(args[0]), {
    ...kindsOf(options),
    ...named(options, 'url'),
    ...named(options, 'description'),
    ...breakerOf(options),
    ...(enable === true ? { isEnabled: true } : disable === true ? { isEnabled: false } : {}),
  })
  return { exit: EXIT.ok, data: changed, text: harmlessLine(lineOf(changed)) }
}

function breakerOf({ restAfter, restSeconds, longestRestSeconds }: OptionValues): object {
  const breaker = {
    ...(typeof restAfter === 'string' ? { failures: Number(restAfter) } : {}),
    ...(typeof restSeconds === 'string' ? { restSeconds: Number(restSeconds) } : {}),
    ...(typeof longestRestSeconds === 'string'
      ? { longestRestSeconds: Number(longestRestSeconds) }
      : {}),
  }
  return Object.keys(breaker).length === 0 ? {} : { breaker }
}

export async function runWebhookSecrets(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const path = `${pathOf(args[0])}/secrets`
  const secrets = await context.client.call<EndpointSecrets>('GET', path)
  return { exit: EXIT.ok, data: secrets, text: secretLines(secrets) }
}

export async function runWebhookRotate(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { overlapHours } = options
  const body = typeof overlapHours === 'string' ? { overlapHours: Number(overlapHours) } : {}
  const rotated = await context.client.call<Opened>('POST', `${pathOf(args[0])}/rotate`, body)
  return {
    exit: EXIT.ok,
    data: rotated,
    text: harmlessText(`${lineOf(rotated)}\n${secretLines(rotated)}`),
  }
}

export async function runWebhookRemove(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  try {
    await context.client.call('DELETE', pathOf(args[0]))
  } catch (error) {
    if (!(error instanceof SeaworthyError) || error.code !== 'WEBHOOK_CONFIRMATION_REQUIRED')
      throw error
    return previewAction(context, 'webhook.remove', { id: args[0] ?? '' })
  }
  return { exit: EXIT.ok, data: null, text: harmlessLine(`${args[0] ?? ''}: removed`) }
}

export async function runWebhookSend(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const sent = await context.client.call<{ eventId: string }>('POST', `${pathOf(args[0])}/test`)
  const text = `${sent.eventId} is on its way; see: seaworthy webhook deliveries ${args[0] ?? ''}`
  return { exit: EXIT.ok, data: sent, text: harmlessLine(text) }
}

export async function runWebhookDeliveries(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const query = new URLSearchParams()
  for (const name of ['state', 'before', 'limit']) {
    const value = options[name]
    if (typeof value === 'string') query.set(name, value)
  }
  const path = `${pathOf(args[0])}/deliveries?${query.toString()}`
  const all = await context.client.call<readonly PresentedDelivery[]>('GET', path)
  const lines = all.map(({ eventId, seq, type, state, attempt, status, error, nextAt }) => {
    const said = error ?? (status === null ? '' : `answered ${status}`)
    const next = state === 'pending' ? `  next ${nextAt}` : ''
    return `${eventId}  ${String(seq).padStart(6)}  ${type.padEnd(24)} ${state.padEnd(9)} attempt ${attempt}${next}  ${said}`
  })
  const last = all.length < Number(options['limit'] ?? PAGE_LIMIT_COUNT) ? undefined : all.at(-1)
  if (last !== undefined)
    lines.push(`older: seaworthy webhook deliveries ${args[0] ?? ''} --before ${last.seq}`)
  return {
    exit: EXIT.ok,
    data: all,
    text:
      lines.map((line) => harmlessLine(line.trimEnd())).join('\n') || 'There is no such delivery.',
  }
}

/** One event by its id, or what ended within a span of time; dead ones unless `--all` is given. */
export async function runWebhookReplay(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { event, from, to, all, dryRun } = options
  if (event === undefined && from === undefined)
    throw webhookFault('WEBHOOK_REPLAY_REFUSED', 'expected --event ID, or --from TIME')
  const replayed = await context.client.call<Replayed>('POST', `${pathOf(args[0])}/replay`, {
    ...(typeof event === 'string' ? { eventId: event } : {}),
    ...(typeof from === 'string' ? { from } : {}),
    ...(typeof to === 'string' ? { to } : {}),
    ...(all === true ? { states: ['dead', 'delivered'] } : {}),
    dryRun: dryRun === true,
  })
  const { count, firstAt, lastAt } = replayed
  const span = firstAt === null ? '' : `, from ${firstAt} to ${lastAt ?? firstAt}`
  const text =
    dryRun === true ? `Would send ${count} again${span}.` : `${count} are sent again${span}.`
  return { exit: EXIT.ok, data: replayed, text }
}

function lineOf(endpoint: PresentedEndpoint): string {
  const { id, url, kinds, isEnabled, disabledReason, health, restsUntil } = endpoint
  const state = isEnabled
    ? restsUntil === null
      ? health
      : `${health} until ${restsUntil}`
    : `disabled: ${disabledReason ?? ''}`
  return `${id}  ${url}  ${kinds.join(' ')}  ${state}`
}

function secretLines({ secrets, publicKey }: EndpointSecrets): string {
  const [secret = '', before] = secrets
  return [
    `secret: ${secret}`,
    ...(before === undefined ? [] : [`still signs: ${before}`]),
    `public key (v1a): ${publicKey}`,
  ].join('\n')
}

function kindsOf({ kind }: OptionValues): object {
  return Array.isArray(kind) && kind.length > 0 ? { kinds: kind as readonly string[] } : {}
}

function named(options: OptionValues, name: string): object {
  const value = options[name]
  return typeof value === 'string' ? { [name]: value } : {}
}

function pathOf(id: string | undefined): string {
  return `/v1/webhooks/${encodeURIComponent(id ?? '')}`
}
