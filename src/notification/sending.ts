// Sends one message over one channel, whatever its kind; opens what is sealed for as long as that takes.
import type { Seal } from '../kernel/index.ts'
import { sendToMail } from './email-channel.ts'
import type { MailSecret } from './email-channel.ts'
import type { OutgoingMessage, SendEnd, StoredChannel } from './model.ts'
import { sendToPagerDuty } from './pagerduty-channel.ts'
import type { PagerDutySecret } from './pagerduty-channel.ts'
import type { SendPorts } from './senders.ts'
import { sendToSlack } from './slack-channel.ts'
import { sendToWebhook } from './webhook-channel.ts'
import type { UrlSecret } from './webhook-channel.ts'
import { sendToWiki } from './wiki-channel.ts'
import type { WikiSecret } from './wiki-channel.ts'

/** What a channel's secret is bound to: moved to another channel or tenant it does not open. */
export function sealPurpose(tenantId: string, channelId: string): string {
  return JSON.stringify(['notification channel', tenantId, channelId])
}

export async function sendOver(
  ports: SendPorts & { readonly seal: Seal },
  tenantId: string,
  stored: StoredChannel,
  message: OutgoingMessage,
  signal: AbortSignal,
): Promise<SendEnd> {
  let secret: unknown
  try {
    secret = JSON.parse(ports.seal.open(sealPurpose(tenantId, stored.id), stored.sealed))
  } catch {
    // Another key file, or a changed row: the words must not say more.
    return { outcome: 'failed', error: 'the secret of the channel does not open; give it again' }
  }
  const open = { tenantId, stored }
  switch (stored.kind) {
    case 'webhook':
      return sendToWebhook(ports, { ...open, secret: secret as UrlSecret }, message, signal)
    case 'slack':
      return sendToSlack(ports, { ...open, secret: secret as UrlSecret }, message, signal)
    case 'pagerduty':
      return sendToPagerDuty(ports, { ...open, secret: secret as PagerDutySecret }, message, signal)
    case 'wiki':
      return sendToWiki(ports, { ...open, secret: secret as WikiSecret }, message, signal)
    case 'email':
      return sendToMail(ports, { ...open, secret: secret as MailSecret }, message, signal)
  }
}
