// The commands of messages: test, send, list, replay.
import { EXIT, harmlessLine, harmlessText, utf8Text } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { ChannelTest } from './channel-test.ts'
import { notificationFault } from './errors.ts'
import type { PresentedMessage } from './message-http.ts'
import type { SentMessage } from './messages.ts'
import { fillingOf } from './template-cli.ts'

const TEXT_LIMIT_BYTES = 256 * 1024

/** 0 when the channel proved that it took the message, 30 when it did not: a test that fails is a finding, not a fault. */
export async function runNotifyTest(
  context: CommandContext,
  args: readonly string[],
): Promise<CommandOutcome> {
  const tested = await context.client.call<ChannelTest>('POST', `${pathOf(args[0])}/test`)
  return {
    exit: tested.arrived ? EXIT.ok : EXIT.noGo,
    data: tested,
    text: harmlessText(testLines(tested).join('\n')),
  }
}

function testLines(tested: ChannelTest): readonly string[] {
  const { channel, kind, arrived, level, nonce, error, proven, unproven, durationMs } = tested
  const head = arrived
    ? `${channel} (${kind}): it arrived, ${level}, nonce ${nonce}, ${Math.round(durationMs)} ms`
    : `${channel} (${kind}): it did not arrive: ${error ?? 'no reason'}`
  return [
    head,
    ...proven.map((line) => `proven: ${line}`),
    ...unproven.map((line) => `not proven: ${line}`),
  ]
}

export async function runNotifySend(
  context: CommandContext,
  _args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { channel, title, textFile, urgency, topic, resolve, template } = options
  if (!Array.isArray(channel) || channel.length === 0)
    throw notificationFault('NOTIFICATION_MESSAGE_REFUSED', 'expected --channel NAME')
  if (typeof template === 'string') {
    const path = `/v1/templates/${encodeURIComponent(template)}/send`
    const body = { channels: channel, ...fillingOf(options) }
    const filled = await context.client.call<readonly SentMessage[]>('POST', path, body)
    return { exit: EXIT.ok, data: filled, text: harmlessText(filled.map(sentLine).join('\n')) }
  }
  const text =
    typeof textFile === 'string'
      ? utf8Text(await context.files.read(textFile, TEXT_LIMIT_BYTES))
      : undefined
  const sent = await context.client.call<readonly SentMessage[]>('POST', '/v1/messages', {
    channels: channel,
    ...(typeof title === 'string' ? { title } : {}),
    ...(text === undefined ? {} : { text }),
    ...(typeof urgency === 'string' ? { urgency } : {}),
    ...(typeof topic === 'string' ? { topic } : {}),
    ...(resolve === true ? { isResolved: true } : {}),
  })
  return { exit: EXIT.ok, data: sent, text: harmlessText(sent.map(sentLine).join('\n')) }
}

function sentLine({ channel, messageId, isRepeat, state }: SentMessage): string {
  return isRepeat
    ? `${channel}  ${messageId}  the same was sent before and is ${state}; nothing is sent now`
    : `${channel}  ${messageId}  is on its way; see: seaworthy notify list ${channel}`
}

export async function runNotifyList(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { state } = options
  const query = typeof state === 'string' ? `?state=${encodeURIComponent(state)}` : ''
  const path = `${pathOf(args[0])}/messages${query}`
  const all = await context.client.call<readonly PresentedMessage[]>('GET', path)
  return {
    exit: EXIT.ok,
    data: all,
    text:
      all.map((each) => harmlessLine(messageLine(each))).join('\n') || 'There is no such message.',
  }
}

function messageLine(message: PresentedMessage): string {
  const { id, state, attempt, createdAt, title, error, proven, nextAt } = message
  const said = state === 'delivered' ? (proven[0] ?? '') : (error ?? '')
  const next = state === 'pending' && attempt > 0 ? `  next ${nextAt}` : ''
  return `${createdAt}  ${id}  ${state.padEnd(9)} attempt ${attempt}${next}  ${title}  ${said}`.trimEnd()
}

export async function runNotifyReplay(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { message } = options
  const body = typeof message === 'string' ? { messageId: message } : {}
  const path = `${pathOf(args[0])}/replay`
  const replayed = await context.client.call<{ messages: readonly string[] }>('POST', path, body)
  return { exit: EXIT.ok, data: replayed, text: `${replayed.messages.length} are sent again.` }
}

function pathOf(name: string | undefined): string {
  return `/v1/channels/${encodeURIComponent(name ?? '')}`
}
