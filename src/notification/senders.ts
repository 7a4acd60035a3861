// What the kinds of channels have in common: how each reads what it is told, and how it sends.
import type { Clock, GuardedFetch, GuardedMail } from '../kernel/index.ts'
import type { SecretPorts } from '../webhook/index.ts'
import type { ChannelSettings, OutgoingMessage, SendEnd, StoredChannel } from './model.ts'

export interface SendPorts extends SecretPorts {
  readonly clock: Clock
  readonly fetch: GuardedFetch
  readonly mail: GuardedMail
  /** `seaworthy/1.2.3`, as receivers see it. */
  readonly userAgent: string
}

/** A channel with what opens it; lives as long as one exchange. */
export interface OpenChannel<Secret> {
  readonly tenantId: string
  readonly stored: Pick<StoredChannel, 'id' | 'name' | 'settings'>
  readonly secret: Secret
}

/** What is kept of a channel: what may be shown, and what is sealed. */
export interface ReadChannel {
  readonly settings: ChannelSettings
  readonly secret: Readonly<Record<string, string>>
}

export type Send<Secret> = (
  ports: SendPorts,
  channel: OpenChannel<Secret>,
  message: OutgoingMessage,
  signal: AbortSignal,
) => Promise<SendEnd>
